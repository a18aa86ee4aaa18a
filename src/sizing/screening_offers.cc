#include <algorithm>
#include <cmath>
#include <map>
#include <queue>
#include <tuple>

#include "base/error.h"
#include "sizing/offer_chains.h"
#include "sizing/screening.h"

namespace aforo {

// One search of Screening::cheapest_offer. What is known least costs least to know: the least that sizes of a chain cost
// with what no storage could mend, then with the upper bound that the largest of them has, then by halves.
class Screening::OfferSearch {
 public:
  OfferSearch(Screening& of, const std::vector<std::size_t>& members, const PriceBook& prices, double limit)
      : of_(of), prices_(prices), limit_(limit) {
    const Standing there = of.standing(prices);
    std::map<std::size_t, std::vector<Offer>> chains;
    for (const std::size_t i : members) {
      if (!of.can_serve(i)) continue;
      const Design& d = of.designs_[i];
      chains[of.chain_of_[i].first].push_back({i, fixed_costs(d, prices) + there.more(cloud_of(d)),
                                               pause_costs(d, of.need_, prices, of.accelerator_hour())});
    }
    for (auto& [number, offers] : chains) {
      std::sort(offers.begin(), offers.end(), [&](const Offer& a, const Offer& b) {
        return of.chain_of_[a.design].second < of.chain_of_[b.design].second;
      });
      chains_.push_back(std::move(offers));
      push(chains_.size() - 1, 0, chains_.back().size() - 1, of.most_au_, false);
    }
  }

  // The next to judge: by its bound the cheapest of those that may cost less than the limit; nothing where none do.
  std::optional<std::size_t> next() {
    while (!queue_.empty() && queue_.top().least < limit_) {
      const Entry e = queue_.top();
      queue_.pop();
      if (!e.bounded) {
        look_at_largest(e);
      } else if (e.from == e.to) {
        return chains_[e.chain][e.from].design;
      } else {
        const std::size_t middle = (e.from + e.to) / 2;
        push(e.chain, e.from, middle, *e.most, false);
        push(e.chain, middle + 1, e.to, *e.most, true);
      }
    }
    return std::nullopt;
  }

  void lower_limit(double limit) { limit_ = limit; }

 private:
  struct Offer {
    std::size_t design;
    double cost, pause;  // a month
  };
  // Of sizes of one chain the least that any costs at such utilisations, which none exceeds.
  struct Entry {
    double least;
    std::size_t chain, from, to;
    const std::vector<double>* most;
    bool bounded;  // they are those of the largest itself
    // The cheapest comes first; of equals, always the same.
    bool operator<(const Entry& other) const {
      return std::tuple(least, chain, from) > std::tuple(other.least, other.chain, other.from);
    }
  };

  void push(std::size_t chain, std::size_t from, std::size_t to, const std::vector<double>& most,
            bool bounded) {
    const std::vector<Offer>& offers = chains_[chain];
    const double idle = of_.idle_at(offers[to].design, most, prices_);
    double least = HUGE_VAL;
    for (std::size_t at = from; at <= to; ++at)
      least = std::min(least, offers[at].cost + std::max(offers[at].pause, idle));
    if (least < limit_) queue_.push({least, chain, from, to, &most, bounded});
  }

  void look_at_largest(const Entry& e) {
    const std::size_t largest = chains_[e.chain][e.to].design;
    if (of_.known_[largest] == Known::kAll) {  // more than a bound, of this one alone
      if (e.from < e.to) push(e.chain, e.from, e.to - 1, *e.most, false);
      return push(e.chain, e.to, e.to, *e.most, true);
    }
    of_.bound_offer(largest);
    if (of_.can_serve(largest)) return push(e.chain, e.from, e.to, of_.most_of_[largest], true);
    for (std::size_t at = e.from; at < e.to; ++at) {
      Known& known = of_.known_[chains_[e.chain][at].design];
      if (known == Known::kNothing) known = Known::kBelow;
    }
  }

  Screening& of_;
  const PriceBook& prices_;
  double limit_;
  std::vector<std::vector<Offer>> chains_;
  std::priority_queue<Entry> queue_;
};

void Screening::chain_offers() {
  std::vector<const Design*> offers;
  for (std::size_t i = 0; i < offers_; ++i) offers.push_back(&designs_[i]);
  chains_ = chains_of(offers);
  chain_of_.resize(offers_);
  for (std::size_t chain = 0; chain < chains_.size(); ++chain)
    for (std::size_t at = 0; at < chains_[chain].size(); ++at) chain_of_[chains_[chain][at]] = {chain, at};
}

bool Screening::can_serve(std::size_t i) const {
  return judged_[i].serves() && known_[i] != Known::kFigures && known_[i] != Known::kBelow;
}

std::optional<Ranked> Screening::cheapest_offer(const std::vector<std::size_t>& members,
                                                const PriceBook& prices, Look look, double limit) {
  if (hopeless_) {
    judge_fastest(members);
    return std::nullopt;
  }
  const Standing there = standing(prices);
  const std::vector<double> passed = passed_costs(prices);
  OfferSearch search(*this, members, prices, limit);
  std::optional<Ranked> best;
  while (const auto i = search.next()) {
    judge_offer(*i);
    if (!judged_[*i].serves() || is_refused(designs_[*i], fixed_costs(designs_[*i], prices), look, passed))
      continue;
    Bill found = bill(*i, prices, there);
    if (found.compared() >= limit) continue;
    limit = found.compared();
    search.lower_limit(limit);
    best = Ranked{*i, std::move(found)};
  }
  return best;
}

// The search leaves open which of the sizes that were not looked at is the nearest miss.
void Screening::find_nearest_misses() {
  for (const std::vector<std::size_t>& chain : chains_) {
    const auto missed = [&](std::size_t at) {
      return known_[chain[at]] == Known::kMissed ||
             (known_[chain[at]] == Known::kAll && !can_serve(chain[at]));
    };
    std::size_t miss = chain.size(), serves = chain.size();
    for (std::size_t at = 0; at < chain.size(); ++at)
      if (missed(at)) miss = at;
    for (std::size_t at = chain.size(); at > miss + 1; --at)
      if (known_[chain[at - 1]] >= Known::kBound) serves = at - 1;
    while (serves < chain.size() && serves - miss > 1) {
      const std::size_t middle = (miss + serves) / 2;
      bound_offer(chain[middle]);
      (can_serve(chain[middle]) ? serves : miss) = middle;
    }
    if (miss < chain.size()) take_smaller(chain, miss);
  }
}

// Where more of it no longer helps, a smaller size misses by as little.
void Screening::take_smaller(const std::vector<std::size_t>& chain, std::size_t miss) {
  constexpr double kAsNear = 0.999;  // chosen: nobody would buy more for that
  std::size_t from = 0;
  while (from < miss && known_[chain[miss]] == Known::kMissed) {
    const std::size_t middle = (from + miss) / 2, i = chain[middle];
    if (known_[i] == Known::kFigures) {
      from = middle + 1;
      continue;
    }
    bound_offer(i);
    if (known_[i] != Known::kMissed || judged_[i].reach < kAsNear * judged_[chain[miss]].reach) return;
    known_[chain[miss]] = Known::kBelow;
    judged_[chain[miss]] = {};
    miss = middle;
  }
}

double Screening::idle_at(std::size_t i, std::span<const double> au, const PriceBook& prices) const {
  return idle_costs(need_, au, prices, accelerator_hour(), cloud_of(designs_[i]));
}

void Screening::bound_offer(std::size_t i) {
  if (known_[i] != Known::kNothing && known_[i] != Known::kBelow) return;
  if (stop_.stop_requested()) throw Interrupted();
  judged_[i] = judge_design(designs_[i], need_, ask_.accelerators_per_host, solved_.get(), true);
  known_[i] = judged_[i].serves() ? Known::kBound : Known::kMissed;
  for (const Served& served : judged_[i].served) most_of_[i].push_back(served.au);
}

void Screening::judge_offer(std::size_t i) {
  if (known_[i] == Known::kFigures || known_[i] == Known::kAll) return;
  if (stop_.stop_requested()) throw Interrupted();
  judged_[i] = judge_design(designs_[i], need_, ask_.accelerators_per_host, solved_.get());
  known_[i] = Known::kAll;
}

}  // namespace aforo
