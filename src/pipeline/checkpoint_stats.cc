#include "pipeline/checkpoint_stats.h"

#include <algorithm>

namespace aforo {

void CheckpointStats::merge(const CheckpointStats& other) {
  whole += other.whole;
  failed += other.failed;
  unfinished += other.unfinished;
  unknown += other.unknown;
  bytes += other.bytes;
  creating += other.creating;
  writing += other.writing;
  syncing += other.syncing;
  closing += other.closing;
  slowest = std::max(slowest, other.slowest);
  if (first_error) return;
  first_error = other.first_error;
  first_failed = other.first_failed;
}

}  // namespace aforo
