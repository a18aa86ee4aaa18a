#include "answer/answer.h"

#include <fmt/format.h>

namespace aforo {

std::string partial_sentence(std::string_view what_now) {
  return fmt::format("ended before it was done, the Record is partial; {}", what_now);
}

}  // namespace aforo
