// The answer in words: three sentences that a manager can read. Pure.
#pragma once

#include <string>
#include <vector>

#include "sizing/size.h"

namespace aforo {

// One to three sentences, each whole; where nothing serves, the nearest miss and what it lacks.
// `result` is of `screening`.
std::vector<std::string> recommendation(const Screening& screening, const SizeResult& result,
                                        const PriceBook& prices);

// "$64,200": three significant digits from 1,000 on, whole dollars below.
// "$64,200": three significant digits above 1,000.
std::string money_text(double usd);

// What one point of utilisation is worth a month, all jobs together: 0.01 x N x duty x 730 h x the
// price of an hour; 0 where no accelerator has a price.
double point_value(const Screening& screening, const PriceBook& prices);

}  // namespace aforo
