// The echo of an ask in its Record: what was given, as it was said.
#pragma once

#include "answer/row.h"
#include "measure/record.h"

namespace aforo {

// What was given, into `record["config"]["command_line"]`: {"accelerators": "8", ...} by name, values as they were
// said, flags as true. Called again for another ask it adds. Nothing is added for an ask that was given nothing.
void add_echo(Json& record, const Ask& ask);

}  // namespace aforo
