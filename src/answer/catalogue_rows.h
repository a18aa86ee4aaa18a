// The catalogue as rows of a Record: SI, unknown absent, every row with kind, source and date. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "measure/record.h"

namespace aforo {

// "drives", ..., "price-history": what `aforo catalogue` shows besides workloads.
std::vector<std::string> catalogue_topics();

std::string catalogue_key(std::string_view topic);  // of the Record: "price_history"

// All rows of a topic, or those called `name` (whatever the case; of rates also by accelerator, of prices
// also by group). Throws UserError that offers the nearest name.
Json catalogue_rows(std::string_view topic, std::string_view name = {});

}  // namespace aforo
