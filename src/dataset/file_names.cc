#include "dataset/file_names.h"

namespace aforo {

std::string FileNames::path(FileId file) const {
  char text[kMaxPath];
  const std::size_t length = path(file, text);
  return {text, length};
}

}  // namespace aforo
