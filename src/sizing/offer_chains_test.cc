// Chains of sizes, on designs that hold nothing but what is compared.
#include "sizing/offer_chains.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

Design sized(double gigabytes, double opens) {
  Design d;
  d.family = Family::kCloudFile;
  d.usable = Bytes{1'000'000'000'000};
  d.read = BytesPerSecond{gigabytes * 1e9};
  d.opens = PerSecond{opens};
  return d;
}

std::vector<std::vector<std::size_t>> chains(const std::vector<Design>& designs) {
  std::vector<const Design*> all;
  for (const Design& d : designs) all.push_back(&d);
  return chains_of(all);
}

// 1, 2 and 4 GB/s of one product, listed in any order: one chain, the smallest first.
TEST(OfferChains, SizesOfOneProductRise) {
  EXPECT_EQ(chains({sized(4, 100), sized(1, 100), sized(2, 100)}),
            (std::vector<std::vector<std::size_t>>{{1, 2, 0}}));
}

// 2 GB/s with 50 opens is no smaller size of 1 GB/s with 100: either may serve where the other does not.
TEST(OfferChains, WhatGivesLessOfOneFigureIsNoLargerSize) {
  const Design slow = sized(1, 100), fast = sized(2, 50);
  EXPECT_FALSE(gives_no_more(slow, fast));
  EXPECT_FALSE(gives_no_more(fast, slow));
  EXPECT_EQ(chains({slow, fast}).size(), 2U);
}

// No figure is no limit: more than any.
TEST(OfferChains, WhatStatesNoLimitGivesMost) {
  EXPECT_TRUE(gives_no_more(sized(1, 100), sized(1, 0)));
  EXPECT_FALSE(gives_no_more(sized(1, 0), sized(1, 100)));
}

// Other parts are another product, whatever their rates: hosts of other cores, a copy, a slower answer.
TEST(OfferChains, OtherPartsAreAnotherProduct) {
  const Design small = sized(1, 100);
  Design cores = sized(2, 100), staged = sized(2, 100), late = sized(2, 100), service = sized(2, 100);
  cores.cores = small.cores * 2;
  staged.staged = true;
  late.latency = Seconds{1e-3};
  service.family = Family::kCloudObject;
  EXPECT_TRUE(gives_no_more(small, sized(2, 100)));
  for (const Design* other : {&cores, &staged, &late, &service}) EXPECT_FALSE(gives_no_more(small, *other));
}

}  // namespace
}  // namespace aforo
