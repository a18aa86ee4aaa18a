// A requirement's figure as people read it, from its key alone. Private to the report room. Pure.
#pragma once

#include <string>
#include <string_view>

namespace aforo {

std::string figure_text(std::string_view key, double value);
std::string figure_label(std::string_view key);

}  // namespace aforo
