#include "generate/generate_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "storage/engine.h"

namespace aforo {

GenerateKeeper::GenerateKeeper(const Owned& owned, Manifest manifest, const GenerateCounters& counters,
                               std::function<FileId()> mark)
    : owned_(owned), manifest_(std::move(manifest)), counters_(counters), mark_(std::move(mark)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

GenerateKeeper::~GenerateKeeper() = default;

GenerateKeeper::Kept GenerateKeeper::end() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return {manifest_.files_written, error_};
}

void GenerateKeeper::run(const std::stop_token& stop) {
  // How often it is looked whether enough has been written. Chosen: costs nothing beside writing.
  constexpr std::chrono::milliseconds kLook{100};
  std::unique_lock lock(mutex_);
  std::uint64_t synced = 0;
  Seconds wait = kSyncAfter, last = monotonic_now();
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, kLook, [] { return false; });
    const std::uint64_t bytes = counters_.bytes;
    if (stop.stop_requested() || bytes == synced) continue;
    const Seconds began = monotonic_now();
    if (bytes - synced < kSyncEvery && began - last < wait) continue;
    const FileId mark = mark_();  // before the sync: all below is written
    if ((error_ = owned_.sync()) != 0) return;
    synced = bytes;
    if (mark > manifest_.files_written) {
      const FileId before = std::exchange(manifest_.files_written, mark);
      if (save_manifest(owned_, manifest_) != 0) manifest_.files_written = before;
    }
    last = monotonic_now();
    wait = std::max(kSyncAfter, (last - began) * (1 / kSyncShare - 1));
  }
}

}  // namespace aforo
