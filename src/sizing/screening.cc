#include "sizing/screening.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "base/parallel_for.h"
#include "sizing/line_queue.h"
#include "sizing/providers.h"

namespace aforo {

namespace {

// Drives of one medium and size are one product: their makers compete. Cached families are told apart by
// the flash.
std::string group_of(const Design& d, Grouping grouping) {
  std::string out(to_string(d.family));
  if (grouping == Grouping::kFamily) return out;
  if (d.main.drives > 0 && d.fast.drives > 0) return out + '|' + std::string(to_string(d.fast.drive->media));
  if (d.main.drives > 0) return out + '|' + bytes_decimal(d.main.drive->capacity);
  return out + '|' + d.product;
}

std::string group_of(const DesignLine& line, Grouping grouping) {
  std::string out(to_string(line.family));
  if (grouping == Grouping::kFamily) return out;
  if (line.tier.drive != nullptr) return out + '|' + std::string(to_string(line.tier.drive->media));
  return out + '|' + bytes_decimal(line.main.drive->capacity);
}

bool same_parts(const DesignLine& a, const DesignLine& b) {
  return a.family == b.family && a.main.drive == b.main.drive && a.tier.drive == b.tier.drive;
}

}  // namespace

Screening::Screening(const SizingAsk& ask, const Catalogue& catalogue, unsigned threads,
                     std::shared_ptr<SolvedNetworks> solved, std::stop_token stop)
    : ask_(ask),
      need_(need_of(ask)),
      places_(places_on_offer(ask, catalogue)),
      solved_(std::move(solved)),
      threads_(threads),
      stop_(std::move(stop)) {
  for (const JobNeed& job : need_.jobs) {
    most_au_.push_back(std::min(job.host.pace, job.host.ideal.au));
    hopeless_ = hopeless_ || !aforo::could_serve(job);
  }
  for (Design& design : build_designs(ask, need_, catalogue)) designs_.push_back(std::move(design));
  offers_ = designs_.size();
  known_.resize(offers_, Known::kNothing);
  most_of_.resize(offers_);
  for (std::size_t i = 0; i < offers_; ++i) {
    judged_.push_back(check_figures(designs_[i], need_));
    if (!judged_[i].serves()) known_[i] = Known::kFigures;
  }
  chain_offers();
  for (const DesignLine& line : design_lines(ask, need_, catalogue))
    lines_.push_back(judged_line(line, need_));
  for (const Grouping grouping : {Grouping::kFamily, Grouping::kProduct})
    members_[grouping] = members_by(grouping);
  ceilings_ = std::make_unique<Ceilings>(need_, ask_.accelerators_per_host, *solved_);
}

bool Screening::could_serve(std::size_t job) const { return aforo::could_serve(need_.jobs[job]); }

std::vector<Screening::Members> Screening::members_by(Grouping grouping) const {
  std::map<std::string, Members> groups;
  for (std::size_t i = 0; i < offers_; ++i) groups[group_of(designs_[i], grouping)].offers.push_back(i);
  Members* last = nullptr;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (i == 0 || !same_parts(lines_[i - 1].line, lines_[i].line))
      last = &groups[group_of(lines_[i].line, grouping)];
    last->lines.push_back(i);
  }
  std::vector<Members> out;
  for (auto& [name, members] : groups) out.push_back(std::move(members));
  return out;
}

std::vector<double> Screening::passed_costs(const PriceBook& prices) const {
  std::vector<double> out;
  for (const std::size_t design : passed_) out.push_back(fixed_costs(designs_[design], prices));
  return out;
}

// What passed, reads no less and costs no more is the better one, however busy simulation finds both: the closed
// forms, which know nothing of that, would have all its twins simulated too.
bool Screening::is_refused(const Design& d, double cost, Look look,
                           const std::vector<double>& passed_costs) const {
  constexpr double kSame = 1 + 1e-9;  // sums in another order
  const bool writes = need_.checkpoint_write.value > 0;
  for (std::size_t i = 0; i < passed_.size(); ++i) {
    const Design& p = designs_[passed_[i]];
    if (cost * kSame >= passed_costs[i] && same_drives(p, d) && reads_within(d, p, kSame) &&
        (!writes || d.write.value <= p.write.value * kSame))
      return true;
  }
  return look == Look::kRanking ? trials_.refuses(d) : trials_.refuses_between(d);
}

void Screening::judge_fastest(const std::vector<std::size_t>& members) {
  std::map<std::string, std::size_t> fastest;
  for (const std::size_t i : members) {
    if (known_[i] == Known::kFigures) continue;
    const auto [at, is_new] = fastest.try_emplace(group_of(designs_[i], Grouping::kProduct), i);
    if (!is_new && designs_[i].read.value > designs_[at->second].read.value) at->second = i;
  }
  for (const auto& [product, i] : fastest) judge_offer(i);
}

std::optional<Screening::LineBest> Screening::cheapest_line(const std::vector<std::size_t>& members,
                                                            const PriceBook& prices, Look look, double limit,
                                                            Aim aim) {
  if (hopeless_) {
    if (aim == Aim::kNamed) judge_some(members);
    return std::nullopt;
  }
  LinePrices line_prices(prices, need_, accelerator_hour());
  Refusal refused;
  const std::vector<double> passed = passed_costs(prices);
  if (trials_.any_failed() || !passed.empty())
    refused = [&](const DesignLine& line, const LineSize& size) {
      const double cost = cost_of(line_prices.costs_of(line), line, size);
      return is_refused(figures_of(line, need_, size), cost, look, passed);
    };
  LineQueue queue(
      [&](std::size_t i) {
        return LineSearch(lines_[i], need_, ask_.accelerators_per_host, line_prices, *ceilings_, refused);
      },
      aim, stop_);
  std::optional<LineBest> best;
  // Lines are on premises: what is dearer there is so for all of them.
  if (const auto found = queue.cheapest(members, limit - standing(prices).more({})))
    best = LineBest{found->line, found->size};
  if (!best && std::isinf(limit) && aim == Aim::kNamed) judge_some(members);
  return best;
}

void Screening::judge_some(const std::vector<std::size_t>& members) {
  constexpr std::size_t kSome = 8;  // chosen: the nearest miss of each check is shown, and few fail by many
  const PriceBook& prices = PriceBook::shipped();
  LinePrices line_prices(prices, need_, accelerator_hour());
  const Refusal none;
  std::set<std::pair<const Drive*, const Drive*>> seen;
  for (const std::size_t i : members) {
    const DesignLine& line = lines_[i].line;
    if (!lines_[i].least || seen.size() >= kSome) continue;
    if (!seen.insert({line.main.drive, line.tier.drive}).second) continue;
    LineSearch search(lines_[i], need_, ask_.accelerators_per_host, line_prices, *ceilings_, none);
    const auto tier = search.next_in_front(0);
    const SizeTotal least =
        tier ? search.least_with(*tier, Bound::kFigures, HUGE_VAL) : SizeTotal{HUGE_VAL, {}};
    search.judge(std::isfinite(least.total) ? least.size : *lines_[i].least);
  }
}

std::size_t Screening::keep(std::size_t line, const LineSize& size) {
  const auto [found, is_new] = kept_.try_emplace({line, size}, designs_.size());
  if (is_new) {
    line_of_[designs_.size()] = {line, size};
    designs_.push_back(design_of(lines_[line].line, need_, size));
    const Judgement& known = lines_[line].judged.at(size);
    judged_.push_back(known.serves() || !known.reason.empty() ? known
                                                              : check_figures(designs_.back(), need_));
  }
  return found->second;
}

Ranked Screening::ranked(const LineBest& best, const PriceBook& prices) {
  const std::size_t design = keep(best.line, best.found.size);
  return {design, bill(design, prices)};
}

std::optional<Ranked> Screening::cheapest_of(const std::vector<std::size_t>& offers,
                                             const std::vector<std::size_t>& lines, const PriceBook& prices,
                                             Look look, double limit, Aim aim) {
  std::optional<Ranked> offer = cheapest_offer(offers, prices, look, limit);
  const auto line = cheapest_line(lines, prices, look, offer ? offer->bill.compared() : limit, aim);
  return line ? ranked(*line, prices) : offer;
}

std::optional<Ranked> Screening::cheapest_where(const std::function<bool(Family)>& counts,
                                                const PriceBook& prices, double limit, Aim aim) {
  std::vector<std::size_t> offers, lines;
  for (std::size_t i = 0; i < offers_; ++i)
    if (counts(designs_[i].family)) offers.push_back(i);
  for (std::size_t i = 0; i < lines_.size(); ++i)
    if (counts(lines_[i].line.family)) lines.push_back(i);
  std::optional<Ranked> best = cheapest_of(offers, lines, prices, Look::kRanking, limit, aim);
  for (const std::size_t design : passed_) {
    if (!counts(designs_[design].family)) continue;
    Bill found = bill(design, prices);
    if (found.compared() < (best ? best->bill.compared() : limit)) best = Ranked{design, std::move(found)};
  }
  return best;
}

std::optional<Ranked> Screening::cheapest(const PriceBook& prices, double limit) {
  return cheapest_where([](Family) { return true; }, prices, limit, Aim::kCheapest);
}

bool Screening::anything_serves(const PriceBook& prices) {
  std::vector<std::size_t> offers, lines(lines_.size());
  for (const std::vector<std::size_t>& chain : chains_)
    for (std::size_t at = chain.size(); at > 0; --at) {
      const std::size_t largest = chain[at - 1];
      if (!can_serve(largest)) continue;
      bound_offer(largest);
      if (!can_serve(largest)) break;  // nor does a smaller one
      judge_offer(largest);
      if (judged_[largest].serves()) return true;
      offers.insert(offers.end(), chain.begin(), chain.end());
      break;
    }
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i] = i;
  return cheapest_line(lines, prices, Look::kRanking, HUGE_VAL, Aim::kAny) ||
         cheapest_offer(offers, prices, Look::kRanking, HUGE_VAL);
}

std::optional<Ranked> Screening::cheapest_on_premises(const PriceBook& prices) {
  return cheapest_where([](Family family) { return !in_cloud(family); }, prices, HUGE_VAL, Aim::kNamed);
}

std::optional<Ranked> Screening::next_between(const PriceBook& prices, double limit) {
  if (!trials_.any_failed()) return std::nullopt;
  std::vector<std::size_t> offers(offers_), lines(lines_.size());
  for (std::size_t i = 0; i < offers.size(); ++i) offers[i] = i;
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i] = i;
  return cheapest_of(offers, lines, prices, Look::kBetween, limit, Aim::kNamed);
}

std::vector<Ranked> Screening::rank(const PriceBook& prices, Grouping grouping, Aim aim) {
  const std::vector<Members>& lists = members_.at(grouping);
  struct Found {
    std::optional<Ranked> offer;
    std::optional<LineBest> line;
  };
  std::vector<Found> found(lists.size());
  parallel_for(lists.size(), 1, threads_, {}, [&](unsigned, std::uint64_t i, std::uint64_t) {
    found[i].offer = cheapest_offer(lists[i].offers, prices, Look::kRanking, HUGE_VAL);
    found[i].line = cheapest_line(lists[i].lines, prices, Look::kRanking,
                                  found[i].offer ? found[i].offer->bill.compared() : HUGE_VAL, aim);
  });
  std::map<std::string, Ranked> best;
  const auto add = [&](Ranked one) {
    const auto [at, is_new] = best.try_emplace(group_of(designs_[one.design], grouping), one);
    if (!is_new && one.bill.compared() < at->second.bill.compared()) at->second = std::move(one);
  };
  for (Found& one : found) {
    if (one.line) add(ranked(*one.line, prices));
    if (one.offer) add(std::move(*one.offer));
  }
  for (const std::size_t design : passed_) add({design, bill(design, prices)});
  std::vector<Ranked> out;
  for (auto& [group, one] : best) out.push_back(std::move(one));
  std::stable_sort(out.begin(), out.end(),
                   [](const Ranked& a, const Ranked& b) { return a.bill.compared() < b.bill.compared(); });
  return out;
}

std::map<std::string, std::string> Screening::last_checks() const {
  std::map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < offers_; ++i) {
    if (known_[i] == Known::kNothing || judged_[i].serves()) continue;
    const auto [at, is_new] = last.try_emplace(group_of(designs_[i], Grouping::kProduct), i);
    if (!is_new && designs_[i].read.value > designs_[at->second].read.value) at->second = i;
  }
  std::map<std::string, std::string> out;
  for (const auto& [product, i] : last) out[product] = judged_[i].check;
  return out;
}

std::vector<Rejected> Screening::rejected() {
  struct Nearest {
    double reach = 0;
    std::size_t offer = 0, line = 0;
    LineSize size;
    bool of_line = false;
  };
  if (!hopeless_) find_nearest_misses();
  std::map<std::string, Nearest> nearest;
  const std::map<std::string, std::string> last = last_checks();
  for (std::size_t i = 0; i < offers_; ++i) {
    if (known_[i] == Known::kNothing || judged_[i].serves()) continue;
    const std::string product = group_of(designs_[i], Grouping::kProduct);
    if (judged_[i].check != last.at(product)) continue;
    Nearest& slot = nearest[product];
    if (judged_[i].reach > slot.reach) slot = {judged_[i].reach, i, 0, {}, false};
  }
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto& judged = lines_[i].judged;
    if (std::any_of(judged.begin(), judged.end(), [](const auto& j) { return j.second.serves(); })) continue;
    for (const auto& [size, judgement] : judged) {
      Nearest& slot = nearest[group_of(lines_[i].line, Grouping::kProduct)];
      if (judgement.reach > slot.reach) slot = {judgement.reach, 0, i, size, true};
    }
  }
  std::vector<Rejected> out;
  for (auto& [name, one] : nearest) {
    if (!(one.reach > 0)) continue;
    if (!one.of_line) judge_offer(one.offer);
    const std::size_t design = one.of_line ? keep(one.line, one.size) : one.offer;
    if (judged_[design].serves()) continue;
    out.push_back({design, judged_[design].reason, judged_[design].reach});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Rejected& a, const Rejected& b) { return a.reach > b.reach; });
  return out;
}

void Screening::replace(std::size_t design, Judgement judgement) {
  const auto line = line_of_.find(design);
  if (line != line_of_.end()) lines_[line->second.first].judged[line->second.second] = judgement;
  judged_[design] = std::move(judgement);
  if (!judged_[design].serves()) return trials_.failed(designs_[design]);
  trials_.passed(designs_[design]);
  passed_.push_back(design);
}

std::size_t Screening::judged_count() const {
  auto out = static_cast<std::size_t>(std::count_if(
      known_.begin(), known_.end(), [](Known k) { return k != Known::kNothing && k != Known::kBelow; }));
  for (const JudgedLine& line : lines_) out += line.judged.size();
  return out;
}

Bill Screening::bill(std::size_t design, const PriceBook& prices) const {
  return bill(design, prices, standing(prices));
}

Bill Screening::bill(std::size_t design, const PriceBook& prices, const Standing& there) const {
  Bill out = bill_of(designs_[design], need_, judged_[design].served, prices, accelerator_hour());
  out.accelerators_more = there.more(cloud_of(designs_[design]));
  return out;
}

}  // namespace aforo
