// Money as sentences say it: no more precise than its sources. Pure.
#pragma once

#include <string>

#include "sizing/bill.h"

namespace aforo {

// "$64,200": three significant digits from 1,000 on, whole dollars below.
std::string money_text(double usd);

// "$1,200", or "next to nothing" where it is less than a hundredth of the bill's total.
std::string idle_text(const Bill& bill);

}  // namespace aforo
