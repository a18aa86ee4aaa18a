// The echo of an ask in its Record: what was given, as it was said.
//
// Apart from row.h, which knows no Record: whoever only reads options needs none.
#pragma once

#include "answer/row.h"
#include "measure/record.h"

namespace aforo {

// Adds what was given to `record["config"]["command_line"]`: {"accelerators": "8", ...}, sorted by
// name. Values are texts as they were said, flags are true, repeatable options are lists, bare
// words (`loader.workers=8`) are the list `assignments`, at the end. Words such as W and DIR are no
// options and are not there: the Record names what they meant elsewhere.
//
// Called again for another ask it adds; the later one wins a name. An ask that was
// given nothing adds no key at all.
void add_echo(Json& record, const Ask& ask);

}  // namespace aforo
