// A Record read back from what `--json` wrote. Pure, thread-safe.
#pragma once

#include <string_view>

#include "measure/record.h"

namespace aforo {

// A Record as a file has it. Throws UserError with one sentence for what is cut short, of another schema or none; whoever
// knows the file puts its name before it.
Json parse_record(std::string_view text);

}  // namespace aforo
