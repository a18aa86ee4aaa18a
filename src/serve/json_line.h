// JSON as text for a browser.
#pragma once

#include <string>

#include "measure/record.h"

namespace aforo {

// On one line, in UTF-8 whatever bytes it holds. Pure.
std::string json_line(const Json& json);

}  // namespace aforo
