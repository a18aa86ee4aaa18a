// The answer in words: three sentences that a manager can read. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sizing/size.h"

namespace aforo {

// One to three sentences, each whole; where nothing serves, the nearest miss and what it lacks, a cause that
// strikes all of them, or all storage there could be, first. No figure is more precise than its sources.
// `result` is of `screening`.
std::vector<std::string> recommendation(const Screening& screening, const SizeResult& result,
                                        const PriceBook& prices);

// Of the jobs that no storage whatever would serve, a clause each, "no storage keeps it busier than 38.6 % (41.8 %
// wanted): ...", with what is lost on one that answers at once.
std::vector<std::string> beyond_storage(const Screening& screening);

// What one point of utilisation is worth a month, all jobs together: 0.01 x N x duty x 730 h x the
// price of an hour; 0 where no accelerator has a price.
double point_value(const Screening& screening, const PriceBook& prices, std::optional<Provider> cloud);

}  // namespace aforo
