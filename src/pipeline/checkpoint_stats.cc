#include "pipeline/checkpoint_stats.h"

#include <algorithm>

namespace aforo {

void CheckpointTimes::add(const CheckpointTimes& other) {
  creating += other.creating;
  writing += other.writing;
  syncing += other.syncing;
  renaming += other.renaming;
  closing += other.closing;
}

CheckpointRound& CheckpointStats::round(std::uint64_t number) {
  const auto at = std::lower_bound(rounds.begin(), rounds.end(), number,
                                   [](const CheckpointRound& r, std::uint64_t n) { return r.number < n; });
  if (at != rounds.end() && at->number == number) return *at;
  CheckpointRound fresh;
  fresh.number = number;
  return *rounds.insert(at, std::move(fresh));
}

void CheckpointStats::merge(const CheckpointStats& other) {
  if (first_error == 0) {
    first_error = other.first_error;
    first_failed = other.first_failed;
  }
  whole += other.whole;
  failed += other.failed;
  unfinished += other.unfinished;
  unknown += other.unknown;
  committed += other.committed;
  removed += other.removed;
  bytes += other.bytes;
  times.add(other.times);
  slowest = std::max(slowest, other.slowest);
  for (const CheckpointRound& theirs : other.rounds) {
    CheckpointRound& ours = round(theirs.number);
    ours.bytes += theirs.bytes;
    ours.times.add(theirs.times);
    ours.rank_seconds.insert(ours.rank_seconds.end(), theirs.rank_seconds.begin(), theirs.rank_seconds.end());
    if (!ours.rank0) ours.rank0 = theirs.rank0;
    if (!ours.commit) ours.commit = theirs.commit;
  }
}

}  // namespace aforo
