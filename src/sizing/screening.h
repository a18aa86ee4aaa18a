// All designs for one need, judged as far as it takes to know the cheapest of each group.
//
// Cloud designs are a list; on premises there are lines of designs (design_line.h), of any number of
// servers. Lines are looked at from the cheapest bound on (line_search.h), until none could win any more.
// Judgements do not depend on prices and are kept: ranking again with other prices judges only what
// has become cheap enough.
//
// Not thread-safe; uses `threads` threads inside. Deterministic whatever their number.
// screening_test.cc holds it to an exhaustive search.
#pragma once

#include <cmath>
#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "sizing/build.h"
#include "sizing/ceilings.h"
#include "sizing/judge.h"
#include "sizing/line_queue.h"
#include "sizing/standing.h"
#include "sizing/trials.h"

namespace aforo {

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
  // Lists all designs and lines and checks the figures of the former; judges none. Holds copies of the
  // ask; `catalogue` outlives it. Throws UserError where the ask contradicts itself (need_of).
  // Screenings of like jobs can share what they `solved`: it is found again by all that it depends on.
  // Once `stop` is requested, whatever searches throws Interrupted, within some milliseconds.
  Screening(const SizingAsk& ask, const Catalogue& catalogue, unsigned threads,
            std::shared_ptr<SolvedNetworks> solved = std::make_shared<SolvedNetworks>(),
            std::stop_token stop = {});

  const SizingAsk& ask() const { return ask_; }
  const std::shared_ptr<SolvedNetworks>& solved() const { return solved_; }
  const Need& need() const { return need_; }
  // Whether a storage that answers at once would serve job i (HostPace::ideal): no design keeps it busier.
  bool could_serve(std::size_t job) const;

  // The listed designs, and after them those of lines that were ranked or rejected, in the order in
  // which that happened. References stay good.
  const std::deque<Design>& designs() const { return designs_; }
  // What is known of a design; of one that is not judged, that its figures suffice.
  const Judgement& judgement(std::size_t design) const { return judged_[design]; }

  // The cheapest that serves of each group, the cheapest group first (Bill::compared); groups where
  // none serves are left out. With Aim::kCheapest nothing is judged only so that rejected() can name it.
  std::vector<Ranked> rank(const PriceBook& prices, Grouping grouping, Aim aim = Aim::kNamed);

  // The one that rank() would have first, where it costs less than `limit` a month (Bill::compared), without looking at
  // what could not win.
  std::optional<Ranked> cheapest(const PriceBook& prices, double limit = HUGE_VAL);
  // Whether there is one. Prices decide where it is looked for first.
  bool anything_serves(const PriceBook& prices);
  // As cheapest(), of those that are bought.
  std::optional<Ranked> cheapest_on_premises(const PriceBook& prices);

  // What was judged and does not serve: of each product the miss that lacks least of what its largest lacks, nearest
  // first. What was left out because a like one failed is not in it, nor are sizes of a line of which another serves.
  std::vector<Rejected> rejected();
  // Kinds of designs that were considered: listed ones, and lines.
  std::size_t offered_count() const { return offers_ + lines_.size(); }
  // How many were judged, sizes of lines one by one.
  std::size_t judged_count() const;

  // Its bill at these prices. The design must have been judged (or replaced) and serve.
  Bill bill(std::size_t design, const PriceBook& prices) const;

  // What accelerators cost more at one place than at another, at these prices.
  Standing standing(const PriceBook& prices) const { return {places_, need_, prices, accelerator_hour()}; }

  // A judgement made by simulation, in place of the closed form's. What it says of other designs (trials.h)
  // counts from then on; what passed stays on offer.
  void replace(std::size_t design, Judgement judgement);

  // What might serve for less than `limit` a month (Bill::compared) between what failed by simulation and what passed
  // (Trials::refuses_between): the cheapest of it; nothing where there is none, or none failed.
  std::optional<Ranked> next_between(const PriceBook& prices, double limit);

 private:
  // Of a listed design: that its figures do not suffice; an upper bound of its utilisation (bound_offer), which
  // suffices or not; that a larger size of its chain misses; all.
  enum class Known : std::uint8_t { kNothing, kFigures, kBound, kMissed, kBelow, kAll };
  class OfferSearch;
  // Of a line that was searched.
  struct LineBest {
    std::size_t line = 0;
    SizeTotal found;
  };
  // Which verdict of the trials counts.
  enum class Look : std::uint8_t { kRanking, kBetween };
  // Those that compete with each other.
  struct Members {
    std::vector<std::size_t> offers, lines;
  };

  std::vector<Members> members_by(Grouping grouping) const;
  Bill bill(std::size_t design, const PriceBook& prices, const Standing& standing) const;
  double accelerator_hour() const { return ask_.accelerator_hour ? ask_.accelerator_hour->value : 0; }
  // `cost` of `design`, and those of passed_, are fixed costs.
  bool is_refused(const Design& design, double cost, Look look,
                  const std::vector<double>& passed_costs) const;
  std::vector<double> passed_costs(const PriceBook& prices) const;
  void chain_offers();
  void find_nearest_misses();
  void take_smaller(const std::vector<std::size_t>& chain, std::size_t miss);
  // Whether a listed one might, by what is known.
  bool can_serve(std::size_t i) const;
  std::optional<Ranked> cheapest_offer(const std::vector<std::size_t>& members, const PriceBook& prices,
                                       Look look, double limit);
  std::optional<LineBest> cheapest_line(const std::vector<std::size_t>& members, const PriceBook& prices,
                                        Look look, double limit, Aim aim);
  // Of all designs that `counts`, those that passed by simulation included.
  std::optional<Ranked> cheapest_where(const std::function<bool(Family)>& counts, const PriceBook& prices,
                                       double limit, Aim aim);
  std::optional<Ranked> cheapest_of(const std::vector<std::size_t>& offers,
                                    const std::vector<std::size_t>& lines, const PriceBook& prices, Look look,
                                    double limit, Aim aim);
  // Of members that no storage could let serve, so that misses can be named: those of each product that read most.
  void judge_fastest(const std::vector<std::size_t>& members);
  void judge_offer(std::size_t i);
  // Of each product that has a miss, the check at which the one that reads most fails: what a smaller one lacks
  // beside, a larger one cures.
  std::map<std::string, std::string> last_checks() const;
  // In a quarter of the time.
  void bound_offer(std::size_t i);
  double idle_at(std::size_t i, std::span<const double> au, const PriceBook& prices) const;
  // So that a miss can be named: one size each of the lines that cost least, of different drives.
  void judge_some(const std::vector<std::size_t>& members);
  Ranked ranked(const LineBest& best, const PriceBook& prices);
  // The place in designs_ of a line's design.
  std::size_t keep(std::size_t line, const LineSize& size);

  SizingAsk ask_;
  Need need_;
  std::vector<double> most_au_;                  // of each job
  bool hopeless_ = false;                        // a job could be served by none
  std::vector<std::optional<Provider>> places_;  // where accelerators may stand
  std::size_t offers_ = 0;                       // of designs_: the listed ones
  std::deque<Design> designs_;
  std::deque<Judgement> judged_;
  std::vector<Known> known_;                                   // of the listed ones
  std::vector<std::vector<std::size_t>> chains_;               // of these (offer_chains.h)
  std::vector<std::pair<std::size_t, std::size_t>> chain_of_;  // the inverse: which chain, which place
  std::vector<std::vector<double>> most_of_;  // of these, where bounded: utilisations, of each job
  std::vector<JudgedLine> lines_;
  std::map<Grouping, std::vector<Members>> members_;
  std::shared_ptr<SolvedNetworks> solved_;
  std::unique_ptr<Ceilings> ceilings_;
  std::map<std::pair<std::size_t, LineSize>, std::size_t> kept_;
  std::map<std::size_t, std::pair<std::size_t, LineSize>> line_of_;  // the inverse
  Trials trials_;
  std::vector<std::size_t> passed_;  // by simulation
  unsigned threads_;
  std::stop_token stop_;
};

}  // namespace aforo
