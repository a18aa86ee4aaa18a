#include "catalogue/shipped.h"

#include <fmt/format.h>

#include <span>
#include <stdexcept>

#include "base/embedded.h"

namespace aforo {

std::span<const EmbeddedFile> embedded_catalogue();  // generated from data/catalogue

std::string_view shipped_csv(std::string_view name) {
  for (const EmbeddedFile& file : embedded_catalogue())
    if (file.name == name) return file.bytes;
  throw std::logic_error(fmt::format("data/catalogue has no file '{}'", name));
}

}  // namespace aforo
