// The echo of an ask in its Record: what was given, as it was said.
//
// Apart from row.h, which knows no Record: whoever only reads options needs none.
#pragma once

#include "answer/answer.h"
#include "measure/record.h"

namespace aforo {

// Sets `record["config"]["command_line"]` to what was given of `ask` and of the context's `front`:
// {"accelerators": "8", ...}, sorted by name. Values are texts as they were said, flags are true,
// repeatable options are lists, bare words (`loader.workers=8`) are the list `assignments`, at the end.
// Words such as W and DIR are no options and are not there: the Record names what they meant elsewhere.
//
// A name is an option of one of the two only. Where nothing was given there is no key at all.
void add_echo(Json& record, const Ask& ask, const Context& context);

}  // namespace aforo
