#include "run/cache_reset.h"

#include <fmt/format.h>

#include <atomic>

#include "base/parallel_for.h"
#include "storage/page_cache.h"

namespace aforo {

std::uint64_t CacheReset::advise(FileId files) {
  std::atomic<std::uint64_t> failed{0};
  parallel_for(files, 256, thread_count(0), {}, [&](unsigned, std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t file = begin; file < end; ++file)
      if (!advise_dontneed(directory_ + "/" + layout_.path(file))) ++failed;
  });
  return failed;
}

void CacheReset::drop() {
  const CacheDrop whole = drop_caches();
  if (whole.done) return;
  const std::uint64_t failed = advise(layout_.files());
  note_ = fmt::format(
      "the page cache could not be dropped as a whole ({}); this dataset's files were dropped one by one",
      whole.reason);
  if (failed) note_ += fmt::format(", {} of them failed", failed);
}

void CacheReset::drop_data(FileId files) {
  flush_writes(directory_);  // dirty pages stay
  const std::uint64_t failed = advise(files);
  if (failed) note_ = fmt::format("{} of {} files could not be dropped from the page cache", failed, files);
}

}  // namespace aforo
