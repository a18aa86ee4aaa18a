#include "plan/closed_error.h"

#include <algorithm>
#include <cmath>

namespace aforo {

double closed_error(const ErrorRegion& region) {
  // How many standard deviations of a batch lie between what is made and what is consumed.
  const double margin = std::abs(region.ratio - 1) / std::max(0.02, region.batch_cv);
  const double base = region.several_stations ? 0.06 : 0.05;
  return std::max(0.004, base * std::exp(-margin / 4));
}

}  // namespace aforo
