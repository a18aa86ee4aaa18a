// Listed designs in chains of ever larger sizes of one product: what the larger one cannot do, no smaller one can.
//
// A service is sold in dozens of sizes that differ in little but their rates. Where an upper bound of what the largest
// reaches misses a target, all of them miss it, and the bound of a larger one is one of the smaller, so that a search
// over them halves its way to what could win. Pure, any thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sizing/design.h"

namespace aforo {

// Whether both are made of the same parts and `less` has no more of any figure that a judgement looks at.
bool gives_no_more(const Design& less, const Design& more);

// Each of the designs once, by its place in what was given; in each chain a design gives_no_more than the next one.
std::vector<std::vector<std::size_t>> chains_of(std::span<const Design* const> designs);

}  // namespace aforo
