// All designs for one need, judged as far as it takes to know the cheapest of each group.
//
// A design's fixed costs and its pauses for checkpoints bound its total from below, so each group
// is judged from the cheapest on, until the next one could not win any more. Designs of the same
// parts differ only in number, and utilisation rises with it, so the smallest that serves is found
// by halving. Judgements do not depend on prices and are kept: ranking again with other prices
// judges only what has become cheap enough.
//
// Not thread-safe; uses `threads` threads inside. Deterministic whatever their number.
// screening_test.cc holds it to an exhaustive search.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sizing/build.h"
#include "sizing/judge.h"

namespace aforo {

// After a simulation refused a design, its kind goes on with so many times what it read. Chosen:
// smaller steps simulate one near twin after the other, larger ones skip the cheapest that serves.
inline constexpr double kNextRead = 1.2;

// What competes with each other: all of a family, or of a family those of one product (a drive's
// medium and size, a service).
enum class Grouping { kFamily, kProduct };

// A design that serves, with its bill at the prices that were asked for.
struct Ranked {
  std::size_t design = 0;  // of designs()
  Bill bill;
};

// A design that does not serve: why, and how near it comes (Judgement::reach).
struct Rejected {
  std::size_t design = 0;
  std::string reason;
  double reach = 0;
};

class Screening {
 public:
  // Builds all designs and checks their figures; judges none. Holds copies of the ask; `catalogue`
  // outlives it. Throws UserError where the ask contradicts itself (need_of).
  Screening(const SizingAsk& ask, const Catalogue& catalogue, unsigned threads);

  const SizingAsk& ask() const { return ask_; }
  const Need& need() const { return need_; }
  const std::vector<Design>& designs() const { return designs_; }
  // What is known of a design; of one that is not judged, that its figures suffice.
  const Judgement& judgement(std::size_t design) const { return judged_[design]; }

  // The cheapest that serves of each group, the cheapest group first; groups where
  // none serves are left out.
  std::vector<Ranked> rank(const PriceBook& prices, Grouping grouping);

  // The one of all that are bought, without looking at what could not win.
  std::optional<Ranked> cheapest_on_premises(const PriceBook& prices);

  // What was judged and does not serve: of each product and check the nearest miss, nearest first.
  // What was left out because a like one failed is not in it.
  std::vector<Rejected> rejected() const;
  // How many are known to serve or not to serve.
  std::size_t judged_count() const;

  // Its bill at these prices. The design must have been judged (or replaced) and serve.
  Bill bill(std::size_t design, const PriceBook& prices) const;

  // A judgement made elsewhere, by simulation, in place of the closed form's.
  void replace(std::size_t design, Judgement judgement) { judged_[design] = std::move(judgement); }

  // After such a judgement refused it: all of its family (and service) that read at most
  // kNextRead times as much, from the disks or service and from the cache in front of them, and
  // have not failed already.
  void reject_weaker(std::size_t design);

 private:
  enum class Known : std::uint8_t { kNothing, kFigures, kAll };
  std::string group(const Design& design, Grouping grouping) const;
  // No total is less.
  double least_costs(std::size_t design, const PriceBook& prices) const;
  void judge_sizes(std::vector<std::size_t>& same);
  std::optional<Ranked> cheapest(const std::vector<std::size_t>& members, const std::vector<double>& fixed,
                                 const PriceBook& prices);

  SizingAsk ask_;
  Need need_;
  std::vector<Design> designs_;
  std::vector<Judgement> judged_;
  std::vector<Known> known_;
  unsigned threads_;
};

// The fixed costs of a design, a month: its cost lines, purchases paid off. No
// traffic and no idle time.
double fixed_costs(const Design& design, const PriceBook& prices);

}  // namespace aforo
