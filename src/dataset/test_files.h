// What tests of generated datasets read of them.
#pragma once

#include <cstddef>
#include <vector>

#include "dataset/generated_layout.h"

namespace aforo {

inline std::vector<std::byte> whole_file(const GeneratedLayout& layout, FileId file) {
  const auto source = layout.open_file(file);
  std::vector<std::byte> bytes(source->size());
  source->fill(0, bytes);
  return bytes;
}

}  // namespace aforo
