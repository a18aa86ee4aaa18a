#include "sizing/accelerator_hour.h"

#include <string>

#include "base/error.h"
#include "sizing/payments.h"

namespace aforo {

namespace {

const std::string& hour_item(const Accelerator& a, std::optional<Provider> cloud) {
  const auto there = rented_at(a.type, cloud);
  for (const auto& [provider, item] : a.hour_at)
    if (provider == there) return item;
  return a.hour_price;
}

}  // namespace

std::optional<Provider> rented_at(std::string_view type, std::optional<Provider> cloud) {
  return cloud == Provider::kOther ? Catalogue::shipped().host_of(type, cloud).provider : cloud;
}

std::vector<CostLine> accelerator_month(const Accelerator& a, AcceleratorTerms terms,
                                        std::optional<Provider> cloud) {
  if (terms == AcceleratorTerms::kOwned) {
    if (a.purchase_price.empty()) return {};
    return {{"accelerators", a.purchase_price, 1, "", true},
            {"their share of hosts", "host", 1 / kAcceleratorsOfHost, "", true},
            {"their power", "power", a.watts * kHostPower / 1000 * kHoursPerMonth, "pue", false}};
  }
  const std::string& hour = hour_item(a, cloud);
  if (hour.empty()) return {};
  const bool list = terms == AcceleratorTerms::kOnDemand;
  return {
      {"accelerators", hour, kHoursPerMonth, list ? "" : "terms." + std::string(to_string(terms)), false}};
}

double monthly_of_accelerators(const PriceBook& prices) {
  const double years = prices.at("life.accelerators").value;
  if (!(years > 0))
    throw UserError("expected a life.accelerators above 0 years, found 0; accelerators are paid off over it");
  return monthly_of_1(prices.at("interest").value, years, prices.at("support").value);
}

std::optional<double> accelerator_hour(const Workload& workload, AcceleratorTerms terms,
                                       const PriceBook& prices, std::optional<Provider> cloud) {
  const Accelerator* found = Catalogue::shipped().find_accelerator(workload.accelerator.type);
  if (found == nullptr) return std::nullopt;
  const std::vector<CostLine> lines = accelerator_month(*found, terms, cloud);
  if (lines.empty()) return std::nullopt;
  double sum = 0;
  for (const CostLine& line : lines)
    sum += line.quantity * prices.at(line.item).value *
           (line.markup.empty() ? 1 : prices.at(line.markup).value) *
           (line.purchase ? monthly_of_accelerators(prices) : 1);
  return sum / kHoursPerMonth;
}

bool stands_there(AcceleratorTerms terms, std::optional<Provider> cloud) {
  return terms != AcceleratorTerms::kOwned || !cloud;
}

AcceleratorTerms terms_of(const Workload& workload, std::optional<AcceleratorTerms> asked,
                          std::optional<Provider> cloud) {
  const AcceleratorTerms wanted =
      asked.value_or(cloud ? AcceleratorTerms::kOnDemand : AcceleratorTerms::kOwned);
  const Accelerator* found = Catalogue::shipped().find_accelerator(workload.accelerator.type);
  if (found == nullptr || accelerator_month(*found, wanted).empty() || !stands_there(wanted, cloud))
    return AcceleratorTerms::kOnDemand;
  return wanted;
}

}  // namespace aforo
