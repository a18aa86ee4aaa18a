// The pictures of a prediction, of a search in the model, and of a sweep; and of a probe (figures.h). Private to
// figures.cc.
#pragma once

#include <span>

#include "measure/record.h"
#include "report/comparison.h"
#include "report/document.h"

namespace aforo {

// On a sweep over accelerators and on a search `others` are drawn that measured the same job.
void add_predict_figures(Document& doc, const Json& record, std::span<const NamedRecord> others);
void add_probe_figures(Document& doc, const Json& record);

}  // namespace aforo
