// All designs for one need, judged as far as it takes to know the cheapest of each group.
//
// A design's fixed costs and its pauses for checkpoints bound its total from below, so each group is judged
// from the cheapest on, until the next one could not win any more. Judgements do not depend on prices and are
// kept: ranking again with other prices judges only what has become cheap enough. Not thread-safe; uses
// `threads` threads inside. Deterministic whatever their number.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sizing/build.h"
#include "sizing/judge.h"

namespace aforo {

enum class Grouping { kFamily, kProduct };

struct Ranked {
  std::size_t design = 0;  // of designs()
  Bill bill;
};

struct Rejected {
  std::size_t design = 0;
  std::string reason;
  double reach = 0;
};

class Screening {
 public:
  Screening(const SizingAsk& ask, const Catalogue& catalogue, unsigned threads);

  const SizingAsk& ask() const { return ask_; }
  const Need& need() const { return need_; }
  const std::vector<Design>& designs() const { return designs_; }
  const Judgement& judgement(std::size_t design) const { return judged_[design]; }
  bool is_judged(std::size_t design) const { return known_[design] != Known::kNothing; }

  // The cheapest that serves of each group, the cheapest group first.
  std::vector<Ranked> rank(const PriceBook& prices, Grouping grouping);

  // The one of all that are bought, without looking at what could not win.
  std::optional<Ranked> cheapest_on_premises(const PriceBook& prices);

  // What was judged and does not serve: of each group and check the nearest miss, nearest first.
  std::vector<Rejected> rejected() const;
  std::size_t judged_count() const;

  Bill bill(std::size_t design, const PriceBook& prices) const;

  // A judgement made elsewhere, by simulation, in place of the closed form's.
  void replace(std::size_t design, Judgement judgement) { judged_[design] = std::move(judgement); }

  // After such a judgement refused it: all of its family and drives (or service) that read less than a tenth
  // more.
  void reject_weaker(std::size_t design);

 private:
  enum class Known : std::uint8_t { kNothing, kFigures, kAll };
  std::string group(const Design& design, Grouping grouping) const;
  double least_costs(std::size_t design, const PriceBook& prices) const;  // no total is less
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

// The fixed costs of a design, a month.
double fixed_costs(const Design& design, const PriceBook& prices);

}  // namespace aforo
