#include "sizing/egress.h"

#include <algorithm>

#include "sizing/cloud_limits.h"
#include "sizing/shelf.h"

namespace aforo {

double charged_egress(const Design& d, double bytes) {
  const double kept = in_bytes(d.archive != nullptr ? d.usable : d.bought);
  return std::max(0.0, bytes - keeper_of(d)->free_egress * kept);
}

double kept_for_egress(const CloudService& service, double bytes) {
  return service.free_egress > 0 ? bytes / service.free_egress : 0;
}

std::vector<CostLine> leaving_lines(const Design& d, double bytes, const std::string& label, double share) {
  return egress_lines(Catalogue::shipped().egress_of(keeper_of(d)->provider),
                      share * charged_egress(d, bytes), label);
}

double leaving_costs(const Design& d, double bytes, const PriceBook& prices, double share) {
  double sum = 0;
  for (const CostLine& line : leaving_lines(d, bytes, "", share))
    sum += line.quantity * prices.at(line.item).value;
  return sum;
}

}  // namespace aforo
