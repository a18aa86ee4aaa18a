// RealWorld: the pipeline's World on this machine: lanes with engines, the machine's clock, one home thread.
//
// Threads: construct, `run` and destroy on one thread, which becomes home. Coroutines move
// between lanes and home.
#pragma once

#include <cstring>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "pipeline/task.h"
#include "pipeline/world.h"
#include "world/batch_memory.h"
#include "world/group.h"
#include "world/home_loop.h"
#include "world/lane.h"

namespace aforo {

// A World (pipeline/world.h) whose clock is monotonic_now() and whose reads are an Engine's.
class RealWorld {
 public:
  // What a read came to; returns its buffer to the lane when destroyed (on that lane).
  class Read {
   public:
    Read() = default;
    Read(int error, std::uint64_t bytes, std::span<const std::byte> data, BufferLease lease)
        : error_(error), bytes_(bytes), data_(data), lease_(std::move(lease)) {}
    int error() const { return error_; }
    std::uint64_t bytes() const { return bytes_; }
    std::span<const std::byte> data() const { return data_; }

   private:
    int error_ = 0;
    std::uint64_t bytes_ = 0;
    std::span<const std::byte> data_;
    BufferLease lease_;
  };

  // An open file of a lane, or why there is none (an errno).
  struct File {
    EngineFile file = kNoFile;
    int code = 0;
    int error() const { return code; }
  };

  struct Written {
    int code = 0;
    std::uint64_t n = 0;
    int error() const { return code; }
    std::uint64_t bytes() const { return n; }
  };

  // Takes the lanes over. Destruction ends them side by side, which waits for requests
  // under way as ~Lane says.
  // `readers`: at least one lane. `writers`: lanes with content and an engine that owns a directory, apart
  // from the readers' as a trainer's saving is from its workers' reading; none = nothing can be written.
  // `group`: the hosts that share the job, outlives the world; null = this one is alone.
  explicit RealWorld(std::vector<std::unique_ptr<Lane>> readers,
                     std::vector<std::unique_ptr<Lane>> writers = {}, Group* group = nullptr);
  ~RealWorld();
  RealWorld(const RealWorld&) = delete;
  RealWorld& operator=(const RealWorld&) = delete;

  // Runs `job` to its end on the calling thread. On a stop request `on_stop` runs once, on this thread.
  void run(Task<> job, std::stop_token stop, const std::function<void()>& on_stop);

  Seconds now() const { return monotonic_now(); }
  LaneId lanes() const { return readers_; }
  LaneId lane_of(std::uint32_t /*rank*/, std::uint64_t reader) const {
    return static_cast<LaneId>(reader % readers_);
  }
  LaneId writer_lane(std::uint32_t rank) const {
    const auto writers = static_cast<LaneId>(lanes_.size()) - readers_;
    return writers ? readers_ + rank % writers : lane_of(rank, rank);
  }
  Lane& lane(LaneId id) { return *lanes_[id]; }
  void cancel_sleeps() { home_.cancel_timers(); }

  std::uint32_t host() const { return group_ ? group_->host() : 0; }
  auto meet(Vote vote) {
    struct Seat {
      Group* group;
      Meeting meeting;
      bool await_ready() const noexcept { return group == nullptr; }
      void await_suspend(std::coroutine_handle<> handle) {
        meeting.parcel.handle = handle;
        group->meet(meeting);
      }
      Vote await_resume() const noexcept { return meeting.vote; }
    };
    return Seat{group_, {vote, &home_, {}}};
  }
  void leave(Vote vote) {
    if (group_) group_->leave(vote);
  }

  // Moves the coroutine that awaits it to that lane's thread, or back to home. One
  // lock-free push, no allocation.
  auto enter_lane(LaneId id) { return Move<Lane>{*lanes_[id], {}}; }
  auto go_home() { return Move<HomeLoop>{home_, {}}; }

  // On home only: resumes once `deadline` has come, or the sleeps were cancelled.
  auto sleep_until(Seconds deadline) {
    struct Sleep {
      HomeLoop& home;
      Seconds deadline;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) { home.at(deadline, handle); }
      void await_resume() const noexcept {}
    };
    return Sleep{home_, deadline};
  }

  // Keeps the lane's core busy for `duration`, in slices between which its other readers go on.
  Task<> use_cpu(LaneId lane, Seconds duration);

  // `size` 0 = unknown: to the end of the file, EFBIG where that is more than kLargestUnknown.
  static constexpr std::uint64_t kLargestUnknown = 1u << 20;
  auto read_file(LaneId id, FileId file, std::uint64_t size) { return FileAwaiter(*lanes_[id], file, size); }
  auto read(LaneId id, File& file, std::uint64_t offset, std::uint64_t length) {
    return RangeAwaiter(*lanes_[id], file.file, offset, length);
  }
  Task<Read> read_at(LaneId id, FileId file, std::uint64_t offset, std::uint64_t length);
  auto open(LaneId id, FileId file) { return OpenAwaiter(*lanes_[id], file); }
  auto create(LaneId id, FileId file) { return CreateAwaiter(*lanes_[id], file); }
  // Bytes of the lane's content, which lies over every file again and again: byte i of a file is byte i mod
  // content_bytes of it. EROFS on a lane without.
  Task<Written> write(LaneId id, File& file, std::uint64_t offset, std::uint64_t length);
  auto sync(LaneId id, File& file) { return PutAwaiter(*lanes_[id], file.file); }
  auto close(LaneId id, File& file) { return CloseAwaiter(*lanes_[id], file.file); }

  // Memory for a batch of so many bytes; any thread.
  BatchMemory new_batch(LaneId, std::uint64_t bytes) { return batches_.take(bytes); }

 private:
  static constexpr std::uint64_t kAlign = 4096;
  static constexpr std::uint64_t round_up(std::uint64_t n) { return (n + kAlign - 1) / kAlign * kAlign; }

  template <class Executor>
  struct Move {
    Executor& executor;
    Parcel parcel;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      parcel.handle = handle;
      executor.post(parcel);
    }
    void await_resume() const noexcept {}
  };

  struct LaneAwaiter {
    Lane& lane;
    LaneRequest request;
    explicit LaneAwaiter(Lane& l) : lane(l) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      request.handle = handle;
      lane.begin(request);
    }
  };

  struct FileAwaiter : LaneAwaiter {
    std::uint64_t size;
    FileAwaiter(Lane& l, FileId file, std::uint64_t expected);
    Read await_resume();
  };
  struct RangeAwaiter : LaneAwaiter {
    std::uint64_t skip = 0, length;
    RangeAwaiter(Lane& l, EngineFile file, std::uint64_t offset, std::uint64_t want);
    Read await_resume();
  };
  struct OpenAwaiter : LaneAwaiter {
    OpenAwaiter(Lane& l, FileId file);
    File await_resume();
  };
  struct CreateAwaiter : LaneAwaiter {
    CreateAwaiter(Lane& l, FileId file);
    File await_resume() const noexcept { return {request.io.file, request.io.error}; }
  };
  struct PutAwaiter : LaneAwaiter {  // a write, or a sync
    PutAwaiter(Lane& l, EngineFile file);
    PutAwaiter(Lane& l, EngineFile file, std::uint64_t offset, std::span<std::byte> bytes);
    Written await_resume() const noexcept { return {request.io.error, request.io.bytes}; }
  };
  struct CloseAwaiter : LaneAwaiter {
    CloseAwaiter(Lane& l, EngineFile file) : LaneAwaiter(l) {
      request.io.operation = IoOperation::kClose;
      request.io.file = file;
    }
    void await_resume() const noexcept {}
  };

  static Read finish(LaneRequest& request, std::uint64_t skip, std::uint64_t length);

  HomeLoop home_;
  Group* const group_;
  BatchPool batches_;
  const LaneId readers_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // readers, then writers
};

}  // namespace aforo
