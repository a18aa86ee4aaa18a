// The words of 'aforo size' as what is asked: jobs, storage, prices.
#pragma once

#include "catalogue/prices.h"
#include "cli/arguments.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// From W and the options about it, or from --jobs. Throws UserError.
SizingAsk sizing_ask(const Arguments& arguments, std::vector<std::string>& notes);

// The shipped prices with --prices, --price and --price-change over them, in that order.
PriceBook price_book(const Arguments& arguments);

// Options that hold for any ask: where, provider, family, hosts, money. For a portfolio's scenarios too.
void apply_common(const Arguments& arguments, SizingAsk& ask);

}  // namespace aforo
