// The catalogue as rows of a Record. SI units; what the catalogue writes as 0 because it is unknown
// or without limit is absent here; every row has kind, source and date, and where something is
// priced, `prices` with the shipped price of today.
//
// Pure but for the shipped files' first reading; thread-safe. O(rows) and a copy of them per call.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "measure/record.h"

namespace aforo {

// "drives", ..., "price-history": what `aforo catalogue` shows besides workloads,
// in the order of its help.
std::vector<std::string> catalogue_topics();

// The key of a Record under which a topic's rows stand: "price-history" -> "price_history".
// Not judged: any text is turned.
std::string catalogue_key(std::string_view topic);

// All rows of a topic, or those called `name` (whatever the case; of rates also by accelerator, of
// prices also by group; an item goes before a group of the same name). Never empty.
//
// Throws UserError that offers the nearest name; std::logic_error for a topic that is
// none (the caller has judged it).
Json catalogue_rows(std::string_view topic, std::string_view name = {});

}  // namespace aforo
