// CheckpointStats: what became of a job's checkpoints. Home's while the job runs; merged over ranks and
// hosts.
//
// Read with care: times are sums over ranks, `slowest` is a maximum, and of asynchronous writing
// neither is time that training lost; what training lost is in StepTimes::checkpoint.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "dataset/file_names.h"

namespace aforo {

struct CheckpointStats {
  // Every file that was begun is one of these four.
  // Written to the end and, where the plan asks for it, synced.
  std::uint64_t whole = 0;
  // Ended by an error (a full disk, a file that was there already): `first_error` is one of them.
  std::uint64_t failed = 0;
  // Without an error: the job was stopped meanwhile. What was written lies there, cut short.
  std::uint64_t unfinished = 0;
  // By a World that cannot say what writing takes (kOutcomeUnknown): no time went by for them, so a
  // time of such a job is without its checkpoints and must be said to be.
  std::uint64_t unknown = 0;

  // As taken by storage, those of files that did not become whole too.
  std::uint64_t bytes = 0;
  // Sums over ranks: with n ranks writing side by side, n seconds a second.
  Seconds creating{0}, writing{0}, syncing{0}, closing{0};
  // The longest that one rank took for its part of one checkpoint, with moving to the lane and
  // back. This is what a synchronous job waits for.
  Seconds slowest{0};
  // An errno; 0 = none failed.
  int first_error = 0;
  // Its file, as CheckpointLayout numbers it; without a meaning where first_error is 0.
  FileId first_failed = 0;

  // All that were begun.
  std::uint64_t files() const { return whole + failed + unfinished + unknown; }
  // Takes in another's. Associative; `first_error` is this one's where both have one.
  void merge(const CheckpointStats& other);
  bool operator==(const CheckpointStats&) const = default;
};

}  // namespace aforo
