// One curve: windows over all concurrencies in a random order, repeated, until the time is over or more would
// not tell more. Cold means that no unit is read twice between drops of the page cache.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "probe/probe_plan.h"
#include "probe/probe_window.h"
#include "world/cache_reset.h"

namespace aforo {

// Up to so many files, a probe drops their data alone and leaves their names known; the names of
// more would not stay known over a job's epoch either, and are dropped too where that is allowed.
// Chosen: names and inodes of so many take some hundred MB of kernel memory.
inline constexpr FileId kMostKnownNames = 200'000;

// All that a probe reads out of the page cache, in that way.
void drop_all(CacheReset& reset, FileId files, std::stop_token stop);

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
  // No level is higher; what memory allows, at most kMostReaders.
  unsigned most_readers = kMostReaders;
  // Empty = doublings, as far as the rate grows.
  std::vector<unsigned> levels;
  // Of the order of levels.
  std::uint64_t seed = 1;
  // That are read: the first ones of the layout.
  FileId files = 0;
  // That reading one unit takes, at least: tells how much data a window needs.
  double operations_per_unit = 1;
};

// What came of it. Windows are empty where it was refused, or stopped before the first.
struct SweepResult {
  // Those that count, in the order in which they were measured.
  std::vector<WindowDigest> windows;
  // What weakens them, in sentences without a name for the curve.
  std::vector<std::string> notes;
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

// Drops the cache and scouts the levels, but where they are given, then measures each in
// kLeastRounds rounds, and after that always the most uncertain one until `ask.time` is over or all
// are certain enough. Blocks; call it on the thread that made `readers`. Ends early on a stop, with
// what is there. Throws UserError when a read fails or nothing could be measured.
SweepResult sweep(ProbeReaders& readers, ProbeCursor& cursor, CacheReset& reset, const SweepAsk& ask,
                  std::stop_token stop, const WindowNews& on_window);

// Reads every unit of `cursor` (which must not wrap) once, `count` at a time, to have
// it in the page cache. False if that took longer than `most` or a stop was
// requested; some of it is then cached.
bool read_once(ProbeReaders& readers, ProbeCursor& cursor, unsigned count, Seconds most,
               std::stop_token stop);

}  // namespace aforo
