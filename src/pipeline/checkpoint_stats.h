// CheckpointStats: what became of a job's checkpoints. Home's while the job runs; merged over ranks and
// hosts.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "dataset/file_names.h"

namespace aforo {

struct CheckpointStats {
  // Every file that was begun is one of these four.
  std::uint64_t whole = 0;       // written to the end and, where the plan asks for it, synced
  std::uint64_t failed = 0;      // by an error: `first_error`
  std::uint64_t unfinished = 0;  // the job was stopped meanwhile
  std::uint64_t unknown = 0;     // by a World that cannot say what writing takes (kOutcomeUnknown)

  std::uint64_t bytes = 0;  // as written, those of files that did not become whole too
  // Sums over ranks: with n ranks writing side by side, n seconds a second.
  Seconds creating{0}, writing{0}, syncing{0}, closing{0};
  Seconds slowest{0};       // the longest that one rank took for its part of one checkpoint
  int first_error = 0;      // errno
  FileId first_failed = 0;  // its file, as CheckpointLayout numbers it

  std::uint64_t files() const { return whole + failed + unfinished + unknown; }
  // Takes in another's. Associative; `first_error` is this one's where both have one.
  void merge(const CheckpointStats& other);
  bool operator==(const CheckpointStats&) const = default;
};

}  // namespace aforo
