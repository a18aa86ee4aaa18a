// The files of data/catalogue, as the binary carries them: no file is looked for when aforo runs.
// Private to the catalogue room. Thread-safe.
#pragma once

#include <string_view>

namespace aforo {

// "drives.csv"; std::logic_error for a name that is not shipped. Lives as long as the program.
std::string_view shipped_csv(std::string_view name);

}  // namespace aforo
