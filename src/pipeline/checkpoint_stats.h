// CheckpointStats: what became of a job's checkpoints. Home's while the job runs; merged over ranks and
// hosts.
//
// Read with care: times of the four operations are sums over ranks, `slowest` is a maximum, and of asynchronous
// writing neither is time that training lost; what training lost is in StepTimes::checkpoint.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "dataset/file_names.h"

namespace aforo {

// What the operations took: sums over ranks, so with n ranks writing side by side n seconds a second.
struct CheckpointTimes {
  // Of files, and of the directory that they lie in; `renaming` with what makes names last.
  Seconds creating{0}, writing{0}, syncing{0}, renaming{0}, closing{0};
  void add(const CheckpointTimes& other);
  bool operator==(const CheckpointTimes&) const = default;
};

// One checkpoint, as far as this host's ranks wrote it.
struct CheckpointRound {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  CheckpointTimes times;
  // From a rank's begin until its files were written, of the ranks here that write, in no order.
  std::vector<double> rank_seconds;
  std::optional<Seconds> rank0;  // of rank 0; absent on other hosts
  // From when all had written until it was whole: rank 0's affair. Absent elsewhere, and where it did not become whole.
  std::optional<Seconds> commit;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(number, bytes, times, rank_seconds, rank0, commit);
  }
  bool operator==(const CheckpointRound&) const = default;
};

struct CheckpointStats {
  // Every file that was begun is one of these four.
  // Written to the end and, where the plan asks for it, synced.
  std::uint64_t whole = 0;
  // Ended by an error (a full disk, a file that was there already): `first_error` is one of them. Of what makes a
  // checkpoint whole, too.
  std::uint64_t failed = 0;
  // Without an error: the job was stopped meanwhile. What was written lies there, cut short.
  std::uint64_t unfinished = 0;
  // By a World that cannot say what writing takes (kOutcomeUnknown): no time went by for them, so a
  // time of such a job is without its checkpoints and must be said to be.
  std::uint64_t unknown = 0;

  // Checkpoints that are whole: all ranks' files, and the manifest. Counted by rank 0's host.
  std::uint64_t committed = 0;
  // Older ones that were removed for them.
  std::uint64_t removed = 0;
  // As taken by storage, those of files that did not become whole too.
  std::uint64_t bytes = 0;
  CheckpointTimes times;
  // The longest that one rank took for its part of one checkpoint, with moving to the lane and
  // back. This is what a synchronous job waits for, beside the commit.
  Seconds slowest{0};
  // An errno; 0 = none failed.
  int first_error = 0;
  // Its file, as CheckpointLayout numbers it; without a meaning where first_error is 0.
  FileId first_failed = 0;
  // By number, those that were begun.
  std::vector<CheckpointRound> rounds;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(whole, failed, unfinished, unknown, committed, removed, bytes, times, slowest, first_error,
            first_failed, rounds);
  }

  // All that were begun.
  std::uint64_t files() const { return whole + failed + unfinished + unknown; }
  // The one of that number, made where there is none.
  CheckpointRound& round(std::uint64_t number);
  // Takes in another's. Associative; `first_error` is this one's where both have one.
  void merge(const CheckpointStats& other);
  bool operator==(const CheckpointStats&) const = default;
};

}  // namespace aforo
