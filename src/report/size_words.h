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

// The key of what the accelerators cost a month more where a design stands; designs are ranked by it and the total.
inline constexpr std::string_view kAcceleratorsMore = "accelerators_more_usd_per_month";

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

// Of what serves, those that hold so much more than was asked that no page offers them; counted by the Record, or, where
// it is from before it dropped them, in it. And all that serve, with them.
std::size_t far_beyond_asked(const Json& record);
std::size_t all_that_serve(const Json& record);

// "3.2 kW"
std::string kilowatts_text(double watts);

// What limits, or a reason that names it, in a reader's words: "client CPU, 88 % busy" of "station 'client CPU', 88 %
// busy"; what nothing limits is not "limited by not limited".
std::string limit_words(std::string text);

// So busy that nothing limits, whatever the largest of its small losses is.
bool all_busy(const Json& design);

}  // namespace aforo
