// Files carried inside the binary (cmake/embed.cmake writes the functions that list them).
#pragma once

#include <string_view>

namespace aforo {

// Both views live as long as the program.
struct EmbeddedFile {
  std::string_view name;  // relative to the folder it was embedded from
  std::string_view bytes;
};

}  // namespace aforo
