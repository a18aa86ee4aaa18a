// Why no design of a family is offered at all for an ask, in one sentence with the nearest thing that works. Pure.
#pragma once

#include <string>

#include "sizing/need.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// Where build.h and design_line.h offered nothing. `need` is of `ask`.
std::string why_not_offered(const SizingAsk& ask, const Need& need, const Catalogue& catalogue);

}  // namespace aforo
