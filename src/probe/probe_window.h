// One window of a probe: n readers, each one operation after another, on the lanes and by the coroutines that
// a training job reads with.
#pragma once

#include <stop_token>
#include <string>

#include "model/curve_fit.h"
#include "pipeline/job.h"
#include "pipeline/read_sample.h"
#include "probe/probe_units.h"
#include "world/lane_setup.h"
#include "world/real_world.h"
#include "world/usage.h"

namespace aforo {

// Of a cold window's bytes that the page cache served, at most. Chosen: read-ahead and metadata are in the
// counters too; more would raise a rate by as much.
inline constexpr double kCacheAllowed = 0.05;
// Of all cores, used by others, at most. Chosen: less is what any machine does besides.
inline constexpr double kDisturbed = 0.1;

// Of a window; what follows weighs little at first (Hann's weights, curve_fit.h), so it need not be longer.
inline constexpr double kRamp = 0.1;

// How many, and how long.
struct WindowAsk {
  unsigned readers = 1;
  // Ramp included.
  Seconds length{1};
  // How long readers go on, after it, while operations that began inside are not done.
  Seconds patience{5};
  // When it begins, on monotonic_now(), where hosts begin together; what is past is at once, and takes off its length.
  Seconds begin{0};
};

// Until then on monotonic_now(), or a stop; what is past is at once.
void wait_until(Seconds begin, const std::stop_token& stop);

// What counters say of a window, put into it. `compressed`: storage's bytes are none of the files'.
void count_usage(RawWindow& window, const Usage& usage, bool compressed);

// Lanes that stay over many windows of one layout and read mode: opening files and making engines
// is no part of a window. Construct, use and destroy on one thread. What is passed in outlives it.
class ProbeReaders {
 public:
  // `loader` says how samples are read (mode, transfer size, delivery). The settings' store
  // outlives it. Throws UserError as make_lanes does.
  ProbeReaders(const Layout& layout, ReadKind kind, const LoaderSpec& loader, const ProbeUnits& units,
               const JobSettings& settings);

  // Begins with `ask.readers` at once; the first tenth is ramp. Readers go on until every operation
  // that was in flight at the window's end is done, so that the number in flight stays what was
  // asked for until then. Ends earlier where the cursor does (the measured part with it), on a stop
  // request and at the first fault. Blocks. Never throws for I/O: see fault().
  RawWindow run(const WindowAsk& ask, ProbeCursor& cursor, std::stop_token stop);

  // What could not be read, if anything: "d00001/s0000001234.jpg: ENOENT (...)". Empty =
  // nothing yet. The first one; it stays.
  const std::string& fault() const { return fault_; }
  // Its errno; 0 where there is none, or it is no errno (a file that is too short).
  int fault_error() const { return fault_error_; }
  // What was made: never kAuto.
  EngineKind engine() const { return engine_; }
  // Why not the preferred one; may be empty.
  const std::string& engine_reason() const { return engine_reason_; }
  const ProbeUnits& units() const { return units_; }
  // By the last window.
  const Usage& used_last() const { return last_; }
  // By the windows so far, together: single ones are too short to tell other processes by.
  const Usage& used() const { return used_; }
  unsigned io_threads() const { return static_cast<unsigned>(world_.lanes()); }

 private:
  using Context = ReadContext<RealWorld>;
  // One window while it runs; `logs[i]` belongs to lane i.
  struct Running;

  ProbeReaders(LaneSet lanes, const Layout& layout, ReadKind kind, const LoaderSpec& loader,
               const ProbeUnits& units, const JobSettings& settings);
  Task<> all_readers(Running& running, unsigned readers);
  Task<> reader(Running& running, LaneId lane);
  Task<bool> read_unit(Running& running, LaneId lane, std::uint64_t unit);
  Task<> read_range(Running& running, LaneId lane, SampleId sample, bool& passed);
  Task<> read_piece(Running& running, LaneId lane, StreamPiece piece, bool& passed);
  void note_fault(const Running& running);

  ReadKind kind_;
  const ProbeUnits& units_;
  const Store& store_;
  EngineKind engine_;
  std::string engine_reason_;
  std::uint64_t request_;
  JobPlan plan_;
  RealWorld world_;
  Usage used_, last_;
  std::string fault_;
  int fault_error_ = 0;
};

}  // namespace aforo
