#include "generate/generate_keeper.h"

#include <chrono>
#include <utility>

namespace aforo {

GenerateKeeper::GenerateKeeper(const Owned& owned, Manifest manifest, const GenerateCounters& counters,
                               std::function<FileId()> mark)
    : owned_(owned), manifest_(std::move(manifest)), counters_(counters), mark_(std::move(mark)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

GenerateKeeper::~GenerateKeeper() = default;

void GenerateKeeper::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  std::uint64_t synced = 0;
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, kSaveEvery, [] { return false; });
    const FileId mark = mark_();
    if (mark > manifest_.files_written) {
      manifest_.files_written = mark;
      save_manifest(owned_, manifest_,
                    false);  // a mark that could not be saved costs work after a kill, nothing else
    }
    if (const std::uint64_t bytes = counters_.bytes; bytes - synced >= kSyncEvery && !stop.stop_requested()) {
      synced = bytes;
      owned_.sync();  // what fails here fails again, and is reported, at the end
    }
  }
}

}  // namespace aforo
