// Where the accelerators may stand, and what they cost there more than where they are cheapest: storage is no bargain
// beside accelerators that cost more than it saves. Pure.
//
// Of each place: accelerators x 730 h x duty x the price of an hour there, on the terms asked for or usual there; one's
// own are paid for the whole month. Formulas: docs/sizing.md section 5; by hand in standing_test.cc.
#pragma once

#include <optional>
#include <vector>

#include "sizing/money.h"

namespace aforo {

// Prices once, then looked up for each design. Holds no references.
class Standing {
 public:
  Standing(const std::vector<std::optional<Provider>>& places, const Need& need, const PriceBook& prices,
           double accelerator_hour);
  // USD a month, 0 where they are cheapest, or where nothing is known of that place.
  double more(std::optional<Provider> cloud) const;

 private:
  struct At {
    std::optional<Provider> place;
    double more = 0;
  };
  std::vector<At> at_;
};

}  // namespace aforo
