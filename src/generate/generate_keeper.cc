#include "generate/generate_keeper.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "storage/engine.h"

namespace aforo {

GenerateKeeper::GenerateKeeper(const Owned& owned, const GenerateCounters& counters, FileId kept,
                               std::function<FileId()> written, std::function<bool(FileId)> keep)
    : owned_(owned), counters_(counters), kept_(kept), written_(std::move(written)), keep_(std::move(keep)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

GenerateKeeper::~GenerateKeeper() = default;

GenerateKeeper::Kept GenerateKeeper::end() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  return {kept_, error_};
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
    const FileId mark = written_();  // before the sync: all below is written
    if ((error_ = owned_.sync()) != 0) return;
    synced = bytes;
    if (mark > kept_ && keep_(mark)) kept_ = mark;
    last = monotonic_now();
    wait = std::max(kSyncAfter, (last - began) * (1 / kSyncShare - 1));
  }
}

}  // namespace aforo
