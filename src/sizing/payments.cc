#include "sizing/payments.h"

#include <cmath>

#include "base/error.h"

namespace aforo {

double capital_recovery(double interest, double years) {
  if (interest <= 0) return 1 / years;
  return interest / (1 - std::pow(1 + interest, -years));
}

double worth_of_months(double rate, double months) {
  return rate > 0 ? (1 - std::pow(1 + rate, -months)) / rate : months;
}

double monthly_of_1(double interest, double years, double support) {
  return (capital_recovery(interest, years) + support) / 12;
}

double monthly_of_purchase(const PriceBook& prices) {
  const double years = prices.at("life.storage").value;
  if (!(years > 0))
    throw UserError("expected a life.storage above 0 years, found 0; purchases are paid off over it");
  return monthly_of_1(prices.at("interest").value, years, prices.at("support").value);
}

}  // namespace aforo
