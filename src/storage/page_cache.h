// The page cache: emptying it, and asking what is in it. Thread-safe; nothing here throws.
//
// A first epoch says something about a storage only if this machine does not remember the data.
// Dropping is a request: the kernel keeps what is dirty, mapped or locked, so who must know asks
// `residency` afterwards. All of it waits for the file system.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"

namespace aforo {

// What came of it.
struct CacheDrop {
  bool done = false;
  // Why not, empty if done: "writing /proc/sys/vm/drop_caches: EACCES (permission denied)".
  std::string reason;
};

// Writes dirty pages back (sync) and drops the whole machine's clean page cache, and the inodes and
// names with it, so that opens ask the storage again too. Needs root. Slow where much is dirty.
CacheDrop drop_caches();

// Writes back what is dirty on the filesystem that holds `directory`, as far as that works.
void flush_writes(const std::string& directory);

// Asks the kernel to forget one file's clean pages, without privileges; false if the file could not
// be opened or the kernel refused. True says that it was asked, not that nothing remains.
bool advise_dontneed(const std::string& path);

// How far the kernel reads ahead of a file below `directory` that is read front to back: the
// filesystem's own setting, else the disk's (read_ahead_kb); absent where neither says. 0 = never.
std::optional<Bytes> readahead(const std::string& directory);

// How much of one file is remembered, at this moment.
struct Residency {
  // At most `size`: whole pages are counted, the last one up to the file's end.
  Bytes cached{0};
  Bytes size{0};
  // "cachestat" or "mincore".
  const char* source = "";
};
// How much of a file is in the page cache; absent if neither way works,
// or it is no regular file. Reads no data. cachestat is tried first;
// mincore costs a byte of memory per page, a GiB at a time.
std::optional<Residency> residency(const std::string& path);

// The same, one way only; absent where that way does not work (cachestat needs Linux 6.5; mincore
// counts only what the caller could write to).
enum class ResidencySource : std::uint8_t { kCachestat, kMincore };
std::optional<Residency> residency_by(const std::string& path, ResidencySource source);

}  // namespace aforo
