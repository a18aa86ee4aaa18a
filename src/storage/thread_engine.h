// ThreadEngine: the engine contract with plain system calls in a few
// threads, for machines that refuse io_uring (containers under the
// default seccomp profile) and file systems that io_uring serves badly.
//
// At most twice as many requests as threads have left the engine's own queue, so that little read
// memory is in use. A request that is too old completes with ETIMEDOUT; if a thread is already
// stuck in it the buffer is held, and another thread takes its place, up to 64 times.
//
// Each request costs two hand-overs between threads and a copy of itself:
// the copy is what a thread works on, since the request may be given up and
// gone before the thread returns. `arena` is unused. The destructor waits 5
// s for its threads and then leaves those that hang in the kernel alone.
#pragma once

#include <memory>

#include "storage/engine.h"

namespace aforo {

// Chosen, of each engine's: threads mostly wait, but each costs a stack and a place in the scheduler.
inline constexpr unsigned kMostThreads = 64;

// What an engine has where nobody says: four per core, at most 64.
unsigned threads_by_default();

// `threads` 0 = threads_by_default(); never more than options.depth. `root` is an open
// directory; the engine owns it. Throws UserError where this machine grants fewer threads.
std::unique_ptr<Engine> make_thread_engine(int root, const EngineOptions& options, unsigned threads = 0);

// Carries requests out in the kernel's place, blocking; any of the engine's threads, several at a time. It lives until the last of
// them has ended.
class RequestCarrier {
 public:
  virtual ~RequestCarrier() = default;
  // As carry_out of system_calls.h.
  virtual void carry_out(IoRequest& work, const char* path, std::uint64_t goal) = 0;
  // A file that nobody will ask to close any more. Does not block.
  virtual void close(EngineFile file) = 0;
  // The engine ends: what takes long is given up.
  virtual void end() {}
};

// The same engine over another carrier; `threads` as above, but at most kMostThreads whatever the cores.
std::unique_ptr<Engine> make_thread_engine(std::shared_ptr<RequestCarrier> carrier,
                                           const EngineOptions& options, unsigned threads);

}  // namespace aforo
