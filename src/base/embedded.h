// Files carried inside the binary: presets, catalogue, portfolios. cmake/embed.cmake
// writes, per folder, the one function that lists them (embedded_catalogue(), ...); whoever
// calls it declares it.
#pragma once

#include <string_view>

namespace aforo {

// Both views lie in the binary's read-only data: they live as long as the program, and any thread
// may read them. The bytes are the file's, unchanged.
struct EmbeddedFile {
  std::string_view name;  // relative to the folder it was embedded from
  std::string_view bytes;
};

}  // namespace aforo
