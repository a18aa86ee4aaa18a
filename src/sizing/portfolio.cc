#include "sizing/portfolio.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/parallel_for.h"
#include "sizing/cloud_limits.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

constexpr std::size_t kMostShown =
    40;  // chosen: a page of them; what comes after is no candidate for anybody

// What a design comes to in a scenario, USD a month.
struct Outcome {
  double total = 0, low = 0, high = 0;
  bool serves = false;
  std::set<std::string> items;  // of the price book
};

// `larger`: how many times the design has to be bought.
Outcome outcome_of(const Bill& bill, const Design& d, const PriceBook& prices, double larger, bool serves) {
  Outcome out{bill.storage * larger + bill.idle + bill.accelerators_more, 0, 0, serves, {}};
  out.low = std::max(0.0, out.total - (bill.total() - bill.low) * larger);
  out.high = out.total + (bill.high - bill.total()) * larger;
  out.items = items_used(bill, d, prices);
  return out;
}

// Of a scenario: its designs, and the cheapest of each service in the cloud.
struct Room {
  Screening screening;
  std::vector<Ranked> ranked;
  std::map<std::string, Outcome> services;  // by product
  double best = 0;
};

std::vector<Room> rooms_of(const Portfolio& portfolio, const PriceBook& prices, const Catalogue& catalogue,
                           unsigned threads, const std::stop_token& stop) {
  std::vector<Room> out;
  for (const Scenario& scenario : portfolio.scenarios) {
    if (stop.stop_requested()) throw Interrupted();
    Room room{
        Screening(scenario.ask, catalogue, threads, std::make_shared<SolvedNetworks>(), stop), {}, {}, 0};
    room.ranked = room.screening.rank(prices, Grouping::kProduct);
    if (!room.ranked.empty()) room.best = room.ranked.front().bill.compared();
    for (const Ranked& r : room.ranked) {
      const Design& d = room.screening.designs()[r.design];
      if (in_cloud(d.family)) room.services[d.product] = outcome_of(r.bill, d, prices, 1, true);
    }
    out.push_back(std::move(room));
  }
  return out;
}

// The best of each scenario, and the best for its reads on the largest capacity of any.
std::vector<Design> candidates(const Portfolio& portfolio, const std::vector<Room>& rooms,
                               const PriceBook& prices, const Catalogue& catalogue, unsigned threads,
                               const std::stop_token& stop) {
  std::map<std::string, Design> out;  // by name: each once
  Bytes most{0};
  for (const Room& room : rooms) most = std::max(most, room.screening.need().capacity);
  for (std::size_t s = 0; s < rooms.size(); ++s) {
    for (const Ranked& r : rooms[s].ranked) {
      const Design& d = rooms[s].screening.designs()[r.design];
      out.emplace(in_cloud(d.family) ? d.product : d.name, d);
    }
    SizingAsk larger = portfolio.scenarios[s].ask;
    larger.capacity = most;
    larger.growth = larger.snapshots = 0;
    if (larger.place == Place::kCloud) continue;
    larger.place = Place::kOnPremises;
    larger.provider.reset();
    Screening screening(larger, catalogue, threads, std::make_shared<SolvedNetworks>(), stop);
    for (const Ranked& r : screening.rank(prices, Grouping::kProduct))
      out.emplace(screening.designs()[r.design].name, screening.designs()[r.design]);
  }
  std::vector<Design> list;
  for (auto& [name, design] : out) list.push_back(std::move(design));
  return list;
}

Outcome outcome(const Design& d, const Room& room, const PriceBook& prices) {
  const Need& need = room.screening.need();
  const SizingAsk& ask = room.screening.ask();
  if (in_cloud(d.family)) {
    const auto found = room.services.find(d.product);
    if (found != room.services.end()) return found->second;
  }
  const Design here = seen_by(need, d);
  Judgement judgement = check_figures(here, need);
  if (judgement.serves()) judgement = judge_design(here, need, ask.accelerators_per_host);
  const bool serves = judgement.serves();
  auto served = judgement.served.size() == need.jobs.size()
                    ? judgement.served
                    : served_by(here, need, ask.accelerators_per_host);
  if (!serves && room.best > 0)
    for (Served& one : served) one.au = one.low = one.high = 0;  // that another serves
  Bill bill = bill_of(here, need, served, prices, ask.accelerator_hour ? ask.accelerator_hour->value : 0);
  bill.accelerators_more = room.screening.standing(prices).more(cloud_of(d));
  const double short_of =
      static_cast<double>(to_hold(d, need).value) / std::max<double>(1, static_cast<double>(d.usable.value));
  return outcome_of(bill, d, prices, std::max(1.0, short_of), serves);
}

HedgedDesign hedged(const Design& d, const Portfolio& portfolio, const std::vector<Room>& rooms,
                    const PriceBook& prices) {
  HedgedDesign out;
  out.name = in_cloud(d.family) ? d.product : d.name;
  out.family = d.family;
  for (std::size_t s = 0; s < rooms.size(); ++s) {
    const double weight = portfolio.scenarios[s].weight;
    const Outcome found = outcome(d, rooms[s], prices);
    const double best = rooms[s].best > 0 ? rooms[s].best : found.total;
    const double regret = std::max(0.0, found.total - best);
    out.totals.push_back(found.total);
    out.regrets.push_back(regret);
    out.expected_low += weight * found.low;
    out.expected_high += weight * found.high;
    out.items.insert(found.items.begin(), found.items.end());
    out.satisfied += found.serves ? weight : 0;
    if (!found.serves) out.not_served.push_back(portfolio.scenarios[s].name);
    out.expected += weight * found.total;
    out.expected_regret += weight * regret;
    if (regret >= out.worst_regret) {
      out.worst_regret = regret;
      out.worst_scenario = portfolio.scenarios[s].name;
    }
  }
  return out;
}

bool better(const HedgedDesign& a, const HedgedDesign& b) {
  return a.expected_regret != b.expected_regret ? a.expected_regret < b.expected_regret : a.name < b.name;
}

constexpr double kSameWeight = 1e-9;  // sums in another order

// The safest, the cheapest of those that satisfy most, and the best of "just buy all-flash" keep their place among
// those that are shown.
void choose(PortfolioResult& out) {
  double most = 0;
  for (const HedgedDesign& d : out.designs) most = std::max(most, d.satisfied - kSameWeight);
  const auto first = std::find_if(out.designs.begin(), out.designs.end(),
                                  [&](const HedgedDesign& d) { return d.satisfied >= most; });
  if (first != out.designs.end())
    out.safest = out.complete = static_cast<std::size_t>(first - out.designs.begin());
  for (std::size_t i = 0; i < out.designs.size(); ++i) {
    if (out.designs[i].satisfied >= most) {
      if (out.designs[i].worst_regret < out.designs[out.safest].worst_regret) out.safest = i;
      if (out.designs[i].expected < out.designs[out.complete].expected) out.complete = i;
    }
    const Family family = out.designs[i].family;
    if (!out.all_flash && (family == Family::kFlashTlc || family == Family::kFlashQlc)) out.all_flash = i;
  }
  std::vector<HedgedDesign> shown;
  for (std::size_t i = 0; i < out.designs.size(); ++i) {
    const bool safest = i == out.safest, complete = i == out.complete, all_flash = out.all_flash == i;
    if (i >= kMostShown && !safest && !complete && !all_flash) continue;
    if (safest) out.safest = shown.size();
    if (complete) out.complete = shown.size();
    if (all_flash) out.all_flash = shown.size();
    shown.push_back(std::move(out.designs[i]));
  }
  out.designs = std::move(shown);
}

}  // namespace

PortfolioResult hedge(const Portfolio& portfolio, const PriceBook& prices, const Catalogue& catalogue,
                      unsigned threads, std::stop_token stop) {
  PortfolioResult out;
  const std::vector<Room> rooms = rooms_of(portfolio, prices, catalogue, threads, stop);
  const std::vector<Design> designs = candidates(portfolio, rooms, prices, catalogue, threads, stop);
  out.designs.resize(designs.size());
  parallel_for(designs.size(), 1, threads, stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
    out.designs[i] = hedged(designs[i], portfolio, rooms, prices);
  });
  if (stop.stop_requested()) throw Interrupted();
  out.judged = designs.size();
  std::sort(out.designs.begin(), out.designs.end(), better);
  choose(out);
  for (std::size_t s = 0; s < rooms.size(); ++s) {
    const Need& need = rooms[s].screening.need();
    ScenarioBest best{portfolio.scenarios[s].name,
                      portfolio.scenarios[s].weight,
                      need.read,
                      need.capacity,
                      rooms[s].best,
                      "",
                      ""};
    if (!rooms[s].ranked.empty()) {
      const Design& d = rooms[s].screening.designs()[rooms[s].ranked.front().design];
      best.family = to_string(d.family);
      best.design = d.name;
    }
    out.scenarios.push_back(std::move(best));
  }
  return out;
}

}  // namespace aforo
