// The pictures of a measured run and of a search (figures.h). Private to figures.cc.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

void add_run_figures(Document& doc, const Json& record);
void add_find_max_figures(Document& doc, const Json& record);

}  // namespace aforo
