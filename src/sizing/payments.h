// What is paid once, as so much a month, and the other way round. Pure.
#pragma once

#include "catalogue/prices.h"

namespace aforo {

// A year's payment for a loan of 1 over `years` (> 0): r / (1 - (1 + r)^-n); 1 / years at 0 %.
double capital_recovery(double interest, double years);
// What 1 USD a month is worth today, paid at the end of months 1 to `months`, at `rate` a month.
double worth_of_months(double rate, double months);
// A month's payment for a purchase of 1 that lasts so many years (> 0), `support` a year included.
double monthly_of_1(double interest, double years, double support);
// The same of storage, at the book's terms. UserError where life.storage is 0.
double monthly_of_purchase(const PriceBook& prices);

}  // namespace aforo
