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
// at the end has little left.
class GenerateKeeper {
 public:
  static constexpr std::chrono::milliseconds kSaveEvery{500};
  static constexpr std::uint64_t kSyncEvery = std::uint64_t{1} << 30;

  // `mark` says how many files are written in full; asked and saved on an own thread. All must outlive this.
  GenerateKeeper(const Owned& owned, Manifest manifest, const GenerateCounters& counters,
                 std::function<FileId()> mark);
  ~GenerateKeeper();  // the thread has ended; nothing more is saved

 private:
  void run(const std::stop_token& stop);

  const Owned& owned_;
  Manifest manifest_;
  const GenerateCounters& counters_;
  std::function<FileId()> mark_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: ends before the rest does
};

}  // namespace aforo
