// The texts of a list that may take so many lines, shortened as little as that needs. Private to the renderers that know
// a page's width. Pure.
#pragma once

#include <string>
#include <vector>

#include "report/document.h"

namespace aforo {

// A text for each item, in their order; "" for one that is left out. Where list.most_lines lines of `columns` do not
// hold all, those below kNamed are left out, the least kept first; then the others up to kKept lose clauses from their
// ends, as few as save a line, and are left out whole; then those that are kept lose clauses. Lines that are free in the
// end are given back. Words are cut only where the rest is still too long, and never those of kWhole before the others'.
std::vector<std::string> fit_facts(const List& list, std::size_t columns);

}  // namespace aforo
