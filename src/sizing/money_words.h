// Money as sentences say it: no more precise than its sources, and ranges. Pure.
#pragma once

#include <string>

#include "sizing/bill.h"

namespace aforo {

// "$64,200": three significant digits from 1,000 on, whole dollars below.
std::string money_text(double usd);

// "between $8,770 and $17,700", or "at $776,000" where both ends read the same.
std::string between_text(double low, double high);
// "91 % (90 % to 92 %)", or the first alone where both ends read the same.
std::string with_range(const std::string& value, const std::string& low, const std::string& high,
                       const std::string& of = "");

// "$1,200", or "next to nothing" where it is less than a hundredth of the bill's total.
std::string idle_text(const Bill& bill);

}  // namespace aforo
