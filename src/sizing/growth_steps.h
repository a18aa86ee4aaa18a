// Buying what has grown year by year, beside buying it all at once.
//
// Each year is a whole sizing by closed forms, of one family, for the capacity that the year ends with: seconds,
// on the market's threads. Deterministic. Failure: UserError, Interrupted.
//
//   at once     total of the last year's design x worth of all months
//   in steps    sum over years of that year's total x worth of its months
//
// Worth is at `interest`; months of the last year may be fewer than twelve. What a year buys is paid off as all
// purchases are, and stays in the next year's design. By hand in growth_steps_test.cc; docs/sizing.md section 8.
#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "sizing/comparisons.h"

namespace aforo {

struct GrowthStep {
  double until = 0;  // years from now: it holds what there is then
  Bytes capacity{0};
  Variant with;  // the cheapest design of the family
};

struct GrowthSteps {
  std::vector<GrowthStep> steps;
  // USD over the ask's years at present value; absent where nothing serves one of them.
  std::optional<double> in_steps, at_once;
};

// `ask.years` and `ask.growth` are above 0.
GrowthSteps growth_steps(const SizingAsk& ask, Family family, const Market& market,
                         std::stop_token stop = {});

}  // namespace aforo
