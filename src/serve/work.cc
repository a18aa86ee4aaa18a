#include "serve/work.h"

#include <fmt/format.h>

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/parallel_for.h"

namespace aforo {
namespace {

// Niceness of what takes longer, beside the server's own. Chosen: beside it, what is answered at once has nine parts of a
// core in ten.
constexpr int kGivesWay = 10;
// Of closed forms that have worked for so long. Chosen: nine answers of ten take less, and have three parts of a core in
// four beside one that does not.
constexpr int kGivesWayToShort = 5;
constexpr Seconds kShort{0.15};
// Of closed forms, for each core. Chosen: one that takes half a second then holds up none that takes a twentieth.
constexpr std::size_t kFormsPerCore = 4;
// Before what takes longer begins. Chosen: a hand that moves a slider has not come to rest before, and what is simulated
// meanwhile is thrown away.
constexpr std::chrono::milliseconds kSettles{300};

// What one thread of the many frees at the end of its heap is kept by default, up to 64 MiB a thread, and malloc_trim
// does not look at it. Chosen: an answer by closed forms takes some megabytes, which are not asked for again and again.
constexpr int kKeptPerHeap = 1 << 20;
// Chosen: what many threads leave behind lies in few heaps, and two cores do not wait for each other there.
constexpr int kHeaps = 4;

int niceness() { return ::getpriority(PRIO_PROCESS, 0); }

void say_failed(EventStream& said, std::string_view sentence) {
  said.send("failed", {{"message", sentence}});
}

}  // namespace

void Turnstile::enter(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = next_++;
  waiting_.push_back(ticket);
  const bool passes = changed_.wait(lock, stop, [&] { return free_ > 0 && waiting_.front() == ticket; }) &&
                      !stop.stop_requested();
  std::erase(waiting_, ticket);
  if (passes) --free_;
  changed_.notify_all();
  if (!passes) throw Interrupted();
}

void Turnstile::leave() {
  const std::lock_guard lock(mutex_);
  ++free_;
  changed_.notify_all();
}

void WorkPiece::take_longer() {
  work_->leave(*this);
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop(), kSettles, [] { return false; });
  work_->enter(*this, work_->simulations_);
  // Of this thread and of those that it starts; it ends with its work, so nothing has to be put back.
  thread_ = 0;
  ::setpriority(PRIO_PROCESS, 0, niceness_ + kGivesWay);
}

void WorkPiece::worked_for(Seconds elapsed) {
  if (const auto thread = elapsed < kShort ? 0 : thread_.exchange(0); thread != 0)
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(thread), niceness_ + kGivesWayToShort);
  if (elapsed < Work::kLongest) return;
  end_ = End::kTooLong;
  stop_.request_stop();
}

Work::Work() : forms_(kFormsPerCore * thread_count(0)), simulations_(kSimulations) {
  ::mallopt(M_ARENA_MAX, kHeaps);
  ::mallopt(M_TRIM_THRESHOLD, kKeptPerHeap);
  ::mallopt(M_MMAP_THRESHOLD, kKeptPerHeap);
}

Work::~Work() { stop(); }

std::shared_ptr<EventStream> Work::begin(const std::string& page, Task task) {
  auto piece = std::make_shared<WorkPiece>(*this);
  piece->page_ = page;
  const std::lock_guard lock(mutex_);
  if (stopped_) throw UserError("expected a server, found one that is ending");
  for (const auto& other : pieces_) {
    if (page.empty() || other->page_ != page) continue;
    other->end_ = WorkPiece::End::kReplaced;
    other->stop_.request_stop();
  }
  pieces_.push_back(piece);
  try {
    threads_.start([this, piece, task = std::move(task)] { carry_out(*piece, task); });
  } catch (const std::system_error&) {
    pieces_.pop_back();
    throw UserError(
        "expected a further thread, found that this machine grants none; ask again when less is asked for");
  }
  return piece->said_;
}

void Work::enter(WorkPiece& piece, Turnstile& turnstile) {
  turnstile.enter(piece.stop());
  piece.inside_ = &turnstile;
  ++running_;
}

void Work::leave(WorkPiece& piece) {
  if (piece.inside_ == nullptr) return;
  --running_;
  std::exchange(piece.inside_, nullptr)->leave();
}

void Work::carry_out(WorkPiece& piece, const Task& task) {
  const std::stop_callback ends(piece.said_->abandoned(), [&] { piece.stop_.request_stop(); });
  EventStream& said = *piece.said_;
  try {
    enter(piece, forms_);
    piece.niceness_ = niceness();
    piece.thread_ = ::gettid();
    task(piece);
  } catch (const Interrupted&) {
    if (piece.end_ == WorkPiece::End::kTooLong)
      say_failed(
          said,
          fmt::format(
              "expected an answer within {}, found none; ask for fewer accelerators or steps, or use the "
              "command line, which takes its time",
              format_seconds(kLongest)));
    else
      say_failed(said, piece.end_ == WorkPiece::End::kReplaced
                           ? "ended, since this page has asked for something else"
                           : "ended before there was an answer");
  } catch (const UserError& error) {
    say_failed(said, error.what());
  } catch (const std::bad_alloc&) {
    say_failed(said, "expected enough memory for this answer, found none left; ask for fewer accelerators");
  } catch (const std::exception& error) {
    say_failed(said, fmt::format("a defect of aforo, please report it: {}", error.what()));
  }
  leave(piece);
  forget(piece);
  said.end();
}

void Work::forget(const WorkPiece& piece) {
  const std::lock_guard lock(mutex_);
  std::erase_if(pieces_, [&](const auto& one) { return one.get() == &piece; });
}

Work::Counts Work::counts() const {
  const std::lock_guard lock(mutex_);
  const std::size_t running = running_;
  return {running, pieces_.size() - std::min(running, pieces_.size())};
}

void Work::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const auto& piece : pieces_) piece->stop_.request_stop();
  }
  threads_.join();
}

}  // namespace aforo
