// Every design worth judging for a need, generated from the catalogue: families x
// products x protection x size.
//
// Sizes are not a grid: each combination is made just large enough for the capacity, and again just
// large enough for the bandwidth times a few factors, so that the cheapest one that works is among
// them. Some thousand designs, in milliseconds. The order is that of the catalogue's files, the
// same for the same ask. Pure, thread-safe.
#pragma once

#include <vector>

#include "sizing/design.h"
#include "sizing/need.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// All that the ask's place, provider and family allow; empty where the catalogue offers none. They
// point into `catalogue`, which outlives them.
std::vector<Design> build_designs(const SizingAsk& ask, const Need& need, const Catalogue& catalogue);

// The two halves of it; each appends to `out`, and knows nothing of ask.place.
void build_on_premises(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                       std::vector<Design>& out);
void build_cloud(const SizingAsk& ask, const Need& need, const Catalogue& catalogue,
                 std::vector<Design>& out);

// Times the bandwidth needed on average: 0 is capacity alone. More lets readers wait less for each
// other. Chosen, as the lists below: each step is one more design per combination to judge, each
// gap is money that the next size wastes.
inline constexpr std::array kBandwidthFactors = {0.0, 1.0, 1.1, 1.25, 1.5, 2.0};
// Disks serve random requests unevenly: to keep all readers going takes many more than the mean says.
inline constexpr std::array kDiskFactors = {0.0, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0, 6.0};
// Where checkpoints are written: a shorter pause may be worth more drives.
inline constexpr std::array kWriteFactors = {1.0, 2.0, 4.0, 8.0, 16.0, 32.0};
// Behind a cache less may do.
inline constexpr std::array kBackingFactors = {0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0};
// Of the datasets, in a hybrid.
inline constexpr std::array kFlashShares = {0.05, 0.1, 0.2, 0.35, 0.5, 1.0};

}  // namespace aforo
