// Emptying the page cache: the whole cache where that is allowed, else this dataset's files one by one.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "dataset/layout.h"
#include "storage/store.h"

namespace aforo {

// All of these block until done or a stop is requested, and never throw: what did not work is told by `note`.
class CacheReset {
 public:
  // `store` and `layout` outlive it.
  CacheReset(const Store& store, const Layout& layout) : cache_(store.cache()), layout_(layout) {}

  void drop(std::stop_token stop = {});

  // The data of the first `files` files only, opened one by one: their names and inodes are known to the
  // kernel afterwards, as to a job's later epochs.
  void drop_data(FileId files, std::stop_token stop = {});

  // Of those files, where nothing is written meanwhile: what was read since the last time.
  void drop_files(std::span<const FileId> files, std::stop_token stop = {});

  // Which way was taken, if it was not the one asked for, and why; empty otherwise.
  const std::string& note() const { return note_; }

 private:
  // How many of file(0), file(1), ... failed.
  std::uint64_t advise(std::uint64_t count, const std::function<FileId(std::uint64_t)>& file,
                       const std::stop_token& stop);

  // Null: this machine keeps nothing, and there is nothing to do.
  const CacheControl* cache_;
  const Layout& layout_;
  std::string note_;
};

}  // namespace aforo
