// Where the answer turns: the price of flash over that of disks at which another kind of design
// becomes cheapest on premises, and the data size at which all-flash stops being it.
//
// Both are looked for at 11 places on a logarithmic scale and then halved down to about 2 %:
// between two of the places a kind that wins and loses again is not seen. By closed forms; dozens
// of screenings, some seconds. Deterministic. Failure: UserError, Interrupted.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "sizing/cost_curve.h"
#include "sizing/screening.h"

namespace aforo {

// One place where the cheapest family changes.
struct Turn {
  double at = 0;        // the ratio, or bytes
  Family below, above;  // the cheapest family on either side
};

// All that were found; lists may be empty, where one family wins everywhere or none serves.
struct BreakPoints {
  // Price of TLC flash over disks, per TB; 0 = one of them is free.
  double ratio_now = 0;
  // Rising; found within [kLeastRatio, kMostRatio], the price of all flash moving.
  std::vector<Turn> by_ratio;  // rising; found within kRatios
  // Rising bytes, the datasets growing with them; found within kSizeSpan of what was asked.
  std::vector<Turn> by_capacity;
  Bytes least{0}, most{0};  // capacities that were looked at
};

// The search's ends. Chosen, wide around what flash and disks have cost: nothing is
// looked for beyond them.
inline constexpr double kLeastRatio = 1.5, kMostRatio = 60;

// `screening` is of the ask with its own prices, and is used again (it judges more designs
// meanwhile); designs on premises alone are compared. `costs`: its costs_by_capacity.
BreakPoints break_points(Screening& screening, const PriceBook& prices, const Catalogue& catalogue,
                         const std::vector<CostsAt>& costs, std::stop_token stop = {});

}  // namespace aforo
