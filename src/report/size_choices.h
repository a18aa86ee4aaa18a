// The sections of the page of `aforo size` that set choices beside each other: targets, formats, the values
// of a sweep, the scenarios of a portfolio, and what would make it cheaper.
//
// Each is appended to the document, or leaves no trace where the Record does not have it.
// Private to the makers of documents. Pure; never throws for a Record of another shape.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

void add_size_advice(Document& doc, const Json& record);        // `advice`
void add_formats(Document& doc, const Json& record);            // `formats`, `format_advice`
void add_size_sweep(Document& doc, const Json& record);         // `sweep`, of each value its cheapest design
void add_growth_steps(Document& doc, const Json& record);       // `growth_steps`, a design for each year
void add_requirement_curve(Document& doc, const Json& record);  // `requirement_curve`
void add_portfolio(Document& doc, const Json& record);          // scenarios, then designs by expected regret

}  // namespace aforo
