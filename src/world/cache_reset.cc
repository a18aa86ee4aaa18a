#include "world/cache_reset.h"

#include <fmt/format.h>

#include <atomic>

#include "base/parallel_for.h"

namespace aforo {

std::uint64_t CacheReset::advise(std::uint64_t count, const std::function<FileId(std::uint64_t)>& file,
                                 const std::stop_token& stop) {
  constexpr std::uint64_t kBetweenStops = 256;  // files; chosen: a stop between them is heard at once
  std::atomic<std::uint64_t> failed{0};
  parallel_for(count, kBetweenStops, thread_count(0), stop,
               [&](unsigned, std::uint64_t i, std::uint64_t end) {
                 for (; i < end; ++i)
                   if (!cache_->drop(layout_.path(file(i)))) ++failed;
               });
  return failed;
}

void CacheReset::drop(std::stop_token stop) {
  if (!cache_) return;
  const CacheDrop whole = cache_->drop_all();
  if (whole.done) return;
  const std::uint64_t failed = advise(layout_.files(), std::identity(), stop);
  note_ = fmt::format(
      "the page cache could not be dropped as a whole ({}); this dataset's files were dropped one by one",
      whole.reason);
  if (failed) note_ += fmt::format(", {} of them failed", failed);
}

void CacheReset::drop_data(FileId files, std::stop_token stop) {
  if (!cache_) return;
  cache_->flush();  // dirty pages stay
  const std::uint64_t failed = advise(files, std::identity(), stop);
  if (failed) note_ = fmt::format("{} of {} files could not be dropped from the page cache", failed, files);
}

void CacheReset::drop_files(std::span<const FileId> files, std::stop_token stop) {
  if (!cache_) return;
  const std::uint64_t failed = advise(
      files.size(), [files](std::uint64_t i) { return files[i]; }, stop);
  if (failed)
    note_ = fmt::format("{} of {} files could not be dropped from the page cache", failed, files.size());
}

}  // namespace aforo
