// The shipped presets as text (data/workloads, embedded at build time).
#pragma once

#include <string_view>

namespace aforo {

// The YAML of the preset; lives as long as the program. Throws UserError for a name that is
// none, with the nearest.
std::string_view preset_text(std::string_view name);

}  // namespace aforo
