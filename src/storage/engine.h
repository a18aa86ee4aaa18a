// Engine: how bytes move, both ways. One engine belongs to one thread
// (its loop's); engines share nothing.
//
// Rationale: the pipeline must not know whether io_uring, threads, memory or a fault injector
// carries out its requests, and every engine must pass the same contract suite (engine_contract.h).
// Requests are intrusive so that an operation costs no allocation: the caller owns the IoRequest
// (usually inside a coroutine frame) and keeps it, its path and its buffer alive until `done` runs.
//
// Errors are data: `error` holds an errno and is counted and named by the caller; no engine throws
// after construction. Every started request completes exactly once, also on timeout.
//
// Writing needs a right: an engine creates files only where EngineOptions::owned lets it, inside
// that directory, and never over something that is there. Requests to one file are not ordered
// among each other: who wants a write to be covered by a sync, or done before a close, starts the
// second when the first is done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "storage/engine_kind.h"

namespace aforo {

// An open file inside one engine; meaningless to any other. Negative = none.
using EngineFile = std::int32_t;
inline constexpr EngineFile kNoFile = -1;

enum class IoOperation : std::uint8_t {
  // Open `path`, read up to buffer.size() bytes from offset 0, close: one request for a whole file.
  kReadFile,
  // Open `path` read-only; result in `file`. Links are followed, as a training job's loader does.
  kOpen,
  // Read up to buffer.size() bytes of `file` at `offset`. Beyond the end: 0 bytes, no error.
  kRead,
  // Close `file`; the handle is dead even if an error is reported.
  kClose,
  // Make the new, empty file `path` and open it write-only; result in `file`. EEXIST where anything
  // has that name (a link too), ENOENT where its directory is missing, EROFS from an engine that
  // owns nothing, EXDEV or ELOOP where the path would leave the owned directory. After ETIMEDOUT
  // the file may be there or not.
  kCreate,
  // Write all of `buffer` to `file` at `offset`; what lies between the
  // old end and `offset` is zero.
  kWrite,
  // What `kWrite` has put into `file` so far, and its size, are on storage when this is done.
  kSync,
  // Make the new, empty directory `path`. EEXIST, ENOENT, EROFS, EXDEV and ELOOP as of kCreate.
  kMakeDirectory,
  // From now on what lies at `path` is called `name`, in the same directory, in one step: whoever looks finds the old
  // name or the new one. EEXIST where anything has that name: nothing is ever replaced.
  kRename,
  // Remove `path`: no directory, or an empty one (ENOTEMPTY). A link itself goes, not what it leads to.
  kRemoveFile,
  kRemoveDirectory,
  // That something is called `path`, or no longer is, is on storage when this is done: of the directory that it lies in.
  // 0 too where a file system cannot promise that of directories.
  kSyncName,
};

// Of operations: has a path and opens it; answers with an open file; fills memory; is about names alone, with a path;
// has memory in the kernel's hands.
constexpr bool opens_file(IoOperation o) {
  return o == IoOperation::kReadFile || o == IoOperation::kOpen || o == IoOperation::kCreate;
}
constexpr bool gives_file(IoOperation o) { return o == IoOperation::kOpen || o == IoOperation::kCreate; }
constexpr bool reads_bytes(IoOperation o) { return o == IoOperation::kReadFile || o == IoOperation::kRead; }
constexpr bool changes_names(IoOperation o) { return o >= IoOperation::kMakeDirectory; }
constexpr bool moves_bytes(IoOperation o) { return reads_bytes(o) || o == IoOperation::kWrite; }

// One operation and its answer. The caller's: it may be used again once `done` has run, also from
// inside it. Nothing of it is touched between `start` and `done` but by the engine.
struct IoRequest {
  // --- asked for (by the caller, before start) ---
  IoOperation operation = IoOperation::kRead;
  // kReadFile, kOpen, kCreate: O_DIRECT (EINVAL where the file system has
  // none). Buffer and offset of what is read or written are then 4096-aligned,
  // and lengths too, but for the last write of a file: its ragged end goes
  // through the page cache, as does whatever is written to that file after it.
  bool direct = false;
  // Relative to the engine's root, NUL-terminated.
  const char* path = nullptr;
  // kRename: the new name, without '/'. NUL-terminated.
  const char* name = nullptr;
  // kRead, kWrite, kSync, kClose: in. kOpen, kCreate: out.
  EngineFile file = kNoFile;
  std::uint64_t offset = 0;
  std::span<std::byte> buffer;
  // kReadFile: the file's size if known; reads up to min(buffer, expected) then. 0 = unknown. kRead
  // with `lend`: the bytes asked for.
  std::uint64_t expected = 0;
  // Of reads. Set and `buffer` empty: called on the engine's thread just before the kernel needs
  // the memory, sets `buffer` (left empty = ENOMEM). Must not start requests. io_uring does not
  // call it if the open fails. Taking memory this late keeps the set of buffers in use small and
  // warm in the CPU's cache: measured 15 % less CPU time per byte at 160 readers.
  void (*lend)(IoRequest&) = nullptr;
  // Called on the engine's thread from inside Engine::turn.
  void (*done)(IoRequest&) = nullptr;
  void* owner = nullptr;  // the caller's

  // --- answered (valid inside and after `done`) ---
  // Errno; 0 = success. ETIMEDOUT: not done within the engine's timeout; ECANCELED: see Engine::hurry.
  int error = 0;
  // Bytes moved. A read: fewer than asked only at end of file. A write: fewer than asked only with
  // an error (ENOSPC, EIO, EFBIG), and then what was written before it, from `offset` on.
  std::uint64_t bytes = 0;
  // Monotonic clock, when the request was handed to the kernel.
  Seconds started{0};
  // kReadFile, kOpen, kCreate: when the open was seen done; 0 = not observed.
  Seconds opened{0};
  // When the answer's first byte was seen; 0 = not observed (a local
  // kernel answers whole requests).
  Seconds first_byte{0};
  Seconds finished{0};
  // How often the request was sent: more than 1 where a server asked to try again (503), 0 if it
  // was given up before its turn came. A local kernel's interrupted call is no new attempt.
  std::uint32_t attempts = 0;
  // Only with ETIMEDOUT and ECANCELED: the kernel may still use `buffer`; it must never be reused, changed or
  // freed (BufferPool::quarantine).
  bool buffer_held = false;

  // --- engine's own while in flight ---
  IoRequest* next = nullptr;
  IoRequest* previous = nullptr;
  std::uint32_t slot = 0;
  std::uint32_t state = 0;
  Seconds queued{0};  // when `start` took it
};

// The right to create files beneath a directory: given by who owns it (posix/owned_directory.h),
// outlives the engines that were made with it.
class WriteRight {
 public:
  virtual int root() const = 0;  // an open descriptor of the directory, not the caller's to close

 protected:
  ~WriteRight() = default;
};

// What an engine is made for. Engines that need less ignore the rest.
struct EngineOptions {
  // Directory that paths are relative to; with `owned` unused.
  std::string root;
  // The right to create files, and the directory that paths are relative to. Outlives the engine.
  // Null: an engine for reading, whose kCreate ends with EROFS.
  const WriteRight* owned = nullptr;
  // Requests handed to the kernel at once, 0 counts as 1; more wait
  // inside the engine, in the order of `start`.
  std::uint32_t depth = 256;
  // A request that was started longer ago completes with ETIMEDOUT, within a tenth of a second or
  // two; 0 = never. 30 s is chosen:
  // a storage that works answers long before.
  Seconds timeout{30};
  // Memory that buffers come from, registered with the kernel where that pays.
  std::span<std::byte> arena;
};

// How requests are carried out. A loop starts what it has and turns; `done` may start more.
class Engine {
 public:
  // Cancels or waits for what is in flight; `done` is not called any more. Open files are closed.
  // On the engine's thread, or on any after that one has ended.
  virtual ~Engine() = default;

  // Takes the request. Does not call `done` before returning and never blocks on storage.
  virtual void start(IoRequest& request) = 0;

  // Hands over what was started, reaps what completed (calling `done` for each) and, if nothing had
  // completed, sleeps until something does, `wake` is called, or `patience` has passed. patience 0
  // = poll. Returns the number of completed requests.
  virtual std::size_t turn(Seconds patience) = 0;

  // Makes a sleeping or the next `turn` return early. The only member that other threads may call.
  virtual void wake() = 0;

  // From now on no request is waited for longer than `most`: for who has been told to end. One that is given up for
  // this alone, before the engine's timeout, ends with ECANCELED: it has failed nobody. On the engine's thread.
  virtual void hurry(Seconds /*most*/) {}

  // More memory that buffers come from, beside EngineOptions::arena; on the engine's
  // thread. Outlives the engine.
  virtual void adopt(std::span<std::byte> /*memory*/) {}

  // Requests started and not yet done.
  virtual std::size_t in_flight() const = 0;

  // True while the kernel, or a thread, still owes an answer to a request that was given up. An io_uring thread that
  // ends then waits in the kernel for that answer, however long it takes: who needs to go on neither ends it nor
  // destroys the engine, and frees none of its buffers. On the engine's thread.
  virtual bool stuck() const { return false; }

  // An EngineKind's word, or "memory", "faulty".
  virtual std::string_view name() const = 0;
};

// The monotonic clock all engines stamp with.
Seconds monotonic_now();

struct EngineChoice {
  std::unique_ptr<Engine> engine;
  EngineKind kind = EngineKind::kAuto;  // what was made: never kAuto
  // Empty, or why the preferred engine was not used ("io_uring_setup: EPERM (...)").
  std::string reason;
};

}  // namespace aforo
