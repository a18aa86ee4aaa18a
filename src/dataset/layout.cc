#include "dataset/layout.h"

namespace aforo {

std::string Layout::path(FileId file) const {
  char text[kMaxPath];
  const std::size_t length = path(file, text);
  return {text, length};
}

}  // namespace aforo
