#include "plan/closed_error.h"

#include <array>
#include <cmath>
#include <string_view>

namespace aforo {
namespace {

// Where classes end: chosen, so that jobs of one class err alike and each class has jobs enough.
constexpr double kFewSteps = 30;                 // per worker: below, the start of an epoch counts
constexpr double kLeastBatchCv = 0.02;           // a batch varies by that at least
constexpr double kNearOne = 1, kFarFromOne = 4;  // |r - 1| in standard deviations of a batch
constexpr double kStreamsBusy = 1.1;             // r up to which readers of shards miss each other's pauses

constexpr std::array<std::string_view, 4> kBands = {"r within 1 cv of 1", "r 1 to 4 cv from 1",
                                                    "r 4 cv and more below 1", "r 4 cv and more above 1"};
// The errors: of one half of the jobs of bench/accuracy/cross_check.cc; docs/accuracy-closed-forms.md.
constexpr std::array<double, 4> kIndependent = {0.026, 0.020, 0.014, 0.003};
constexpr std::array<double, 4> kSharedNoAhead = {0.016, 0.121, 0.017, 0.003};  // prefetch 1
constexpr std::array<double, 4> kSharedAhead = {0.021, 0.006, 0.011, 0.003};
constexpr std::array<double, 2> kStreams = {0.110, 0.036};
constexpr double kInOrder = 0.016, kPlaced = 0.028, kOnDemand = 0.009, kCached = 0.020, kEpochStart = 0.074;

}  // namespace

ErrorClass closed_error(const ErrorRegion& region) {
  switch (region.kind) {
    case ErrorKind::kInOrder:
      return {"readers in order", kInOrder};
    case ErrorKind::kStreams:
      if (region.ratio < kStreamsBusy) return {"shards in order, r below 1.1", kStreams[0]};
      return {"shards in order, r from 1.1", kStreams[1]};
    case ErrorKind::kPlaced:
      return {"shards on disks", kPlaced};
    case ErrorKind::kOnDemand:
      return {"no workers", kOnDemand};
    case ErrorKind::kCached:
      return {"cached", kCached};
    case ErrorKind::kIndependent:
    case ErrorKind::kShared:
      break;
  }
  if (region.steps < kFewSteps) return {"few steps", kEpochStart};
  const double margin = std::abs(region.ratio - 1) / std::max(kLeastBatchCv, region.batch_cv);
  const std::size_t band = margin < kNearOne ? 0 : margin < kFarFromOne ? 1 : region.ratio < 1 ? 2 : 3;
  const std::string place(kBands[band]);
  if (region.kind == ErrorKind::kIndependent) return {"independent, " + place, kIndependent[band]};
  if (region.prefetch < 2) return {"shared, prefetch 1, " + place, kSharedNoAhead[band]};
  return {"shared, prefetch 2 and more, " + place, kSharedAhead[band]};
}

}  // namespace aforo
