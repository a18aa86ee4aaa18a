// Work that browsers asked for: each piece on a thread of its own, in the order in which people wait for it.
//
// A piece begins with what is answered at once (closed forms), of which a few run beside each other, and may go on with
// what takes longer (simulations), of which two do, in the order in which they came: so whoever moves a slider does
// not wait for what others have simulated. What takes longer begins when the hand has come to rest, and gives way to the
// rest on every core. A page has one piece of work: its newer one ends the older. Memory goes back to the system.
//
// Safe for any number of threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/units.h"
#include "serve/event_stream.h"
#include "serve/threads.h"

namespace aforo {

// So many may pass at once, the others wait in the order in which they came.
class Turnstile {
 public:
  explicit Turnstile(std::size_t places) : free_(places) {}
  // Throws Interrupted where a stop is asked for before there is a place.
  void enter(const std::stop_token& stop);
  void leave();

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t free_;
  std::uint64_t next_ = 0;
  std::deque<std::uint64_t> waiting_;
};

class Work;

// One piece of work, as whoever does it sees it: on the thread that works.
class WorkPiece {
 public:
  explicit WorkPiece(Work& work) : work_(&work) {}

  // Requested where nobody waits for it any more.
  std::stop_token stop() const { return stop_.get_token(); }
  EventStream& said() { return *said_; }
  // From now on it takes longer: waits until it may, and gives way to others from then on. Once. Throws Interrupted.
  void take_longer();
  // What it has worked for so far: gives way to shorter ones where that is more than most take, and ends it where that is
  // too long. May be called from another thread.
  void worked_for(Seconds elapsed);

 private:
  friend class Work;
  enum class End { kNone, kTooLong, kReplaced };

  Work* work_;
  std::shared_ptr<EventStream> said_ = std::make_shared<EventStream>();
  std::string page_;
  std::stop_source stop_;
  std::atomic<End> end_{End::kNone};
  // Of the thread that works: its id while it has not given way, the niceness that it began with.
  std::atomic<int> thread_{0};
  int niceness_ = 0;
  // With which of the two it stands.
  Turnstile* inside_ = nullptr;
};

class Work {
 public:
  using Task = std::function<void(WorkPiece&)>;
  // Of one piece. Chosen: what a person still waits for; the command line has no such end.
  static constexpr Seconds kLongest{180};
  static constexpr std::size_t kSimulations = 2;

  Work();
  // As stop().
  ~Work();

  // Begins; `task` says what it finds out to its stream, and may throw UserError, which is said as `failed`. `page`
  // tells pages apart, "" is none. The stream ends with the task; abandoning it ends the task. Throws UserError where
  // the machine grants no further thread.
  std::shared_ptr<EventStream> begin(const std::string& page, Task task);

  // Pieces that work, and that wait to.
  struct Counts {
    std::size_t running = 0, waiting = 0;
  };
  Counts counts() const;

  // Asks all to end and waits until they have. None is begun afterwards.
  void stop();

 private:
  friend class WorkPiece;
  void carry_out(WorkPiece& piece, const Task& task);
  void enter(WorkPiece& piece, Turnstile& turnstile);
  void leave(WorkPiece& piece);
  void forget(const WorkPiece& piece);

  Turnstile forms_, simulations_;
  mutable std::mutex mutex_;
  // That have begun and not ended.
  std::deque<std::shared_ptr<WorkPiece>> pieces_;
  std::atomic<std::size_t> running_{0};
  bool stopped_ = false;
  Threads threads_;
};

}  // namespace aforo
