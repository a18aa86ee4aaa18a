// JSON from outside, a request's or a file's, as a tree that is safe to walk, copy and write.
#pragma once

#include <string_view>

#include "measure/record.h"

namespace aforo {

// Throws UserError "expected WHAT as JSON, found ..." for what is none or is cut short, with the byte where reading ended;
// for more than 64 levels, since trees are walked by functions that call themselves; and for an object of more than 4,096
// keys, each of which is looked for among those before it. Pure.
Json read_json(std::string_view text, std::string_view what);

}  // namespace aforo
