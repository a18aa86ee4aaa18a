// RealWorld: the pipeline's World on this machine: lanes with engines, the
// machine's clock, one home thread.
//
// Threads: construct, `run` and destroy on one thread, which becomes home. Coroutines move between
// lanes and home by `enter_lane` and `go_home`; what takes a LaneId is awaited on that lane,
// `sleep_until`, `meet` and `leave` on home. Errors of I/O are in the answers, as errno; nothing
// here throws but for want of memory when a frame is made.
//
// Awaiters live in the frame of the coroutine that awaits them, with their request and its path: a
// read needs no allocation of its own.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <type_traits>
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
  // What a read came to; returns its buffer to the lane when destroyed (on that lane). Move-only.
  class Read {
   public:
    Read() = default;
    Read(int error, std::uint64_t bytes, std::span<const std::byte> data, BufferLease lease)
        : error_(error), bytes_(bytes), data_(data), lease_(std::move(lease)) {}
    // 0 or an errno; then there are no bytes.
    int error() const { return error_; }
    // Of what was asked for; fewer only at the end of the file.
    std::uint64_t bytes() const { return bytes_; }
    // The bytes, valid as long as this; empty for an engine that moves none, whatever bytes() says.
    std::span<const std::byte> data() const { return data_; }

   private:
    int error_ = 0;
    std::uint64_t bytes_ = 0;
    std::span<const std::byte> data_;
    BufferLease lease_;
  };

  // An open file of a lane, or why there is none (an errno). Belongs to its lane: read, write and
  // close it there. Nobody closes it by itself.
  struct File {
    EngineFile file = kNoFile;
    int code = 0;
    FileId id = 0;
    int error() const { return code; }
  };

  // What a write or a sync came to: an errno or 0, and the bytes that went before the failure.
  struct Written {
    int code = 0;
    std::uint64_t n = 0;
    int error() const { return code; }
    std::uint64_t bytes() const { return n; }
  };

  // Takes the lanes over. Destruction ends them side by side, which waits for
  // requests under way as ~Lane says.
  //
  //   readers  at least one lane
  //   writers  lanes with content and an engine that owns a directory, apart from the readers' as a
  //            trainer's saving is from its workers' reading; none = nothing can be written
  //   group    the hosts that share the job, outlives the world; null = this one is alone
  explicit RealWorld(std::vector<std::unique_ptr<Lane>> readers,
                     std::vector<std::unique_ptr<Lane>> writers = {}, Group* group = nullptr);
  ~RealWorld();
  RealWorld(const RealWorld&) = delete;
  RealWorld& operator=(const RealWorld&) = delete;

  // Runs `job` to its end on the calling thread, and blocks until then. On a stop request `on_stop` runs once, on
  // this thread, also where it was requested before; it is the job's affair to end soon. Requests that take longer
  // than two seconds are given up from then on (ECANCELED, Lane::unanswered): what hangs holds up no end. What the
  // job throws ends the program: errors are data by then. May be called again for another job.
  void run(Task<> job, std::stop_token stop, const std::function<void()>& on_stop);

  // Monotonic; its zero does not matter. Any thread.
  Seconds now() const { return monotonic_now(); }
  // Of readers: ids [0, lanes()). Writers follow, and are found by writer_lane alone.
  LaneId lanes() const { return readers_; }
  // Readers go round the lanes, whatever their rank: each lane gets as many as the
  // next, give or take one.
  LaneId lane_of(std::uint32_t /*rank*/, std::uint64_t reader) const {
    return static_cast<LaneId>(reader % readers_);
  }
  // Where a reader of `lane` best goes on: there, or on another that has fewer readers now. One other is
  // looked at, in turn. At home, or on that lane. Readers that wait at home are nobody's, so that no
  // lane stands idle beside one that is shared.
  LaneId less_busy(LaneId lane) const;
  // Where a rank saves; the lane of a reader where there are no writers, whose writes answer EROFS.
  LaneId writer_lane(std::uint32_t rank) const {
    const auto writers = static_cast<LaneId>(lanes_.size()) - readers_;
    return writers ? readers_ + rank % writers : lane_of(rank, rank);
  }
  Lane& lane(LaneId id) { return *lanes_[id]; }
  // Home: all sleeps end at once, future ones too; CPU work on lanes within a slice.
  void cancel_sleeps() {
    ending_.store(true, std::memory_order_relaxed);
    home_.cancel_timers();
  }

  // This one's number among the job's hosts; 0 where it is alone.
  std::uint32_t host() const { return group_ ? group_->host() : 0; }
  // Home: resumes with all hosts' votes joined, once each has voted or left. At once, with this
  // vote, where this host is alone. One meeting at a time.
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
  // Home: comes to no further meeting. See Group.
  void leave(Vote vote) {
    if (group_) group_->leave(vote);
  }

  // Moves the coroutine that awaits it to that lane's thread, or back to home. One lock-free push,
  // no allocation. What it wrote before is seen there.
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

  // Keeps the lane's core busy for `duration`, in slices of 100 us between which its other readers
  // go on, or until the sleeps were cancelled. On that lane. Real time is spun, not slept: preprocessing takes a core from the readers.
  Task<> use_cpu(LaneId lane, Seconds duration);

  // `size` 0 = unknown: to the end of the file, EFBIG where that is more than kLargestUnknown,
  // which a buffer is lent for. Opens, reads and closes in one request.
  static constexpr std::uint64_t kLargestUnknown = 1u << 20;
  auto read_file(LaneId id, FileId file, std::uint64_t size) { return FileAwaiter(*lanes_[id], file, size); }
  // Of an open file. With direct lanes the aligned range around it is read, and only
  // what was asked for is answered.
  auto read(LaneId id, File& file, std::uint64_t offset, std::uint64_t length) {
    return RangeAwaiter(*lanes_[id], file.file, offset, length);
  }
  // The same of a file by its id, which the lane opens where it is not open, and keeps open
  // (Lane::kMaxOpenFiles). What it must close to make room is closed before this answers.
  Task<Read> read_at(LaneId id, FileId file, std::uint64_t offset, std::uint64_t length);
  // Open is for who reads one file in many pieces and closes it; create for files that are not
  // there (EEXIST), on a lane that writes.
  auto open(LaneId id, FileId file) { return OpenAwaiter(*lanes_[id], file); }
  auto create(LaneId id, FileId file) { return CreateAwaiter(*lanes_[id], file); }
  // Bytes of the lane's content (FileContent): what stands there of that file. EROFS on a lane without. Ends at the
  // first failure, with what went before.
  Task<Written> write(LaneId id, File& file, std::uint64_t offset, std::uint64_t length);
  // To stable storage, with all that was written to the file before.
  auto sync(LaneId id, File& file) { return PutAwaiter(*lanes_[id], file.file); }
  // From the file's begin on; ENOMEM where there is no memory for a copy.
  Task<Written> write_text(LaneId id, File& file, std::string_view text);
  // Names, as engines change them (IoOperation): by the numbers of the lane's FileNames.
  auto make_directory(LaneId id, FileId file) {
    return NameAwaiter(*lanes_[id], IoOperation::kMakeDirectory, file);
  }
  auto rename(LaneId id, FileId from, FileId to) { return NameAwaiter(*lanes_[id], from, to); }
  auto remove(LaneId id, FileId file) { return NameAwaiter(*lanes_[id], IoOperation::kRemoveFile, file); }
  auto remove_directory(LaneId id, FileId file) {
    return NameAwaiter(*lanes_[id], IoOperation::kRemoveDirectory, file);
  }
  auto sync_name(LaneId id, FileId file) { return NameAwaiter(*lanes_[id], IoOperation::kSyncName, file); }
  // Never answers an error: the file is the engine's again whatever happens.
  auto close(LaneId id, File& file) { return CloseAwaiter(*lanes_[id], file.file); }

  // Memory for a batch of so many bytes; any thread. See BatchPool::take.
  BatchMemory new_batch(LaneId, std::uint64_t bytes) { return batches_.take(bytes); }

 private:
  // What O_DIRECT asks of offsets, lengths and memory: the largest that common devices do.
  static constexpr std::uint64_t kAlign = 4096;
  static constexpr std::uint64_t round_up(std::uint64_t n) { return (n + kAlign - 1) / kAlign * kAlign; }

  // Suspends, and posts the coroutine to the other executor. The parcel lies in
  // this, and this in the frame.
  template <class Executor>
  struct Move {
    Executor& executor;
    Parcel parcel;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      parcel.handle = handle;
      if (Lane* here = Lane::here()) here->guest_leaves();
      if constexpr (std::is_same_v<Executor, Lane>) executor.expect_guest();
      executor.post(parcel);
    }
    void await_resume() const noexcept {}
  };

  // Suspends until the lane has the request's answer.
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
  // `skip`: bytes before what was asked for, which alignment made it read.
  struct RangeAwaiter : LaneAwaiter {
    std::uint64_t skip = 0, length;
    RangeAwaiter(Lane& l, EngineFile file, std::uint64_t offset, std::uint64_t want);
    Read await_resume();
  };
  struct OpenAwaiter : LaneAwaiter {
    FileId id;
    OpenAwaiter(Lane& l, FileId file);
    File await_resume();
  };
  struct CreateAwaiter : LaneAwaiter {
    FileId id;
    CreateAwaiter(Lane& l, FileId file);
    File await_resume() const noexcept { return {request.io.file, request.io.error, id}; }
  };
  struct NameAwaiter : LaneAwaiter {
    NameAwaiter(Lane& l, IoOperation operation, FileId file);
    NameAwaiter(Lane& l, FileId from, FileId to);
    Written await_resume() const noexcept { return {request.io.error, 0}; }
  };
  // A write, or a sync.
  struct PutAwaiter : LaneAwaiter {
    PutAwaiter(Lane& l, EngineFile file);
    PutAwaiter(Lane& l, EngineFile file, std::uint64_t offset, std::span<std::byte> bytes);
    PutAwaiter(Lane& l, EngineFile file, std::string_view text);
    bool await_ready() const noexcept { return request.io.error == ENOMEM; }
    Written await_resume() noexcept;
  };
  struct CloseAwaiter : LaneAwaiter {
    CloseAwaiter(Lane& l, EngineFile file) : LaneAwaiter(l) {
      request.io.operation = IoOperation::kClose;
      request.io.file = file;
    }
    void await_resume() const noexcept {}
  };

  // The answer to [skip, skip + length) of what a request read. A buffer that the kernel may
  // still write to is never used again.
  static Read finish(LaneRequest& request, std::uint64_t skip, std::uint64_t length);

  HomeLoop home_;
  std::atomic<bool> ending_{false};  // the sleeps were cancelled
  Group* const group_;
  BatchPool batches_;
  const LaneId readers_;
  // Readers, then writers. Last: the lanes end before home and the pool, to which
  // they may still send.
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace aforo
