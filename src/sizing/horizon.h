// On premises or in the cloud: what jobs cost month by month with the accelerators in the account,
// and when owning breaks even. Pure.
//
// On premises: storage, accelerators, their hosts and network are bought at month 0; power, space,
// support and staff run, and what is left of the purchase at the end is taken off. In the cloud:
// storage is rented all the time, accelerators for the hours used (duty), on the terms asked for or on
// demand. The usual path is a third case: some months in the cloud at a share of the accelerators,
// then the purchase; the data move once (egress). All sums over time are present values at `interest`
// for both sides. Each line is an item of the price book: `--price ITEM=0` leaves it out. Formulas:
// docs/sizing.md section 7.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sizing/size.h"

namespace aforo {

// How far to look, and what the usual path is taken to be. All above 0.
struct HorizonOptions {
  double months = 36;
  // Months in the cloud before the purchase, in the path that most take.
  double cloud_first = 6;
  // Of the accelerators and the data, meanwhile; (0, 1].
  double pilot_share = 0.25;
};

// One way to pay. USD.
struct Account {
  // "on premises", "cloud", "cloud, then on premises".
  std::string name;
  std::string design;
  double upfront = 0;  // USD at month 0 (of the path: at the move)
  double monthly = 0;  // USD a month (of the path: after the move)
  double monthly_storage = 0, monthly_accelerators = 0;
  double residual = 0;             // present value of what is left at the horizon
  double total = 0;                // over the horizon, present value, less the residual
  std::vector<double> cumulative;  // present value at the end of months 1, 2, ...; nothing is sold
};

// When owning breaks even with accelerators rented on these terms.
struct BreakEvenAt {
  AcceleratorTerms terms = AcceleratorTerms::kOnDemand;
  double rent = 0;              // USD a month for all of it, storage included
  std::optional<double> month;  // as Horizon::break_even
};

// The three ways over the same months.
struct Horizon {
  Account owned, rented, path;
  // Month from which owning has cost less though nothing is sold: the present value of (rent - own) a
  // month has reached what was bought at once; absent: not within the horizon.
  std::optional<double> break_even;
  // The same on demand and on both commitments, storage as it is; none where the price of an hour was given.
  std::vector<BreakEvenAt> by_terms;
  double duty = 1;  // mean over accelerators
  // Of the accelerators, at which both cost the same over the horizon; absent where none in (0, 1] does.
  std::optional<double> break_even_duty;
  std::vector<std::string> assumptions;
  // Of the price book, beside those of the two designs.
  std::set<std::string> items;
};

// Of the best design on premises and the best in the cloud (best_at: those that the answer is about), the cloud's
// accelerators rented at its own provider's price. Nothing where one side has no design that serves, or an accelerator
// has no price to buy or to rent.
std::optional<Horizon> horizon(const Screening& screening, const SizeResult& result, const PriceBook& prices,
                               const Catalogue& catalogue, const HorizonOptions& options);

}  // namespace aforo
