// While a dataset is written: saves how far it is, and keeps the page cache from filling with unwritten data.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "generate/generate_files.h"
#include "survey/dataset_marker.h"

namespace aforo {

// Saves the marker twice a second (what a kill leaves above it is compared, not trusted) and starts
// writing back after every kSyncEvery bytes, so that the device works from the beginning and a sync
// at the end has little left. One thread of its own. What fails here is not reported: a mark that
// could not be saved costs work after a kill, and a sync that failed fails again at the end.
class GenerateKeeper {
 public:
  // Chosen: more often would cost metadata writes beside the data, more seldom
  // files to compare after a kill.
  static constexpr std::chrono::milliseconds kSaveEvery{500};
  // Chosen: less would make the writers wait more often, more would leave a longer
  // sync for the end.
  static constexpr std::uint64_t kSyncEvery = std::uint64_t{1} << 30;

  // `mark` says how many files are written in full, and may be called from another
  // thread. All must outlive this.
  GenerateKeeper(const Owned& owned, Manifest manifest, const GenerateCounters& counters,
                 std::function<FileId()> mark);
  // Waits until the thread has ended; nothing more is saved.
  ~GenerateKeeper();

 private:
  void run(const std::stop_token& stop);

  const Owned& owned_;
  Manifest manifest_;
  const GenerateCounters& counters_;
  std::function<FileId()> mark_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  // Last: ends before the rest does.
  std::jthread thread_;
};

}  // namespace aforo
