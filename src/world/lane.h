// Lane: one I/O loop. A thread with its engine, its buffers and the loader workers
// that currently read.
//
// Everything here belongs to the lane's thread, except what is said to be any thread's and the
// constructor and destructor. Lanes share nothing, so more of them never slow each other down but
// by what storage and the kernel do.
//
// What is resumed here runs to its next suspension before the engine gets its turn:
// a reader that computes for long holds up the others of its lane
// (RealWorld::use_cpu cuts such work into slices).
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "dataset/file_content.h"
#include "dataset/file_names.h"
#include "measure/histogram.h"
#include "storage/buffer_pool.h"
#include "storage/engine.h"
#include "world/inbox.h"
#include "world/live_counters.h"

namespace aforo {

// A request with all that it needs, living in the frame of the coroutine that waits for it. The
// engine only links it: no allocation per read, and it must stay where it is until it is done.
struct LaneRequest {
  // Filled in by who begins it; the answer is in it when `handle` is resumed.
  IoRequest io;
  std::coroutine_handle<> handle;
  // Lent by the lane when the kernel needs it; 0 = none, or `io` has a buffer of its own. Late
  // lending keeps memory to what is under way in the engine, not to what is queued.
  std::size_t buffer_bytes = 0;
  // Empty until lent; goes back to the lane's pool with the request, or with the Read that took it.
  BufferLease buffer;
  // The one that begin() was called on.
  class Lane* lane = nullptr;

  LaneRequest() = default;
  LaneRequest(const LaneRequest&) = delete;
  LaneRequest& operator=(const LaneRequest&) = delete;

  // Copies `text` into a buffer that the lane lends, to be written. False: there is no memory for it.
  bool take_text(class Lane& from, std::string_view text);
  // The last part of another file's path, to be its new name; kept as the path is.
  void set_name(const FileNames& names, FileId file);
  // Writes the file's path into the request, which keeps it until it is destroyed. Allocates
  // where it is longer than 127 bytes: names are computed, not stored, and one that fits costs no
  // memory that outlives the read.
  void set_path(const FileNames& names, FileId file);

 private:
  static constexpr std::size_t kInlinePath = 128;
  char inline_path_[kInlinePath];
  std::unique_ptr<char[]> long_path_;
  std::string name_;
};

// How reads over a network went that came to their end, each in three parts one after another: the way to a connection
// (set-up, and attempts before the last with their pauses), until the answer's first byte, and until its last.
struct AnswerTimes {
  Histogram connection, first_byte, transfer;
  std::uint64_t bytes = 0;  // of all

  void add(const IoRequest& io) {
    connection.add(std::max(Seconds{0}, io.opened - io.started));
    first_byte.add(std::max(Seconds{0}, io.first_byte - io.opened));
    transfer.add(std::max(Seconds{0}, io.finished - io.first_byte));
    bytes += io.bytes;
  }
  void merge(const AnswerTimes& other) {
    connection.merge(other.connection);
    first_byte.merge(other.first_byte);
    transfer.merge(other.transfer);
    bytes += other.bytes;
  }
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(connection, first_byte, transfer, bytes);
  }
};

// What a lane saw of opening files; its thread's until the job has ended. Only
// opens that went well.
struct OpenTimes {
  // Every open that was observed by itself: those of an engine that does open and
  // read in one go are not seen.
  Histogram open;
  // Sums over samples whose open and whole read were both observed. Their quotient is the
  // share of a read that opening takes.
  Seconds observed_open{0};
  // ... open to last byte.
  Seconds observed_whole{0};
  // Of reads whose first byte was seen, which a local kernel shows of none.
  AnswerTimes answers;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(open, observed_open, observed_whole, answers);
  }
};

// How a lane is made. What it points to outlives the lane.
struct LaneOptions {
  // Of the thread's name alone: "aforo-io-3".
  unsigned index = 0;
  // That the thread stays on, as far as the kernel lets it; nothing: wherever the scheduler puts it.
  std::optional<unsigned> core = std::nullopt;
  // Reads pass the page cache (O_DIRECT).
  bool direct = false;
  // Of the files that are opened or created here.
  const FileNames* names = nullptr;
  // Kept open at once; at most Lane::kMaxOpenFiles count.
  std::size_t most_open_files = ~std::size_t{0};
  // Called once, on the lane's thread: some engines belong to the thread that made them. May throw.
  std::function<std::unique_ptr<Engine>()> make_engine;
  // What is written on this lane; null: the lane does not write. The kernel may hold on to it where a write hangs, and
  // so does a lane that is left behind.
  std::shared_ptr<const FileContent> content = nullptr;
};

// One thread, one engine. Nothing of it is shared with another lane. Not to be moved or copied.
class Lane {
 public:
  // Returns once the lane runs; rethrows what making its engine, or its content,
  // threw. Blocks for that long.
  explicit Lane(LaneOptions options);
  // Ends the thread; nobody may be suspended on the lane any more. Waits half a second at most for
  // late answers. Where storage does not let go of a request that was given up (Engine::stuck),
  // the thread, its engine and its buffers are left behind instead until the process ends: the
  // kernel may still write to them.
  ~Lane();

  // Any thread: begins what the destructor waits for, so that several lanes end
  // side by side. Idempotent.
  void quit();

  // Any thread: from now on no request of this lane is waited for longer than `most` (Engine::hurry).
  void hurry(Seconds most);

  // Any thread: `parcel.handle` will be resumed on this lane, after what was posted before. No
  // allocation; one wake-up of the engine where nothing lay in the inbox.
  void post(Parcel& parcel);

  // Any thread: readers that are on their way here or here, less those that have left.
  std::uint32_t guests() const { return guests_.load(std::memory_order_relaxed); }
  void expect_guest() { guests_.fetch_add(1, std::memory_order_relaxed); }
  void guest_leaves() { guests_.fetch_sub(1, std::memory_order_relaxed); }
  // Any thread, and beyond the lane's life: what its requests came to so far.
  std::shared_ptr<const LaneCounters> counters() const { return counters_; }
  // The lane whose thread the caller runs on; null on others.
  static Lane* here();

  // Any thread: CPU time this lane's thread has used since it began; 0 where the
  // system does not say.
  Seconds cpu_seconds() const;

  // --- lane thread only ---
  //
  // The request's handle is resumed here when it is done, never inside this call. `request` stays
  // where it is until then. Memory that cannot be lent is an answer of ENOMEM.
  void begin(LaneRequest& request);
  // Behind what is ready now: once the engine had its turn. For who gives way to
  // the lane's other readers.
  void resume_later(std::coroutine_handle<> handle) { ready_.push_back(handle); }

  // Files of packed layouts are kept open, the least recently used are closed; fewer where the process may not open
  // so many (LaneOptions::most_open_files). Chosen: more would hold descriptors that few reads use, fewer would open
  // the same shards again and again. Files in use are never closed, so there may be more for a while.
  static constexpr std::size_t kMaxOpenFiles = 512;
  // A file that is kept open. It stays where it is in memory while it has users.
  struct OpenFile {
    FileId id = 0;
    EngineFile file = kNoFile;
    // 0 = idle: it may be closed by the next surplus_open.
    std::uint32_t users = 0;
    std::list<OpenFile>::iterator self{};
  };
  // One more user; null if not open. O(1), as all of these.
  OpenFile* find_open(FileId id);
  // With one user. Two readers that opened the same file at once both add it: the later one is
  // found from then on, the earlier one lives until its users are gone.
  OpenFile* add_open(FileId id, EngineFile file);
  // One user less; without users it may go with the next surplus_open.
  void release_open(OpenFile* file);
  // A file to close now, which the lane has forgotten already, or kNoFile. Ask until it is.
  EngineFile surplus_open();

  // What was seen so far; of another thread's business only after the lane's job has ended.
  OpenTimes& open_times() { return open_times_; }
  // Requests that were given up because of `hurry`; of another thread's business as open_times is.
  std::uint64_t unanswered() const { return unanswered_; }
  const FileNames& names() const { return *options_.names; }
  // What stands in the files that are written here; null where the lane does not write.
  const FileContent* content() const { return options_.content.get(); }
  bool direct() const { return options_.direct; }

 private:
  // False: `failure_` says why not.
  bool start();
  // Until quit: resumes what was posted, then what is ready, then lets the engine work or sleep.
  void run();
  // Whether a request is still in the kernel's hands after the grace of half a second.
  bool ends_stuck();
  // Called by the engine on the lane's thread, when it is about to need the buffer,
  // and when a request is done.
  friend struct LaneRequest;
  static void on_lend(IoRequest& io);
  static void on_done(IoRequest& io);

  LaneOptions options_;
  Inbox inbox_;
  // Its memory is registered with the engine: ends after it.
  std::unique_ptr<BufferPool> buffers_;
  std::unique_ptr<Engine> engine_;
  // What to resume next, and what is being resumed: what becomes ready meanwhile
  // waits for the next round.
  std::vector<std::coroutine_handle<>> ready_, running_;
  OpenTimes open_times_;
  std::uint64_t unanswered_ = 0;
  const std::shared_ptr<LaneCounters> counters_ = std::make_shared<LaneCounters>();
  std::atomic<std::uint32_t> guests_{0};
  // Idle: most recently used first.
  std::list<OpenFile> used_files_, idle_files_;
  // The file that find_open finds; older ones of the same id are only in the lists.
  std::unordered_map<FileId, std::list<OpenFile>::iterator> open_index_;
  std::atomic<bool> quit_{false};
  // Seconds that `hurry` asked for and the lane's thread has not seen yet; 0 = none.
  std::atomic<double> hurry_{0};
  std::atomic<bool> started_{false};
  // Of starting.
  std::exception_ptr failure_;
  // Answered at the thread's end: true = it stays, with its engine and buffers.
  std::future<bool> left_behind_;
  std::thread thread_;
};

}  // namespace aforo
