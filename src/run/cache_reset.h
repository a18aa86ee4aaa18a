// Emptying the page cache: the whole cache where that is allowed, else this dataset's files one by one.
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

  // The data of the first `files` files only, opened one by one: their names and inodes are known to the
  // kernel afterwards, as to a job's later epochs. Blocks until done; failures are told by `note`.
  void drop_data(FileId files);

  // Which way was taken, if it was not the one asked for, and why; empty otherwise.
  const std::string& note() const { return note_; }

 private:
  std::uint64_t advise(FileId files);  // how many failed

  std::string directory_;
  const Layout& layout_;
  std::string note_;
};

}  // namespace aforo
