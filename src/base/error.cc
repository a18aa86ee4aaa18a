#include "base/error.h"

#include <fmt/format.h>

#include <cctype>
#include <cstring>

namespace aforo {

std::string describe_errno(int error) {
  // The _np pair returns constants of the C library: no shared buffer, no locale.
  const char* name = strerrorname_np(error);
  const char* words = strerrordesc_np(error);
  if (name == nullptr || words == nullptr) return fmt::format("error {}", error);
  std::string text = words;
  const bool acronym = text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) != 0;
  if (!text.empty() && !acronym) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return fmt::format("{} ({})", name, text);
}

}  // namespace aforo
