#include "workload/spec.h"

namespace aforo {

std::string_view to_string(LayoutKind layout) { return traits_of(layout).word; }

std::string_view to_string(Content content) { return kContentWords[static_cast<std::size_t>(content)]; }

std::string_view to_string(Framework framework) {
  return kFrameworkWords[static_cast<std::size_t>(framework)];
}

std::string_view to_string(ShuffleKind shuffle) { return kShuffleWords[static_cast<std::size_t>(shuffle)]; }

std::string_view to_string(ReadMode mode) { return kReadModeWords[static_cast<std::size_t>(mode)]; }

std::string_view to_string(Deliver deliver) { return kDeliverWords[static_cast<std::size_t>(deliver)]; }

}  // namespace aforo
