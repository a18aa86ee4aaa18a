#include "pipeline/restore.h"

namespace aforo {

void RestoreStats::merge(const RestoreStats& other) {
  if (failed == 0) {
    first_error = other.first_error;
    first_wrong = other.first_wrong;
    first_failed = other.first_failed;
  }
  bytes += other.bytes;
  whole += other.whole;
  failed += other.failed;
  unfinished += other.unfinished;
  opening += other.opening;
  reading += other.reading;
  closing += other.closing;
  slowest = std::max(slowest, other.slowest);
  rank_seconds.insert(rank_seconds.end(), other.rank_seconds.begin(), other.rank_seconds.end());
  if (!rank0) rank0 = other.rank0;
}

}  // namespace aforo
