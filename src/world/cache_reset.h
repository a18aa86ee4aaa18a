// Emptying the page cache: the whole cache where that is allowed, else this
// dataset's files one by one.
//
// The whole takes root, and also drops names and inodes; one by one takes an open per file,
// and leaves them known to the kernel. Data that is still to be written stays cached either
// way unless it is flushed first.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "dataset/layout.h"
#include "storage/store.h"

namespace aforo {

// Resets for one dataset on one store. All of these block until done or a stop is requested, and
// never throw: what did not work is told by `note`. File by file they use one thread per core, and
// look for a stop after every 256 files. One thread at a time. A store without a page cache on this
// machine has nothing to reset: then they return at once.
class CacheReset {
 public:
  // `store` and `layout` outlive it.
  CacheReset(const Store& store, const Layout& layout) : cache_(store.cache()), layout_(layout) {}

  // Everything that can be dropped: the whole cache, or where that is refused all
  // files of the layout.
  void drop(std::stop_token stop = {});

  // The data of the first `files` files only, opened one by one: their names and inodes are known
  // to the kernel afterwards, as to a job's later epochs. Dirty pages are written back first.
  void drop_data(FileId files, std::stop_token stop = {});

  // Of those files, where nothing is written meanwhile: what was read since the last time.
  // Cheaper than drop_data by the flush.
  void drop_files(std::span<const FileId> files, std::stop_token stop = {});

  // Which way was taken, if it was not the one asked for, and why, or how many files failed; the
  // latest. Empty while all went as asked.
  const std::string& note() const { return note_; }

 private:
  // How many of file(0), file(1), ... up to `count` failed; `file` is called on several threads.
  std::uint64_t advise(std::uint64_t count, const std::function<FileId(std::uint64_t)>& file,
                       const std::stop_token& stop);

  // Null: this machine keeps nothing, and there is nothing to do.
  const CacheControl* cache_;
  const Layout& layout_;
  std::string note_;
};

}  // namespace aforo
