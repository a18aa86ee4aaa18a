// What each kind of design costs at least on less and on more data than was asked for: at 11 places, each with
// twice the data of the one before, the datasets growing with what is held.
//
// By closed forms: a screening for each place. Deterministic whatever the number of threads. Failure:
// UserError, Interrupted.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "sizing/screening.h"

namespace aforo {

// As far as is looked: times smaller, and larger, than what was asked. Chosen: 11 places a factor of 2 apart;
// twice as many cost twice the screenings, and prices are not known as well.
inline constexpr double kSizeSpan = 32;
inline constexpr std::size_t kSizePlaces = 11;

// The cheapest design of a kind (Bill::compared).
struct KindCost {
  Family family = Family::kFlashTlc;
  double total = 0;              // USD a month (Bill::total)
  double accelerators_more = 0;  // beside it, than where they cost least of the kinds that serve here
  double compared() const { return total + accelerators_more; }
};

struct CostsAt {
  double factor = 1;  // of the data that was asked for
  Bytes capacity{0};
  // The kinds that serve, in the order of kFamilies; none where the ask cannot be on so much data.
  std::vector<KindCost> kinds;
};

// Rising. Where and of which kinds was asked for counts, as in the screening, of whose ask it is; what that solved is
// used and added to.
std::vector<CostsAt> costs_by_capacity(const Screening& screening, const PriceBook& prices,
                                       const Catalogue& catalogue, unsigned threads,
                                       std::stop_token stop = {});

// The cheapest of those that are bought; nothing where none serves.
std::optional<Family> cheapest_on_premises(const CostsAt& costs);

// The same jobs on `factor` times the data: capacity and samples, at least one
// step's worth of each job.
SizingAsk with_data(SizingAsk ask, double factor);
Bytes scaled(Bytes bytes, double factor);

}  // namespace aforo
