// Engine: how bytes move on this machine. One engine belongs to one thread (its loop's); engines share
// nothing.
//
// Rationale: the pipeline must not know whether io_uring, threads, memory or a fault injector carries out its
// requests, and every engine must pass the same contract suite (engine_contract.h). Requests are intrusive so
// that an operation costs no allocation: the caller owns the IoRequest (usually inside a coroutine frame) and
// keeps it, its path and its buffer alive until `done` runs.
//
// Errors are data: `error` holds an errno and is counted and named by the caller; no engine throws after
// construction. Every started request completes exactly once, also on timeout.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"

namespace aforo {

// An open file inside one engine; meaningless to any other. Negative = none.
using EngineFile = std::int32_t;
inline constexpr EngineFile kNoFile = -1;

enum class IoOperation : std::uint8_t {
  kReadFile,  // open `path`, read up to buffer.size() bytes from offset 0, close. One request for a whole
              // file.
  kOpen,      // open `path` read-only; result in `file`
  kRead,      // read up to buffer.size() bytes of `file` at `offset`
  kClose,     // close `file`; the handle is dead even if an error is reported
};

struct IoRequest {
  // --- asked for (by the caller, before start) ---
  IoOperation operation = IoOperation::kRead;
  bool direct = false;         // kReadFile, kOpen: O_DIRECT. Buffer, offset and length are then 4096-aligned.
  const char* path = nullptr;  // relative to the engine's root, NUL-terminated
  EngineFile file = kNoFile;   // kRead, kClose: in. kOpen: out.
  std::uint64_t offset = 0;
  std::span<std::byte> buffer;
  std::uint64_t expected = 0;  // kReadFile: size if known, 0 = unknown. Reads up to min(buffer, expected)
                               // then. kRead with `lend`: the bytes asked for.
  // Set and `buffer` empty: called on the engine's thread just before the kernel needs the memory, sets
  // `buffer` (left empty = ENOMEM). Must not start requests. io_uring does not call it if the open fails.
  // Taking memory this late keeps the set of buffers in use small and warm in the CPU's cache: measured 15 %
  // less CPU time per byte at 160 readers.
  void (*lend)(IoRequest&) = nullptr;
  void (*done)(IoRequest&) = nullptr;  // called on the engine's thread from inside Engine::turn
  void* owner = nullptr;               // the caller's

  // --- answered (valid inside and after `done`) ---
  int error = 0;            // errno; 0 = success. ETIMEDOUT: not done within the engine's timeout.
  std::uint64_t bytes = 0;  // bytes read: fewer than asked only at end of file
  Seconds started{0};       // monotonic clock, when the request was handed to the kernel
  Seconds opened{0};        // kReadFile, kOpen: when the open was seen done; 0 = not observed
  Seconds finished{0};
  bool buffer_held = false;  // only with ETIMEDOUT: the kernel may still write to `buffer`; it must never be
                             // reused or freed (BufferPool::quarantine)

  // --- engine's own while in flight ---
  IoRequest* next = nullptr;
  IoRequest* previous = nullptr;
  std::uint32_t slot = 0;
  std::uint32_t state = 0;
  Seconds queued{0};  // when `start` took it
};

struct EngineOptions {
  std::string root;           // directory that paths are relative to
  std::uint32_t depth = 256;  // requests in flight handed to the kernel at once; more wait inside the engine
  Seconds timeout{30};        // a request older than this completes with ETIMEDOUT; 0 = never
  std::span<std::byte>
      arena;  // memory that read buffers come from, registered with the kernel where that pays
};

class Engine {
 public:
  // Cancels or waits for what is in flight; `done` is not called any more. Open files are closed. On the
  // engine's thread, or on any after that one has ended.
  virtual ~Engine() = default;

  // Takes the request. Does not call `done` before returning and never blocks on storage.
  virtual void start(IoRequest& request) = 0;

  // Hands over what was started, reaps what completed (calling `done` for each) and, if nothing had
  // completed, sleeps until something does, `wake` is called, or `patience` has passed. patience 0 = poll.
  // Returns the number of completed requests.
  virtual std::size_t turn(Seconds patience) = 0;

  // Makes a sleeping or the next `turn` return early. The only member that other threads may call.
  virtual void wake() = 0;

  // More memory that read buffers come from, beside EngineOptions::arena; on the engine's thread. Outlives
  // the engine.
  virtual void adopt(std::span<std::byte> /*memory*/) {}

  // Requests started and not yet done.
  virtual std::size_t in_flight() const = 0;

  // True while the kernel, or a thread, still owes an answer to a request that was given up with ETIMEDOUT.
  // An io_uring thread that ends then waits in the kernel for that answer, however long it takes: who needs
  // to go on neither ends it nor destroys the engine, and frees none of its buffers. On the engine's thread.
  virtual bool stuck() const { return false; }

  virtual std::string_view name() const = 0;  // "io_uring", "threads", "null", "memory", "faulty"
};

// The monotonic clock all engines stamp with.
Seconds monotonic_now();

struct EngineChoice {
  std::unique_ptr<Engine> engine;
  std::string reason;  // empty, or why the preferred engine was not used ("io_uring_setup: EPERM (...)")
};

// "auto": io_uring if the kernel grants it, else threads, with the reason said. "io_uring" or "threads"
// insist. Throws UserError if the root cannot be opened or an insisted engine cannot be had.
EngineChoice make_engine(std::string_view which, const EngineOptions& options);

}  // namespace aforo
