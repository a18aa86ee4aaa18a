// The pictures of a sizing and of a portfolio (figures.h). Private to figures.cc.
#pragma once

#include "measure/record.h"
#include "report/document.h"

namespace aforo {

void add_size_figures(Document& doc, const Json& record);

}  // namespace aforo
