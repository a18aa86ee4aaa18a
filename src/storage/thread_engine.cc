#include "storage/thread_engine.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/control_group.h"
#include "base/error.h"
#include "storage/limits.h"
#include "storage/request_list.h"
#include "storage/system_calls.h"

namespace aforo {
namespace {

// Threads replaced because they hang: a server that is gone must not take all the machine's threads.
constexpr unsigned kMostStuck = 64;
constexpr std::uint32_t kDispatched = 1;  // IoRequest::state

// One request as a thread sees it: a copy, because the request may be given up and gone
// before the thread returns.
struct Job {
  // Null: given up. Guarded by Shared::mutex.
  IoRequest* request = nullptr;
  bool running = false;   // guarded by Shared::mutex
  bool given_up = false;  // while running; guarded by Shared::mutex
  IoRequest work;
  std::string path, name;
  std::uint64_t goal = 0;
};

class KernelCarrier final : public RequestCarrier {
 public:
  explicit KernelCarrier(const EngineRoot& at) : at_(at) {}
  KernelCarrier(const KernelCarrier&) = delete;
  KernelCarrier& operator=(const KernelCarrier&) = delete;
  ~KernelCarrier() override { ::close(at_.root); }
  void carry_out(IoRequest& work, const char* path, std::uint64_t goal) override {
    aforo::carry_out(at_, work, path, goal);
  }
  void close(EngineFile file) override { ::close(file); }

 private:
  const EngineRoot at_;
};

struct Shared {
  explicit Shared(std::shared_ptr<RequestCarrier> by) : carrier(std::move(by)) {}

  const std::shared_ptr<RequestCarrier> carrier;
  std::mutex mutex;
  std::condition_variable work_signal, done_signal;
  std::deque<std::shared_ptr<Job>> work;
  std::vector<std::shared_ptr<Job>> done;
  unsigned threads = 0;   // alive
  unsigned given_up = 0;  // jobs that a thread still hangs in
  bool stopping = false;
  bool woken = false;
};

void work_loop(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    shared->work_signal.wait(lock, [&] { return shared->stopping || !shared->work.empty(); });
    if (shared->stopping) break;
    const std::shared_ptr<Job> job = std::move(shared->work.front());
    shared->work.pop_front();
    job->running = true;
    lock.unlock();
    shared->carrier->carry_out(job->work, job->path.c_str(), job->goal);
    lock.lock();
    if (job->given_up) --shared->given_up;
    if (job->request) {
      shared->done.push_back(job);
      shared->done_signal.notify_one();
    } else if (gives_file(job->work.operation) && !job->work.error) {
      shared->carrier->close(job->work.file);
    }
  }
  --shared->threads;
  shared->done_signal.notify_one();
}

class ThreadEngine final : public Engine {
 public:
  ThreadEngine(std::shared_ptr<RequestCarrier> carrier, const EngineOptions& options, unsigned threads)
      : shared_(std::make_shared<Shared>(std::move(carrier))), patience_{options.timeout} {
    const unsigned depth = std::max(options.depth, 1u);
    threads = std::min(threads, depth);
    window_ = std::min(depth, 2 * threads);
    begin_threads(threads);
  }
  ~ThreadEngine() override;

  void start(IoRequest& request) override {
    reset_answer(request, monotonic_now());
    all_.push_back(request);
    if (!pending_) pending_ = &request;
  }
  std::size_t turn(Seconds patience) override;
  void wake() override {
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->woken = true;
    }
    shared_->done_signal.notify_one();
  }
  std::size_t in_flight() const override { return all_.size(); }
  void hurry(Seconds most) override { patience_.most = most, next_sweep_ = Seconds{0}; }
  bool stuck() const override {
    const std::lock_guard lock(shared_->mutex);
    return shared_->given_up > 0;
  }
  std::string_view name() const override { return "threads"; }

 private:
  void begin_threads(unsigned threads);
  void end_threads();
  void add_thread();
  void replace_thread();
  void dispatch();
  std::vector<std::shared_ptr<Job>> collect(Seconds deadline, bool& woken);
  void answer(const Job& job);
  void complete(IoRequest& request);
  // A write ended in a piece that is no whole block: its file is no longer written directly.
  void note_ragged_end(const IoRequest& work) {
    if (const auto handle = handles_.find(work.file); handle != handles_.end() && !work.direct)
      handle->second = false;
  }
  void sweep();
  void expire(IoRequest& request);

  std::shared_ptr<Shared> shared_;
  Patience patience_;
  Seconds now_{0}, next_sweep_{0};
  unsigned window_;
  unsigned stuck_ = 0;
  std::vector<std::thread> threads_;
  RequestList all_;  // in the order of start; from `pending_` on not yet dispatched
  IoRequest* pending_ = nullptr;
  std::unordered_map<IoRequest*, std::shared_ptr<Job>> jobs_;
  std::unordered_map<EngineFile, bool> handles_;  // open file -> O_DIRECT
  std::size_t completed_ = 0;
};

void ThreadEngine::begin_threads(unsigned threads) {
  try {
    for (unsigned i = 0; i < threads; ++i) add_thread();
  } catch (const std::exception&) {
    const std::size_t begun = threads_.size();
    end_threads();
    throw UserError(fmt::format(
        "expected {} threads that read, found that this machine grants {}: give aforo more memory or processes "
        "(ulimit -v, ulimit -u, a control group's limits), or fewer --threads",
        threads, begun));
  }
}

void ThreadEngine::add_thread() {
  {
    const std::lock_guard lock(shared_->mutex);
    ++shared_->threads;
  }
  try {
    threads_.emplace_back([shared = shared_] { work_loop(shared); });
  } catch (const std::exception&) {
    const std::lock_guard lock(shared_->mutex);
    --shared_->threads;
    throw;
  }
}

// Where the machine grants no further thread, those that are left go on.
void ThreadEngine::replace_thread() {
  try {
    add_thread();
  } catch (const std::exception&) {
  }
}

void ThreadEngine::dispatch() {
  while (pending_ && jobs_.size() < window_) {
    IoRequest& request = *pending_;
    pending_ = request.next;
    const bool moves = moves_bytes(request.operation);
    if (reads_bytes(request.operation) && !lend_buffer(request)) {
      request.error = ENOMEM;
      complete(request);
      continue;
    }
    auto job = std::make_shared<Job>();
    job->request = &request;
    job->work = request;
    if (request.path) job->path = request.path;
    if (request.name) job->name = request.name, job->work.name = job->name.c_str();
    job->goal = moves ? wanted_bytes(request) : 0;
    if (moves && request.operation != IoOperation::kReadFile) {
      const auto handle = handles_.find(request.file);
      job->work.direct = handle != handles_.end() && handle->second;
    }
    if (request.operation == IoOperation::kClose) handles_.erase(request.file);
    request.state = kDispatched;
    jobs_.emplace(&request, job);
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->work.push_back(std::move(job));
    }
    shared_->work_signal.notify_one();
  }
}

std::size_t ThreadEngine::turn(Seconds patience) {
  now_ = monotonic_now();
  const Seconds deadline = now_ + patience;
  completed_ = 0;
  for (bool woken = false;;) {
    dispatch();
    const Seconds until = completed_ ? now_ : all_.empty() ? deadline : std::min(deadline, next_sweep_);
    const auto jobs = collect(until, woken);
    now_ = monotonic_now();
    for (const auto& job : jobs) answer(*job);
    if (now_ >= next_sweep_) sweep();
    if (completed_ || woken || now_ >= deadline) return completed_;
  }
}

std::vector<std::shared_ptr<Job>> ThreadEngine::collect(Seconds deadline, bool& woken) {
  std::unique_lock lock(shared_->mutex);
  const std::chrono::duration<double> most(std::clamp((deadline - now_).value, 0.0, kLongestSleep));
  const auto anything = [&] { return !shared_->done.empty() || shared_->woken; };
  if (most.count() > 0) shared_->done_signal.wait_for(lock, most, anything);
  woken = std::exchange(shared_->woken, false);
  return std::exchange(shared_->done, {});
}

void ThreadEngine::answer(const Job& job) {
  IoRequest* request = job.request;
  if (!request) return;  // given up between its end and this turn
  request->error = job.work.error;
  request->bytes = job.work.bytes;
  request->started = job.work.started;
  request->opened = job.work.opened;
  request->attempts = job.work.attempts;
  if (gives_file(request->operation) && !request->error) {
    request->file = job.work.file;
    handles_[request->file] = request->direct;
  }
  if (request->operation == IoOperation::kWrite) note_ragged_end(job.work);
  jobs_.erase(request);
  complete(*request);
}

void ThreadEngine::complete(IoRequest& request) {
  request.finished = now_;
  if (&request == pending_) pending_ = request.next;
  all_.remove(request);
  ++completed_;
  request.done(request);
}

void ThreadEngine::sweep() {
  next_sweep_ = now_ + patience_.interval();
  if (!patience_.ends()) return;
  for (IoRequest* request = all_.front(); request && patience_.over(now_ - request->queued);) {
    IoRequest* next = request->next;
    expire(*request);
    request = next;
  }
}

void ThreadEngine::expire(IoRequest& request) {
  if (request.state == kDispatched) {
    const auto job = jobs_.extract(&request).mapped();
    bool running = false;
    {
      const std::lock_guard lock(shared_->mutex);
      if (std::find(shared_->done.begin(), shared_->done.end(), job) != shared_->done.end()) {
        jobs_.emplace(&request, job);  // just done: the next turn answers it
        return;
      }
      running = job->running;
      job->request = nullptr;
      if (running) {
        job->given_up = true;
        ++shared_->given_up;
      } else {
        std::erase(shared_->work, job);
      }
    }
    request.buffer_held = running && moves_bytes(request.operation);
    if (running && ++stuck_ <= kMostStuck) replace_thread();
  }
  request.error = patience_.error(now_ - request.queued);
  complete(request);
}

void ThreadEngine::end_threads() {
  bool all_ended = false;
  shared_->carrier->end();
  {
    std::unique_lock lock(shared_->mutex);
    shared_->stopping = true;
    shared_->work.clear();
    shared_->work_signal.notify_all();
    const std::chrono::duration<double> most(kLongestGoodbye);
    all_ended = shared_->done_signal.wait_for(lock, most, [&] { return shared_->threads == 0; });
    for (auto& [request, job] : jobs_) job->request = nullptr;
  }
  for (std::thread& thread : threads_) {
    if (all_ended) {
      thread.join();
    } else {
      // Stuck in the kernel; it keeps what it needs alive.
      thread.detach();
    }
  }
}

ThreadEngine::~ThreadEngine() {
  end_threads();
  for (const auto& [file, direct] : handles_) shared_->carrier->close(file);
}

}  // namespace

unsigned threads_by_default() { return std::min(4 * available_cores(), kMostThreads); }

std::unique_ptr<Engine> make_thread_engine(int root, const EngineOptions& options, unsigned threads) {
  return std::make_unique<ThreadEngine>(
      std::make_shared<KernelCarrier>(EngineRoot{root, options.owned != nullptr}), options,
      threads ? threads : threads_by_default());
}

std::unique_ptr<Engine> make_thread_engine(std::shared_ptr<RequestCarrier> carrier,
                                           const EngineOptions& options, unsigned threads) {
  return std::make_unique<ThreadEngine>(std::move(carrier), options, std::clamp(threads, 1u, kMostThreads));
}

}  // namespace aforo
