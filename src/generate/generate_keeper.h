// While a dataset is written: brings it to storage, and saves how far it is there.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/units.h"
#include "generate/generate_files.h"

namespace aforo {

// Every so often: syncs what is written, then keeps the mark that vouches for it, in this order, so that a mark
// never says more than storage has. What a kill or a power cut leaves above it is compared, not trusted. So the
// device works from the beginning, the page cache does not fill, and a sync at the end has little left. One thread
// of its own.
//
// A mark that could not be saved is not reported: it costs work after a kill. A sync that failed is: the kernel says
// it once, and what it lost would be vouched for by the next.
class GenerateKeeper {
 public:
  // Whichever comes first. Chosen: more often would make the writers wait for metadata, more seldom would leave
  // more to compare after a kill and a longer sync for the end.
  static constexpr Seconds kSyncAfter{2};
  static constexpr std::uint64_t kSyncEvery = std::uint64_t{1} << 30;
  // At most this share of the time is spent in syncs: on slow storage they come more seldom.
  static constexpr double kSyncShare = 0.2;

  // `written` says up to which file all is written, `keep` keeps that, now that storage has it: whether it could. Both
  // are called from the thread of this. `kept`: what is on storage to begin with. All must outlive this.
  GenerateKeeper(const Owned& owned, const GenerateCounters& counters, FileId kept,
                 std::function<FileId()> written, std::function<bool(FileId)> keep);
  // Waits until the thread has ended; nothing more is saved.
  ~GenerateKeeper();

  // Ends as the destructor does. What is on storage and was kept; 0 or the errno of a sync that failed:
  // files above this mark are then to be written again.
  struct Kept {
    FileId mark = 0;
    int error = 0;
  };
  Kept end();

 private:
  void run(const std::stop_token& stop);

  const Owned& owned_;
  const GenerateCounters& counters_;
  FileId kept_;
  std::function<FileId()> written_;
  std::function<bool(FileId)> keep_;
  int error_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  // Last: ends before the rest does.
  std::jthread thread_;
};

}  // namespace aforo
