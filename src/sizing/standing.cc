#include "sizing/standing.h"

#include <algorithm>
#include <cmath>

namespace aforo {

Standing::Standing(const std::vector<std::optional<Provider>>& places, const Need& need,
                   const PriceBook& prices, double accelerator_hour) {
  double least = HUGE_VAL;
  for (const auto& place : places) {
    at_.push_back({place, standing_costs(need, prices, accelerator_hour, place)});
    least = std::min(least, at_.back().more);
  }
  for (At& at : at_) at.more -= least;
}

double Standing::more(std::optional<Provider> cloud) const {
  const auto found = std::find_if(at_.begin(), at_.end(), [&](const At& at) { return at.place == cloud; });
  return found == at_.end() ? 0 : found->more;
}

}  // namespace aforo
