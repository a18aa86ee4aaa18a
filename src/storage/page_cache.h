// The page cache: emptying it, and asking what is in it. Thread-safe; nothing here throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"

namespace aforo {

struct CacheDrop {
  bool done = false;
  // Why not: "writing /proc/sys/vm/drop_caches: EACCES (permission denied)".
  std::string reason;
};

// Writes dirty pages back (sync) and drops the whole machine's clean page cache. Needs root.
CacheDrop drop_caches();

// Writes back what is dirty on the filesystem that holds `directory`, as far as that works.
void flush_writes(const std::string& directory);

// Asks the kernel to forget one file's clean pages; false if the file could not be opened
// or the kernel refused.
bool advise_dontneed(const std::string& path);

// How far the kernel reads ahead of a file below `directory` that is read front to back; absent
// where it does not say.
std::optional<Bytes> readahead(const std::string& directory);

struct Residency {
  Bytes cached{0};
  Bytes size{0};
  const char* source = "";  // "cachestat" or "mincore"
};
// How much of a file is in the page cache; absent if neither way works.
std::optional<Residency> residency(const std::string& path);

// The same, one way only; absent where that way does not work (cachestat needs Linux 6.5; mincore counts only
// what the caller could write to).
enum class ResidencySource : std::uint8_t { kCachestat, kMincore };
std::optional<Residency> residency_by(const std::string& path, ResidencySource source);

}  // namespace aforo
