// A Record read back from what `--json` wrote. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "measure/record.h"

namespace aforo {

// The Record in `text`. `path` names it in the sentence. Throws UserError where the text is cut short or no JSON,
// is no Record, or is of a schema that this program does not know.
Json record_of_text(std::string_view text, const std::string& path);

}  // namespace aforo
