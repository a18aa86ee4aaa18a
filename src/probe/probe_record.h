// From what a probe measured to its storage.yaml and its Record; nothing is measured here. Pure but
// for the number of this machine's cores, and for what `store` knows of its place.
#pragma once

#include <string>
#include <vector>

#include "measure/record.h"
#include "model/curve_fit.h"
#include "model/storage_spec.h"
#include "probe/probe_loader.h"
#include "probe/probe_precision.h"
#include "probe/probe_writes.h"
#include "storage/store.h"

namespace aforo {

// One curve with the windows behind it. A curve without points is not kept.
struct ProbedCurve {
  ReadCurve curve;
  std::vector<WindowDigest> windows;
  // Windows that do not count: the page cache answered in a cold one, storage in a cached one.
  unsigned discarded = 0;
  // On this curve in all, scouting and drops of the cache included.
  Seconds spent{0};
};

// A process of a probe from several.
struct ProbedHost {
  std::string name;   // as a Crew calls it
  unsigned host = 0;  // processes of one machine have the same
  unsigned cores = 1;
  Seconds clock_offset{0}, clock_uncertainty{0};
};

// All that was measured, in the order in which it was.
struct ProbeFindings {
  // The first says which class of reads the loader made.
  std::vector<ProbedCurve> curves;
  // Sentences on how sure the figures are; they go into the storage file.
  std::vector<std::string> notes;
  // What could not be found out, likewise: predictions from the file say it too.
  std::vector<std::string> unknown;
  std::uint64_t bytes = 0, bytes_from_storage = 0;  // of cold windows
  // Something counted what storage served, in every cold window.
  bool from_storage_known = true;
  // False: a memory filesystem, with nothing to be cached.
  bool storage_below = true;
  // Buffered reads go through this machine's page cache; never without storage below.
  bool page_cache = true;
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;
  std::vector<ProbedHost> hosts;     // by process; empty: one alone
  unsigned cores = 0;                // of one host; 0 = those that this process may use
  Bytes memory{0};                   // available before anything was read
  std::vector<ProbedWrites> writes;  // empty: was not asked for
  // Absent without a workload, or where it could not be measured.
  std::optional<LoaderCost> loader;
  // Mean, of the dataset that `loader` read; 0 without a loader.
  double sample_bytes = 0;
  Seconds laying{0}, spent{0};
};

// Makes of curves that were fitted one by one what a storage file may hold: sets the shares that sizes have in their
// times (set_size_shares), drops points as drop_collapsed does, and notes both. Returns the sentences of the latter, which
// are warnings too. Once.
std::vector<std::string> settle(ProbeFindings& findings);

// Takes out of all curves the points that no storage file may hold: those whose rate is below
// kCollapsed of a lower concurrency's. A sentence for each. Call it before storage_from_findings.
std::vector<std::string> drop_collapsed(ProbeFindings& findings);

// One tier with the curves, rounded to the digits that a file holds; a page cache where buffered
// reads were measured; the client's cost of an operation and a byte; the loader as a station where
// it could be the limit; notes. `started`: ISO 8601, the date that the file carries.
StorageSpec storage_from_findings(const ProbeFindings& findings, const Store& store,
                                  const std::string& started);

// Adds the findings to a Record that was started; `storage` says what was concluded. Keys are in
// docs/record.md. What is unknown is absent: without counters there is no `cache_share`.
void add_findings(Json& record, const ProbeFindings& findings, const StorageSpec& storage);

// How a probe that chose its length ended, as `precision`; `text`: its sentence.
void add_precision(Json& record, const Precision& reached, const PrecisionAsk& asked,
                   const std::string& text);

// "whole files of 111 KiB, buffered".
std::string name_of(const ReadCurve& curve);

}  // namespace aforo
