// A Record as a page for a terminal.
//
// Input is the Record alone (docs/record.md); keys that are absent are not shown. Returns text with a
// trailing newline; prints nothing. Never throws for a Record of another shape: what is not understood is
// left out. Pure, thread-safe.
#pragma once

#include <string>

#include "measure/record.h"
#include "report/look.h"

namespace aforo {

// By the Record's `command` (and for `run` by the presence of `would_read`, `max_accelerators` or `ramp`, for
// `predict` by that of `sweep` or `max_accelerators`).
std::string render(const Json& record, const Look& look);

std::string render_plan(const Json& record, const Look& look = {});  // `would_read` of a dry run
std::string render_run(const Json& record, const Look& look);
std::string render_find_max(const Json& record, const Look& look);
std::string render_predict(const Json& record, const Look& look);
std::string render_generate(const Json& record, const Look& look);
std::string render_inspect(const Json& record, const Look& look);
std::string render_probe(const Json& record, const Look& look);
std::string render_size(const Json& record, const Look& look);  // with formulas if the Record has `explain`
std::string render_catalogue(const Json& record, const Look& look);  // a list, or one row in full

}  // namespace aforo
