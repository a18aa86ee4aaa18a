// What to buy when it is not known what will be trained: every design's money in every
// scenario, and its regret.
//
// A design is bought once, before it is known which scenario comes. In a scenario it costs its storage (more of the
// same where it holds too little), the idle time that it then leaves and what the accelerators cost there more than
// elsewhere (Bill::compared). What does not serve a scenario that another design serves leaves all its accelerators
// idle: the job is not run as asked. Its regret there is what it costs beyond the best design for that scenario.
// Services in the cloud are rented when it is known: they cost what the scenario needs of them. docs/sizing.md
// section 9. By closed forms. Deterministic. Failure: UserError, Interrupted.
#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "sizing/jobs_yaml.h"
#include "sizing/screening.h"

namespace aforo {

// What one would buy if one knew that this scenario comes.
struct ScenarioBest {
  std::string name;
  double weight = 0;
  BytesPerSecond read{0};
  Bytes capacity{0};
  double total = 0;  // USD a month; 0 where nothing serves
  std::string family, design;
};

// One design over all scenarios. Expected figures are means by weight.
struct HedgedDesign {
  std::string name;
  Family family = Family::kFlashTlc;
  // Weight of the scenarios that it serves.
  double satisfied = 0;
  std::vector<std::string> not_served;  // the others
  double expected = 0;                  // USD a month
  double expected_low = 0,
         // By the ranges of its prices, which are the same in all scenarios.
      expected_high = 0;
  double expected_regret = 0, worst_regret = 0;
  std::string worst_scenario;
  std::vector<double> totals, regrets;  // per scenario
  // Of the price book, that it uses in any scenario.
  std::set<std::string> items;
};

// The answer. Designs are the candidates that were best somewhere, not all that can be built.
struct PortfolioResult {
  std::vector<ScenarioBest> scenarios;
  // By expected regret; the best of each kind and product.
  std::vector<HedgedDesign> designs;
  // Of designs that satisfy as much weight as any does: the smallest worst regret, and the least expected cost.
  std::size_t safest = 0, complete = 0;
  // Of designs: the best of "just buy all-flash".
  std::optional<std::size_t> all_flash;
  std::size_t judged = 0;
};

// Screens every scenario, then judges every candidate in every scenario, on `threads` threads.
// Candidates are the best of each kind and product of each scenario, and the same again on the
// largest capacity of any. At most 40 come back, with the safest and the best all-flash
// however far down they are.
PortfolioResult hedge(const Portfolio& portfolio, const PriceBook& prices, const Catalogue& catalogue,
                      unsigned threads, std::stop_token stop = {});

}  // namespace aforo
