// From sweeps to the findings of a probe: what reads for a curve, and how its windows become one.
#pragma once

#include <cstdint>
#include <vector>

#include "probe/probe_record.h"
#include "probe/probe_sweep.h"
#include "probe/probe_target.h"

namespace aforo {

// What reads one dataset in one mode, set up once for many windows, in orders that benches have. Construct, use and destroy on one thread; `data`
// outlives it; `settings` are for its store. Throws UserError as make_lanes does.
struct CurveReaders {
  CurveReaders(const ProbeData& data, ReadMode mode, const JobSettings& settings)
      : loader(in_mode(data.loader, mode)),
        units(*data.layout, data.kind, data.files, stream_request(loader)),
        readers(*data.layout, data.kind, loader, units, settings),
        reset(*data.store, *data.layout) {}
  static LoaderSpec in_mode(LoaderSpec loader, ReadMode mode) {
    loader.read_mode = mode;
    return loader;
  }

  LoaderSpec loader;
  ProbeUnits units;
  ProbeReaders readers;
  CacheReset reset;
};

// Readers of it that memory has room for, kMostReaders at most. Throws UserError where there is none for one.
unsigned readers_in_memory(const ProbeData& data);
// With no more readers than this process may open files for; where that is fewer, `bound` says so.
SweepAsk within_open_files(SweepAsk ask, unsigned io_threads);

// Fits `windows`, which must be of the class that the curve already says (kind, mode, source), and keeps them with it.
void refit(ProbedCurve& probed, std::vector<WindowDigest> windows, const Store& store);

// Adds the curve of a sweep, unless it saw nothing, with what weakens it. `request`: of the loader, 0 as it is usually.
void add_curve(ProbeFindings& findings, const SweepAsk& ask, const SweepResult& result, Bytes request,
               const Store& store);

// What the sweep says of its own weakness, under the curve's name; each sentence once, though rounds repeat them.
void add_notes(ProbeFindings& findings, const ReadCurve& curve, const SweepResult& result);

// Of a cold sweep.
void count_bytes(ProbeFindings& findings, const SweepResult& cold);

}  // namespace aforo
