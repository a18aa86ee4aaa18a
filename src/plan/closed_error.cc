#include "plan/closed_error.h"

#include <array>
#include <cmath>
#include <string_view>

namespace aforo {
namespace {

constexpr double kFewSteps = 30;                       // per worker: below, the start of an epoch counts
constexpr double kSmallestCv = 0.02;                   // a batch varies by that at least
constexpr std::array<double, 3> kMargins = {1, 4, 8};  // |r - 1| in standard deviations of a batch

constexpr std::array<std::string_view, 4> kBands = {"r within 1 cv of 1", "1 to 4 cv", "4 to 8 cv",
                                                    "8 cv and more"};
constexpr std::array<double, 4> kIndependent = {0.05, 0.05, 0.05, 0.05};
constexpr std::array<double, 4> kSharedNoAhead = {0.05, 0.05, 0.05, 0.05};  // prefetch 1
constexpr std::array<double, 4> kSharedAhead = {0.05, 0.05, 0.05, 0.05};
constexpr double kInOrder = 0.05, kOnDemand = 0.05, kCached = 0.05, kEpochStart = 0.05;

}  // namespace

ErrorClass closed_error(const ErrorRegion& region) {
  switch (region.kind) {
    case ErrorKind::kInOrder:
      return {"readers in order", kInOrder};
    case ErrorKind::kOnDemand:
      return {"no workers", kOnDemand};
    case ErrorKind::kCached:
      return {"cached", kCached};
    case ErrorKind::kIndependent:
    case ErrorKind::kShared:
      break;
  }
  if (region.steps < kFewSteps) return {"few steps", kEpochStart};
  const double margin = std::abs(region.ratio - 1) / std::max(kSmallestCv, region.batch_cv);
  std::size_t band = 0;
  while (band < kMargins.size() && margin >= kMargins[band]) ++band;
  const std::string place(kBands[band]);
  if (region.kind == ErrorKind::kIndependent) return {"independent, " + place, kIndependent[band]};
  if (region.prefetch < 2) return {"shared, prefetch 1, " + place, kSharedNoAhead[band]};
  return {"shared, prefetch 2 and more, " + place, kSharedAhead[band]};
}

}  // namespace aforo
