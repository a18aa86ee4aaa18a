#include "sizing/line_search.h"

#include <algorithm>
#include <cmath>

#include "sizing/money.h"

namespace aforo {
namespace {

// The least of [from, to], from >= 1, for which `holds`, which is false and then true; to + 1 where it never
// is.
template <class Holds>
std::uint32_t first_of(std::uint32_t from, std::uint32_t to, const Holds& holds) {
  while (from <= to) {
    const std::uint32_t middle = from + (to - from) / 2;
    if (holds(middle))
      to = middle - 1;
    else
      from = middle + 1;
  }
  return from;
}

std::vector<double> utilisations(const Judgement& judged) {
  std::vector<double> out;
  for (const Served& served : judged.served) out.push_back(served.au);
  return out;
}

}  // namespace

JudgedLine judged_line(const DesignLine& line, const Need& need) {
  const auto least = least_size(line, need);
  const LineLimits limits = limits_of(line, need);
  return {line, least, limits, {}, {}};
}

LineSearch::LineSearch(JudgedLine& line, const Need& need, std::uint32_t accelerators_per_host,
                       LinePrices& prices, Ceilings& ceilings, const Refusal& refused)
    : line_(line),
      need_(need),
      per_host_(accelerators_per_host),
      prices_(prices),
      ceilings_(ceilings),
      refused_(refused),
      costs_(prices.costs_of(line.line)) {}

bool LineSearch::single() const { return need_.jobs.size() == 1; }

double LineSearch::target() const { return single() ? least_utilisation(need_.jobs.front()) : 0; }

double LineSearch::mean_bound(const LineSize& size, double hits) const {
  return utilisation_bound(line_.limits, line_.line, need_, size, hits);
}

// Idle money where no job is busier than that.
double LineSearch::idle(const Ceiling& ceiling, double most) const {
  if (single()) return prices_.idle(std::min(most, ceiling.empty() ? 1 : ceiling.front()));
  return ceiling.empty() ? 0 : prices_.idle(ceiling);
}

std::uint32_t LineSearch::most_in_front() const {
  return std::max(line_.least->tier, most_tier_servers(line_.line, need_));
}

std::optional<TierRange> LineSearch::next_in_front(std::uint32_t from) const {
  if (!line_.least) return std::nullopt;
  const auto could = [&](std::uint32_t tier) {
    return mean_bound({kMostNodes, tier}, hits_of(line_.line, need_, tier)) >= target();
  };
  if (!line_.line.has_tier()) return from == 0 && could(0) ? std::optional(TierRange{0, 0}) : std::nullopt;
  const std::uint32_t most = most_in_front();
  from = std::max(from, line_.least->tier);
  if (from > most || !could(most)) return std::nullopt;
  if (!could(from)) from = first_of(from + 1, most, could);
  return TierRange{from, std::min(most, ceiling_count(from))};
}

double LineSearch::least_from(std::uint32_t tier) const {
  return least_cost_of(costs_, line_.line, {line_.least->main, tier});
}

// What is bounded for some numbers of servers in front: the cost of the fewest, all else of the most.
struct LineSearch::Side {
  TierRange tier{};
  double hits = 0;
  const Ceiling* ceiling = nullptr;
};

LineSearch::Side LineSearch::side_of(const TierRange& tier, Bound bound) {
  static const Ceiling none;
  Side out{tier, hits_of(line_.line, need_, tier.to), &none};
  if (line_.line.tier.drive == nullptr) return out;
  if (bound == Bound::kLine) out.ceiling = &ceilings_.of(line_.line);
  if (bound == Bound::kInFront) out.ceiling = &ceilings_.in_front(line_.line, tier.to);
  if (bound != Bound::kFigures && out.ceiling->empty()) out.ceiling = nullptr;
  return out;
}

// Of servers behind; more than `most` where none do.
std::uint32_t LineSearch::first_by_figures(const Side& side, std::uint32_t most) const {
  const std::uint32_t enough = single() ? 0 : servers_for(line_.limits, 1, 1, 0);
  const auto could = [&](std::uint32_t n) { return mean_bound({n, side.tier.to}, side.hits) >= target(); };
  const std::uint32_t from = std::max(line_.least->main, enough);
  return from > most || !could(most) ? most + 1 : first_of(from, most, could);
}

SizeTotal LineSearch::least_with(const TierRange& tier, Bound bound, double limit) {
  SizeTotal best{HUGE_VAL, {}};
  const std::uint32_t most = affordable(tier.from, limit);
  const Side side = side_of(tier, Bound::kFigures);
  const std::uint32_t from = first_by_figures(side, most);
  if (from > most) return best;
  const Side better = side_of(tier, bound);
  if (better.ceiling != nullptr) look_between(better, from, most, {}, best);
  return best;
}

double LineSearch::least_from(const TierRange& tier, std::uint32_t main) {
  const Side side = side_of(tier, Bound::kInFront);
  return least_cost_of(costs_, line_.line, {main, tier.from}) + idle(*side.ceiling, 1);
}

BehindRange LineSearch::next_behind(const TierRange& tier, std::uint32_t from, std::uint32_t steps,
                                    double limit, std::uint32_t to) {
  BehindRange out{0, 0, {HUGE_VAL, {}}, 0};
  const std::uint32_t each = line_.line.per_node, most = std::min(to, affordable(tier.from, limit));
  const Side side = side_of(tier, Bound::kInFront);
  from = std::max(from, first_by_figures(side, most));
  if (from > most) return out;
  out.from = from;
  std::uint32_t drives = 0;
  while (out.steps < steps && out.to < most) {
    drives = ceiling_count(each * (out.steps == 0 ? from : out.to + 1));
    out.to = std::min(most, drives / each);
    ++out.steps;
  }
  const Ceiling& behind = ceilings_.behind(line_.line, drives, tier.to);
  if (!behind.empty()) look_between(side, out.from, out.to, behind, out.least);
  return out;
}

// The most servers behind that cost less than that.
std::uint32_t LineSearch::affordable(std::uint32_t tier, double limit) const {
  const double one = least_cost_of(costs_, line_.line, {1, tier}),
               more = costs_.server + line_.line.per_node * costs_.drive;
  const double most = std::min(kMostNodes, kMostDrives / line_.line.per_node);
  return static_cast<std::uint32_t>(
      std::clamp(more > 0 && limit < HUGE_VAL ? 1 + (limit - one) / more : most, 0.0, most));
}

// Cost is linear, and the utilisation that mean figures allow rises and then stays, but for pauses: the total
// is least at either end, where it stops rising, or where a server less in the pauses just pays for itself.
void LineSearch::look_between(const Side& side, std::uint32_t from, std::uint32_t to, const Ceiling& behind,
                              SizeTotal& best) const {
  const double cap =
      std::min(side.ceiling->empty() ? 1 : side.ceiling->front(), behind.empty() ? 1 : behind.front());
  const auto full = servers_for(line_.limits, 1, cap, side.hits);
  const double server = costs_.server + line_.line.per_node * costs_.drive, pause = line_.limits.pause;
  const double even = server > 0 ? std::sqrt(prices_.idle(0) * cap * pause / server) - pause : kMostNodes;
  const auto pays = static_cast<std::uint32_t>(std::clamp<double>(even, 1, kMostNodes));
  for (const std::uint32_t n : {from, to, full - 1, full, pays, pays + 1}) {
    const LineSize size{std::clamp(n, from, to), side.tier.from};
    const double au = mean_bound({size.main, side.tier.to}, side.hits);
    const double total =
        least_cost_of(costs_, line_.line, size) + std::max(idle(*side.ceiling, au), idle(behind, au));
    if (total < best.total) best = {total, size};
  }
}

double LineSearch::bound_of(const LineSize& size, double limit) {
  const double hits = hits_of(line_.line, need_, size.tier), au = mean_bound(size, hits);
  if (au < target()) return HUGE_VAL;
  static const Ceiling none;
  const double cost = cost_of(costs_, line_.line, size);
  double out = cost + idle(none, au);
  const auto raise = [&](const Ceiling& ceiling) {
    out = ceiling.empty() ? HUGE_VAL : std::max(out, cost + idle(ceiling, au));
  };
  const DesignLine& line = line_.line;
  if (out < limit) raise(ceilings_.behind(line, ceiling_count(line.per_node * size.main), size.tier));
  if (out < limit && line.tier.drive != nullptr) raise(ceilings_.in_front(line, ceiling_count(size.tier)));
  return out;
}

SizeTotal LineSearch::cheapest(const LineSize& start, double limit) {
  LineSize at = start;
  double now = grown_until_it_serves(at, limit);
  if (!std::isfinite(now)) return {HUGE_VAL, {}};
  std::uint32_t main = std::max(1u, at.main / 8), tier = at.tier == 0 ? 0 : std::max(1u, at.tier / 8);
  while (main > 0 || tier > 0) {
    if (step(at, now, main, tier)) continue;
    main /= 2;
    tier /= 2;
  }
  return {now, at};
}

bool LineSearch::could_serve(double limit) {
  LineSize most{affordable(line_.least->tier, limit), 0};
  if (most.main < line_.least->main) return false;
  if (line_.line.has_tier()) {
    const auto too_dear = [&](std::uint32_t tier) { return least_from(tier) >= limit; };
    most.tier = first_of(line_.least->tier, most_in_front(), too_dear) - 1;
    if (most.tier < line_.least->tier) return false;
  }
  const auto [found, is_new] = line_.largest.try_emplace(most);
  if (is_new) found->second = judged_anew(most).serves();
  return found->second && !(refused_ && refused_(line_.line, most));
}

bool LineSearch::is_allowed(const LineSize& size) {
  return judge(size).serves() && !(refused_ && refused_(line_.line, size));
}

const Judgement& LineSearch::judge(const LineSize& size) {
  const auto [found, is_new] = line_.judged.try_emplace(size);
  if (is_new) found->second = judged_anew(size);
  return found->second;
}

Judgement LineSearch::judged_anew(const LineSize& size) const {
  const Design design = figures_of(line_.line, need_, size);
  Judgement out = check_figures(design, need_, false);
  if (out.serves()) out = judge_design(design, need_, per_host_, &ceilings_.solved());
  return out;
}

// Infinite where it does not serve, or could not for less than `limit`.
double LineSearch::total(const LineSize& size, double limit) {
  if (bound_of(size, limit) >= limit) return HUGE_VAL;
  const Judgement& judged = judge(size);
  if (!judged.serves() || (refused_ && refused_(line_.line, size))) return HUGE_VAL;
  const double cost = cost_of(costs_, line_.line, size);
  if (line_.line.tier.drive == nullptr || line_.line.staged) return cost + prices_.idle(utilisations(judged));
  return cost + prices_.idle(paid_utilisations(figures_of(line_.line, need_, size), need_, judged.served));
}

// More servers do not help against what is not theirs, nor where many more bring next to nothing.
double LineSearch::grown_until_it_serves(LineSize& at, double limit) {
  constexpr double kLeastGain = 1.001;
  double found = total(at, limit);
  bool grows = true;  // steps do, until one leads to what could not win any more
  for (std::uint32_t by = 1; by > 0 && !std::isfinite(found); by = grows ? 2 * by : by / 2) {
    const auto known = line_.judged.find(at);
    if (known == line_.judged.end()) return HUGE_VAL;
    if (known->second.check == "latency" || known->second.check == "network") return HUGE_VAL;
    const double reach = known->second.serves() ? 0 : known->second.reach;
    const auto next = grown(at, by, limit);
    grows = grows && next;
    if (!next) continue;
    if (by >= at.main / 2 && reach_of(*next) < kLeastGain * reach) return HUGE_VAL;
    at = *next;
    found = total(at, limit);
  }
  return found;
}

// So many servers more behind, or as large a share in front: what comes nearer to serving. Nothing where none
// could win any more.
std::optional<LineSize> LineSearch::grown(const LineSize& at, std::uint32_t by, double limit) {
  std::optional<LineSize> out;
  const LineSize behind{std::min(kMostNodes, at.main + by), at.tier};
  LineSize in_front = at;
  if (at.tier > 0) in_front.tier = std::min(most_in_front(), at.tier + std::max(1U, by * at.tier / at.main));
  for (const LineSize& size : {behind, in_front}) {
    if (size == at || bound_of(size, limit) >= limit) continue;
    const bool better =
        judge(size).serves() || !out || (!judge(*out).serves() && reach_of(size) > reach_of(*out));
    if (better) out = size;
  }
  return out;
}

double LineSearch::reach_of(const LineSize& size) const {
  const auto known = line_.judged.find(size);
  return known == line_.judged.end() ? 0 : known->second.reach;
}

// To a neighbour that is cheaper, so many servers away; false where none is.
bool LineSearch::step(LineSize& at, double& now, std::uint32_t main, std::uint32_t tier) {
  const std::uint32_t most_in_front = line_.line.has_tier() ? this->most_in_front() : 0;
  for (const int m : {-1, 0, 1})
    for (const int t : {-1, 0, 1}) {
      if ((m == 0 && t == 0) || (t != 0 && tier == 0) || (m != 0 && main == 0)) continue;
      const std::int64_t to_main = at.main + std::int64_t{m} * main,
                         to_tier = at.tier + std::int64_t{t} * tier;
      if (to_main < line_.least->main || to_tier < line_.least->tier || to_main > kMostNodes ||
          to_tier > most_in_front)
        continue;
      const LineSize there{static_cast<std::uint32_t>(to_main), static_cast<std::uint32_t>(to_tier)};
      const double found = total(there, now);
      if (!(found < now)) continue;
      at = there;
      now = found;
      return true;
    }
  return false;
}

}  // namespace aforo
