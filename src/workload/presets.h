// The shipped presets as text (data/workloads, embedded at build time).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// The YAML of the preset; lives as long as the program. Throws UserError for a name that is
// none, with the nearest.
std::string_view preset_text(std::string_view name);

// The shipped presets (data/workloads/*.yaml, embedded in the binary), sorted by name.
std::vector<std::string> preset_names();

// "; did you mean 'unet3d_a100' or ...?" for a name that is no preset's: the nearest, or the nearest job on
// each of its accelerators; "" where nothing is near.
std::string suggest_preset(std::string_view name);

}  // namespace aforo
