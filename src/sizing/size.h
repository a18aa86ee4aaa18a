// The answer of `aforo size`: designs that serve all jobs, cheapest goal first, the best of them
// confirmed in the simulated world; what was rejected and why; what would change the answer.
//
// Deterministic whatever the number of threads. Failure: UserError, Interrupted.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "sizing/screening.h"

namespace aforo {

// What to do about the ask, beside the ask itself.
struct SizeOptions {
  SizingAsk ask;
  PriceBook prices;
  // Designs that are simulated; 0 = none. More where it takes more until the best has passed. A larger number
  // never leads to a dearer best.
  std::size_t confirm = 10;
  unsigned threads = 2;
  std::function<void(std::size_t done, std::size_t of)>
      confirmed;  // progress; called from one thread; may be empty
};

// One design of the answer.
struct SizedDesign {
  std::size_t design = 0;  // of screening.designs()
  Judgement judgement;
  Bill bill;
  bool simulated = false;
};

// Chosen: a price that would have to move by more than this, up or down, is no news to anybody.
inline constexpr double kFurthestFlip = 3;

// At which multiple of one group's prices another kind of design would cost no more than the best.
// Above 1: dearer. The total is linear in each group's prices, so there is one such factor at most;
// only those within kFurthestFlip are kept.
struct Flip {
  std::size_t design = 0;  // of SizeResult::designs: the other
  std::string group;       // of the price book
  double factor = 1;
  // What that group's prices may be today, times what they are: their ranges, weighted by what both designs pay.
  double low = 1, high = 1;
  // "all-flash QLC would win over it if prices of ssd were 0.61 times what they are".
  std::string text;
};

// The answer. Indices are into the screening that it was made with, which outlives it.
struct SizeResult {
  // Those that stand where the best one does, then those of the other place, each best first (Bill::compared, of
  // the places where something serves): the cheapest of each product, and of each family.
  std::vector<SizedDesign> designs;
  std::vector<Rejected> rejected;  // nearest miss first
  std::size_t built = 0, judged = 0;
  // Of the best of every other family at the same place, the nearest first.
  std::vector<Flip> flips;
  // Of designs: the best of another family at the same place.
  std::optional<std::size_t> second;
};

// `screening` keeps what was judged, so that break points can go on with it. It is of options.ask.
// A design that fails in simulation is rejected there; what that says of others is trials.h's.
SizeResult size_designs(Screening& screening, const SizeOptions& options, std::stop_token stop = {});

// Of SizeResult::designs the best on premises, or in the cloud, as ranked: what accelerators cost more there counts.
// Whatever is said of a place is said of this one. nullptr where nothing serves there.
const SizedDesign* best_at(const Screening& screening, const SizeResult& result, bool cloud);

// In the simulated world, at a scale that bounds the requests of a run (confirm.cc), whatever the
// jobs: utilisation with its interval. A job is rejected where the upper end of its interval is
// below the target. Jobs that read next to nothing stay at their closed form.
Judgement confirm(const Design& design, const Need& need, const SizingAsk& ask, unsigned threads,
                  std::stop_token stop);

}  // namespace aforo
