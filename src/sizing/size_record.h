// The answer as parts of a Record (docs/record.md): each function sets its own keys of
// `record` and no others. Pure. Amounts are USD a month; what is not known is left out. `used` gains the
// items of the price list that the part's amounts rest on; add_prices says them in the end.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "measure/record.h"
#include "sizing/break_points.h"
#include "sizing/comparisons.h"
#include "sizing/cost_advice.h"
#include "sizing/cost_curve.h"
#include "sizing/design_explain.h"
#include "sizing/growth_steps.h"
#include "sizing/horizon.h"
#include "sizing/portfolio.h"
#include "sizing/requirement_curve.h"
#include "sizing/size.h"

namespace aforo {

// Of result.designs those that have a rank, in its order: the first of each place, and of the others those that somebody
// would build for this (oversized). Rank 1 is the first. A Record has no others.
std::vector<std::size_t> ranked(const Screening& screening, const SizeResult& result);
// designs, rejected (the 60 nearest), recommendation, sensitivity, considered,
// idle_point_usd_per_month; with each design's bill where `in_full`.
void add_designs(Json& record, const Screening& screening, const SizeResult& result, const PriceBook& prices,
                 bool in_full);
void add_design_explain(Json& record, const std::vector<ExplainedFigure>& figures);
void add_requirement_curve(Json& record, const std::vector<TargetPoint>& curve);
void add_break_points(Json& record, const BreakPoints& found);
// `series`: "cost by capacity, KIND" of each kind that serves somewhere.
void add_costs_by_capacity(Json& record, const std::vector<CostsAt>& costs);
void add_horizon(Json& record, const Horizon& found, std::set<std::string>& used);
// Where there is no horizon: why not, in one line.
void add_horizon_absent(Json& record, const Screening& screening, const SizeResult& result);
// The price list's dates, and which prices the answer used.
void add_prices(Json& record, const PriceBook& prices, const std::set<std::string>& used);
// Every item of the price book that the designs of an answer use.
std::set<std::string> items_of(const Screening& screening, const SizeResult& result, const PriceBook& prices);

void add_portfolio(Json& record, const Portfolio& portfolio, const PortfolioResult& found,
                   const PriceBook& prices, std::set<std::string>& used);
void add_advice(Json& record, const std::vector<SizeAdvice>& advice, std::set<std::string>& used);
void add_formats(Json& record, const std::vector<Variant>& formats, std::set<std::string>& used);
void add_growth_steps(Json& record, const GrowthSteps& found, std::set<std::string>& used);
// Where nothing serves: what cures a miss at the least cost, in `recommendation`, and beside the miss of the very
// product that then serves, where `rejected` of a Record has it.
void add_cure(Json& record, const SizeAdvice& cheapest);
void add_size_sweep(Json& record, const SizeSweep& sweep, const std::vector<Variant>& points,
                    std::set<std::string>& used);

// One design, as `designs` holds it.
Json design_json(const Design& design, const SizedDesign& sized, const Need& need, const PriceBook& prices,
                 bool in_full);

}  // namespace aforo
