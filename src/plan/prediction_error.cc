#include "plan/prediction_error.h"

#include <algorithm>
#include <array>

#include "plan/changed_storage.h"

namespace aforo {
namespace {

// In the order of ProbedClass: from 327 pairs of seeds 526501 and 308312, 132, 80, 83 and 32 of the classes (calibrate.py).
constexpr std::array<IntervalStretch, kProbedClasses> kCalibrated{
    {{1.95, 0.407}, {4.14, 0.515}, {3.52, 0.827}, {3.47, 0.907}}};

}  // namespace

double least_spread(const StorageSpec& storage) { return storage.probed.empty() ? 0 : 2 * kProbedRateError; }

ProbedClass probed_class(const StorageSpec& storage, ReadKind kind, ReadMode mode) {
  if (mode == ReadMode::kBuffered && kind == ReadKind::kStream) return ProbedClass::kAhead;
  if (client_takes_part(storage)) return ProbedClass::kClient;
  if (mode == ReadMode::kBuffered && !storage.caches.empty()) return ProbedClass::kCache;
  return ProbedClass::kPastCache;
}

double model_error(const StorageSpec& storage, ReadKind kind, ReadMode mode) {
  if (storage.probed.empty()) return 0;
  switch (probed_class(storage, kind, mode)) {
    case ProbedClass::kPastCache:
      return kModelError;
    case ProbedClass::kCache:
      return kCacheError;
    case ProbedClass::kClient:
      return kClientError;
    case ProbedClass::kAhead:
      return kReadaheadError;
  }
  return kModelError;
}

IntervalStretch interval_stretch(const StorageSpec& storage, ReadKind kind, ReadMode mode) {
  if (storage.probed.empty()) return {};
  return kCalibrated[static_cast<std::size_t>(probed_class(storage, kind, mode))];
}

void set_intervals(Prediction& out, double below, double above, IntervalStretch stretch) {
  out.au_low = std::clamp(out.au - stretch.of_95 * below, 0.0, out.au);
  out.au_high = std::clamp(out.au + stretch.of_95 * above, out.au, 1.0);
  out.au_low_50 = std::clamp(out.au - stretch.of_50 * below, 0.0, out.au);
  out.au_high_50 = std::clamp(out.au + stretch.of_50 * above, out.au, 1.0);
}

}  // namespace aforo
