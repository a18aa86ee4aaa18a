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

// Up to so many files, a probe drops their data alone and leaves their names known; the names of more would
// not stay known over a job's epoch either, and are dropped too where that is allowed.
inline constexpr FileId kMostKnownNames = 200'000;

// All that a probe reads out of the page cache, in that way.
void drop_all(CacheReset& reset, FileId files, std::stop_token stop);

struct SweepAsk {
  ReadKind kind = ReadKind::kFile;
  ReadMode mode = ReadMode::kBuffered;
  // From the page cache: `levels` are given, nothing is dropped.
  bool cached = false;
  // False: a memory filesystem, nothing can be dropped or told.
  bool storage_below = true;
  Seconds time{10};
  unsigned most_readers = kMostReaders;
  // Empty = doublings, as far as the rate grows.
  std::vector<unsigned> levels;
  std::uint64_t seed = 1;
  // That are read: the first ones of the layout.
  FileId files = 0;
  double operations_per_unit = 1;  // at least
};

struct SweepResult {
  // Those that count.
  std::vector<WindowDigest> windows;
  // What weakens them, in sentences without a name for the curve.
  std::vector<std::string> notes;
  std::uint64_t bytes = 0;  // read in all, scouting included
  std::uint64_t bytes_from_storage = 0;
  bool from_storage_known = true;
  unsigned discarded = 0;  // windows that came from the cache
  Seconds spent{0};
  bool refused = false;  // this filesystem has no O_DIRECT
  bool stopped = false;
};

// `on_window` is told before each window: readers, and the last rate and bytes per second.
using WindowNews = std::function<void(unsigned readers, PerSecond rate, BytesPerSecond bytes)>;

// Throws UserError when a read fails or nothing could be measured.
SweepResult sweep(ProbeReaders& readers, ProbeCursor& cursor, CacheReset& reset, const SweepAsk& ask,
                  std::stop_token stop, const WindowNews& on_window);

// Reads every unit of `cursor` (which must not wrap) once, `readers` at a time, to have it in the page cache.
// False if that took longer than `most` or a stop was requested.
bool read_once(ProbeReaders& readers, ProbeCursor& cursor, unsigned count, Seconds most,
               std::stop_token stop);

}  // namespace aforo
