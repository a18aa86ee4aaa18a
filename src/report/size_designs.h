// The sections of the page of `aforo size` about designs: those that serve, the first one's bill, the nearest
// misses, what would turn the choice, owning against renting.
//
// Each is appended to the document, or leaves no trace where the Record does not have it.
// Private to the makers of documents. Pure; never throws for a Record of another shape.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

void add_designs(Document& doc, const Json& record);  // `designs` that have a rank, cheapest first
void add_bill(Document& doc,
              const Json& record);  // of the first design, a row per line with its price's source
void add_rejected(Document& doc, const Json& record);  // of each family that does not serve its nearest miss
void add_turns(Document& doc, const Json& record);     // `sensitivity`, `break_points`
void add_horizon(Document& doc, const Json& record);   // `horizon`

}  // namespace aforo
