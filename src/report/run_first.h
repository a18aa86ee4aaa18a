// The first screen of what trains, or would: of `aforo run` whether storage keeps the accelerators busy, of a search how
// many it feeds, of `aforo predict` the same predicted; what limits, where the time went, where bytes came from, what
// weakens the answer, and what to do next.
//
// From any Record of those; what one lacks is left out. Every sentence is bounded, so that the whole fits 24 lines of 80
// columns, whatever names and notes the Record holds. Of the whole page it does not say how to see the rest: that stands
// below. Private to the makers of documents. Pure; never throws.
#pragma once

#include <string>

#include "measure/record.h"
#include "report/document.h"
#include "report/page_extent.h"

namespace aforo {

void add_run_first(Document& doc, const Json& record, PageExtent extent);
// Of `max_accelerators`, measured or predicted.
void add_search_first(Document& doc, const Json& record, PageExtent extent);

// Below the few rows of a sweep: `shown`, what weakens it, where the rest is. A few lines.
void add_sweep_first(Document& doc, const Json& record, const std::string& shown);

}  // namespace aforo
