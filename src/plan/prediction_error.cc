#include "plan/prediction_error.h"

#include <algorithm>

#include "plan/changed_storage.h"

namespace aforo {

double least_spread(const StorageSpec& storage) { return storage.probed.empty() ? 0 : 2 * kProbedRateError; }

double model_error(const StorageSpec& storage, ReadKind kind, ReadMode mode) {
  if (storage.probed.empty()) return 0;
  double error = kModelError;
  if (client_takes_part(storage)) error = std::max(error, kClientError);
  if (mode == ReadMode::kBuffered && !storage.caches.empty()) error = std::max(error, kCacheError);
  if (mode == ReadMode::kBuffered && kind == ReadKind::kStream) error = std::max(error, kReadaheadError);
  return error;
}

}  // namespace aforo
