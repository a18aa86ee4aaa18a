// One curve: windows over all concurrencies in a random order, repeated, until the time is over or more would
// not tell more. Cold means that no unit is read twice between drops of the page cache.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "probe/probe_bench.h"
#include "probe/probe_plan.h"

namespace aforo {

// One curve to measure.
struct SweepAsk {
  ReadKind kind = ReadKind::kFile;
  ReadMode mode = ReadMode::kBuffered;
  // From the page cache: `levels` are given, nothing is dropped.
  bool cached = false;
  // False: a memory filesystem, nothing can be dropped or told.
  bool storage_below = true;
  // For all of it, scouting and drops included; aimed at: every level gets a window
  // whatever that takes.
  Seconds time{10};
  // No level is higher; what memory and open files allow, at most kMostReaders a process.
  unsigned most_readers = kMostReaders;
  // Empty = doublings, as far as the rate grows.
  std::vector<unsigned> levels;
  // Of the order of levels.
  std::uint64_t seed = 1;
  // That are read: the first ones of the layout.
  FileId files = 0;
  // That reading one unit takes, at least: tells how much data a window needs.
  double operations_per_unit = 1;
  // Windows that each level gets, unless that takes half as long again as `time`.
  unsigned rounds = kLeastRounds;
  // Of an earlier sweep of the same: what it knows of rates and latencies. They do not come back in the result.
  std::vector<WindowDigest> before = {};
  // Why `most_readers` is less than kMostReaders: a clause; empty = it is not, or for reasons that need not be said.
  std::string bound = {};
  // Of its curve, as in ReadCurve.
  StationScope scope = StationScope::kShared;
  std::uint32_t hosts = 1;
};

// What came of it. Windows are empty where it was refused, or stopped before the first.
struct SweepResult {
  // Those that count, in the order in which they were measured.
  std::vector<WindowDigest> windows;
  // What weakens them, in sentences without a name for the curve.
  std::vector<std::string> notes;
  // What it could not find out, likewise.
  std::vector<std::string> unknown;
  std::uint64_t bytes = 0;  // read in all, scouting included
  // What the kernel counted as served by storage, of the windows where it counts.
  std::uint64_t bytes_from_storage = 0;
  bool from_storage_known = true;
  // Windows that came from the cache, although it was dropped.
  unsigned discarded = 0;
  Seconds spent{0};
  // This filesystem has no O_DIRECT: nothing was measured.
  bool refused = false;
  bool stopped = false;
};

// Told before each window, on the calling thread: readers, and the last window's rate and
// bytes per second. May be empty.
using WindowNews = std::function<void(unsigned readers, PerSecond rate, BytesPerSecond bytes)>;

// Blocks; call it on the thread that made what `bench` reads with. What is passed in outlives it.
class ProbeSweep {
 public:
  ProbeSweep(ProbeBench& bench, SweepAsk ask, std::stop_token stop, WindowNews on_window);
  ~ProbeSweep();

  // Drops the cache and scouts the levels, but where they are given, then measures each in
  // the ask's rounds, and after that always the most uncertain one until the ask's time is over or all
  // are certain enough. Ends early on a stop, with what is there. Throws UserError when a read fails
  // or nothing could be measured.
  void measure();

  // `rounds` more windows at each of `levels`, of about `length`, longer where latencies are long. Whoever read the
  // data since has not to drop them. Ends early and throws as `measure` does. `goes_on`: only this sweep has read since it was
  // asked before, and nothing is dropped but what it finds read.
  void measure_again(std::span<const unsigned> levels, Seconds length, unsigned rounds, bool goes_on = false);

  // What came of it so far.
  SweepResult result() const;

 private:
  class Windows;
  std::unique_ptr<Windows> windows_;
};

// Reads every unit of `bench` (whose cursor must not wrap) once, `count` at a time, to have
// it in the page cache. False if that took longer than `most` or a stop was
// requested; some of it is then cached.
bool read_once(ProbeBench& bench, unsigned count, Seconds most, const std::stop_token& stop);

}  // namespace aforo
