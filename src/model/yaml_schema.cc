#include "model/yaml_schema.h"

namespace aforo {

std::string indented(std::string_view block, int by) {
  std::string out;
  for (std::size_t i = 0; i < block.size(); ++i) {
    out += block[i];
    if (block[i] == '\n' && i + 1 < block.size() && block[i + 1] != '\n')
      out.append(static_cast<std::size_t>(by), ' ');
  }
  return out;
}

}  // namespace aforo
