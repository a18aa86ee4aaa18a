// Where a design's figures come from: of each its formula (docs/sizing.md), the numbers put into
// it, and the source of those, so that a person can redo it by hand. Nothing is reckoned anew: the
// values are the design's own. Pure, thread-safe.
#pragma once

#include <string>
#include <vector>

#include "sizing/horizon.h"
#include "sizing/size.h"

namespace aforo {

// One figure: a value, and how to get it.
struct ExplainedFigure {
  std::string key;    // as in the Record, where it has one
  std::string label;  // "usable"
  // The value with its unit, powers of ten as storage is sold.
  std::string text;
  std::string formula, inputs, source;
};

// In the order in which they follow from each other. `sized` and `need` are of the same screening
// as `design`. `horizon` may be null: then there is no break-even.
std::vector<ExplainedFigure> explain_design(const Design& design, const SizedDesign& sized, const Need& need,
                                            const SizingAsk& ask, const Horizon* horizon);

}  // namespace aforo
