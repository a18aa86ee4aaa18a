// The first screen of `aforo size`: what to buy, what it costs, how busy it keeps the accelerators, what
// limits, how sure that is, what would change it, what else there is, and what to do next.
//
// From any Record of `size`; what a Record lacks is left out. Every sentence is bounded, so that the whole
// fits 24 lines of 80 columns, whatever names and notes the Record holds. What is left out is counted.
// Private to the makers of documents. Pure; never throws.
#pragma once

#include "measure/record.h"
#include "report/document.h"
#include "report/page_extent.h"

namespace aforo {

// Of the whole page it does not say how to see the rest: that stands below.
void add_first_screen(Document& doc, const Json& record, PageExtent extent);

}  // namespace aforo
