// From what a probe measured to its storage.yaml and its Record; nothing is measured here.
#pragma once

#include <string>
#include <vector>

#include "measure/record.h"
#include "model/curve_fit.h"
#include "model/storage_spec.h"
#include "probe/probe_loader.h"
#include "storage/store.h"

namespace aforo {

// One curve with the windows behind it.
struct ProbedCurve {
  ReadCurve curve;
  std::vector<WindowDigest> windows;
  unsigned discarded = 0;
  Seconds spent{0};
};

struct ProbeFindings {
  std::vector<ProbedCurve> curves;
  std::vector<std::string> notes;
  std::uint64_t bytes = 0, bytes_from_storage = 0;  // of cold windows
  bool from_storage_known = true;
  bool storage_below = true;
  EngineKind engine = EngineKind::kAuto;
  unsigned io_threads = 0;
  Bytes memory{0};  // available before anything was read
  std::optional<LoaderCost> loader;
  double sample_bytes = 0;  // mean, of the dataset that `loader` read
  Seconds laying{0}, spent{0};
};

// Takes out of all curves the points that no storage file may hold (kCollapsed); a sentence for each.
std::vector<std::string> drop_collapsed(ProbeFindings& findings);

// `started`: ISO 8601.
StorageSpec storage_of(const ProbeFindings& findings, const Store& store, const std::string& started);

// Adds the findings to a Record that was started; `storage` says what was concluded.
void add_findings(Json& record, const ProbeFindings& findings, const StorageSpec& storage);

// "whole files of 111 KiB, buffered".
std::string name_of(const ReadCurve& curve);

}  // namespace aforo
