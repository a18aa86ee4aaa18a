#include "sizing/growth_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "sizing/money.h"
#include "sizing/payments.h"

namespace aforo {

GrowthSteps growth_steps(const SizingAsk& ask, Family family, const Market& market, std::stop_token stop) {
  GrowthSteps out;
  const double rate = market.prices.at("interest").value / 12;
  double in_steps = 0;
  bool all = true;
  for (double from = 0; from < ask.years; from += 1) {
    if (stop.stop_requested()) throw Interrupted();
    SizingAsk year = ask;
    year.years = std::min(from + 1, ask.years);
    year.family = family;
    GrowthStep step{year.years, need_of(year).capacity,
                    variant_of(fmt::format("{:g}", year.years), year, market)};
    all = all && step.with.serves();
    in_steps +=
        step.with.total() * (worth_of_months(rate, 12 * year.years) - worth_of_months(rate, 12 * from));
    out.steps.push_back(std::move(step));
  }
  if (!all || out.steps.empty()) return out;
  out.in_steps = in_steps;
  out.at_once = out.steps.back().with.total() * worth_of_months(rate, 12 * ask.years);
  return out;
}

}  // namespace aforo
