// Emptying the page cache between epochs: the whole cache where that is allowed, else this dataset's files
// one by one.
#pragma once

#include <string>

#include "dataset/layout.h"

namespace aforo {

class CacheReset {
 public:
  // `layout` outlives it.
  CacheReset(std::string directory, const Layout& layout)
      : directory_(std::move(directory)), layout_(layout) {}

  // Blocks until done. Never throws: what did not work is told by `note`.
  void drop();

  // Which way was taken, if it was not the whole cache, and why; empty otherwise.
  const std::string& note() const { return note_; }

 private:
  std::string directory_;
  const Layout& layout_;
  std::string note_;
};

}  // namespace aforo
