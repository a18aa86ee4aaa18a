// The words for a design's figures on the pages of `aforo size`: no more precise than what they come from,
// and which designs are no answer to what was asked.
//
// Private to the makers of documents. Pure; never throws for a Record of another shape.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "measure/record.h"
#include "report/value.h"

namespace aforo {

// Utilisation in whole percent, "> 99 %" above that.
Value busy_at(const Json& design, std::string_view key);

// What a design leaves idle, a month. Less than a hundredth of its total is "next to nothing": prices and
// utilisation are not known to the dollar.
Value idle_of(const Json& design);

// "simulated" or "formulas".
std::string method_words(const Json& design);

// Those that a person would build for what was asked, best first: each with the rank that the Record gives
// it, 1, 2, 3, ...
std::vector<const Json*> ranked_designs(const Json& record);

// The text up to so many characters, cut between words: "... of the".
std::string cut_to(std::string text, std::size_t most);

}  // namespace aforo
