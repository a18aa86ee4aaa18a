// Lane: one I/O loop. A thread with its engine, its buffers and the loader workers that currently read.
//
// Everything here belongs to the lane's thread, except `post`, `cpu_seconds` and the constructor/destructor.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "dataset/file_names.h"
#include "measure/histogram.h"
#include "storage/buffer_pool.h"
#include "storage/engine.h"
#include "world/inbox.h"

namespace aforo {

// A request with all that it needs, living in the frame of the coroutine that waits for it.
struct LaneRequest {
  IoRequest io;
  std::coroutine_handle<> handle;
  // Lent by the lane when the kernel needs it; 0 = none.
  std::size_t buffer_bytes = 0;
  BufferLease buffer;
  class Lane* lane = nullptr;

  LaneRequest() = default;
  LaneRequest(const LaneRequest&) = delete;
  LaneRequest& operator=(const LaneRequest&) = delete;

  // Writes the file's path into the request, which keeps it until it is destroyed. Allocates where
  // it is longer than 127 bytes.
  void set_path(const FileNames& names, FileId file);

 private:
  static constexpr std::size_t kInlinePath = 128;
  char inline_path_[kInlinePath];
  std::unique_ptr<char[]> long_path_;
};

// What a lane saw of opening files; its thread's until the job has ended.
struct OpenTimes {
  // Every open that was observed by itself.
  Histogram open;
  // Over samples whose open and whole read were both observed:
  Seconds observed_open{0};
  Seconds observed_whole{0};  // ... open to last byte
};

// How a lane is made. What it points to outlives the lane.
struct LaneOptions {
  unsigned index = 0;
  // Reads pass the page cache (O_DIRECT).
  bool direct = false;
  const FileNames* names = nullptr;  // of the files that are opened or created here
  // Called on the lane's thread.
  std::function<std::unique_ptr<Engine>()> make_engine;
  // What is written on this lane: bytes that `fill_content` makes once, on the lane's thread before it
  // starts. 0 = the lane does not write. With `direct` a multiple of 4096.
  std::size_t content_bytes = 0;
  std::function<void(std::span<std::byte>)> fill_content = {};
};

// One thread, one engine. Nothing of it is shared with another lane.
class Lane {
 public:
  // Returns once the lane runs; rethrows what making its engine threw.
  explicit Lane(LaneOptions options);
  // Ends the thread; nobody may be suspended on the lane any more. Where storage does not let go of a request
  // that was given up (Engine::stuck), the thread, its engine and its buffers are left behind instead.
  ~Lane();

  // Any thread: begins what the destructor waits for, so that several lanes end side by side.
  void quit();

  // Any thread: `parcel.handle` will be resumed on this lane.
  void post(Parcel& parcel);

  // Any thread: CPU time this lane's thread has used.
  Seconds cpu_seconds() const;

  // --- lane thread only ---
  // Handle is resumed when it is done.
  void begin(LaneRequest& request);
  // Behind what is ready now.
  void resume_later(std::coroutine_handle<> handle) { ready_.push_back(handle); }

  // Files of packed layouts are kept open, the least recently used are closed.
  static constexpr std::size_t kMaxOpenFiles = 512;
  // A file that is kept open. It stays where it is in memory while it has users.
  struct OpenFile {
    FileId id = 0;
    EngineFile file = kNoFile;
    std::uint32_t users = 0;
    std::list<OpenFile>::iterator self{};
  };
  OpenFile* find_open(FileId id);  // one more user; null if not open
  // With one user. Two readers that opened the same file at once both add it: the later one is found.
  OpenFile* add_open(FileId id, EngineFile file);
  void release_open(OpenFile* file);  // one user less
  EngineFile surplus_open();          // a file to close now, or kNoFile

  // What was seen so far; of another thread's business only after the lane's job has ended.
  OpenTimes& open_times() { return open_times_; }
  const FileNames& names() const { return *options_.names; }
  std::span<std::byte> content() { return content_.span().first(options_.content_bytes); }
  bool direct() const { return options_.direct; }

 private:
  bool start();  // false: `failure_` says why not
  void run();
  bool ends_stuck();
  static void on_lend(IoRequest& io);
  static void on_done(IoRequest& io);

  LaneOptions options_;
  Inbox inbox_;
  // Its memory is registered with the engine: ends after it.
  std::unique_ptr<BufferPool> buffers_;
  std::unique_ptr<Engine> engine_;
  BufferLease content_;  // its memory is the pool's, so the kernel may keep it where a write hangs
  std::vector<std::coroutine_handle<>> ready_, running_;
  OpenTimes open_times_;
  // Idle: most recently used first.
  std::list<OpenFile> used_files_, idle_files_;
  std::unordered_map<FileId, std::list<OpenFile>::iterator> open_index_;
  std::atomic<bool> quit_{false};
  std::atomic<bool> started_{false};
  std::exception_ptr failure_;     // of starting
  std::future<bool> left_behind_;  // answered at the thread's end
  std::thread thread_;
};

}  // namespace aforo
