#include "world/lane.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>

#include "base/control_group.h"

namespace aforo {
namespace {

constexpr std::size_t kReadyAtOnce = 4096;  // readers of one lane; chosen: more than a job usually has

// How long an idle lane sleeps before it looks around. Chosen: what is posted to it wakes it anyhow, and ten
// looks a second cost nothing.
constexpr Seconds kPatience{0.1};
constexpr Seconds kGrace{0.5};  // for late answers, at the end; chosen: who ended a run waits no longer

thread_local Lane* lane_here = nullptr;

}  // namespace

void LaneRequest::set_path(const FileNames& names, FileId file) {
  thread_local std::array<char, FileNames::kMaxPath> text;
  const std::size_t length = names.path(file, std::span<char, FileNames::kMaxPath>(text));
  char* target = inline_path_;
  if (length + 1 > kInlinePath) {
    long_path_ = std::make_unique<char[]>(length + 1);
    target = long_path_.get();
  }
  std::memcpy(target, text.data(), length + 1);
  io.path = target;
}

void LaneRequest::set_name(const FileNames& names, FileId file) {
  const std::string path = names.path(file);
  name_ = path.substr(path.rfind('/') + 1);
  io.name = name_.c_str();
}

bool LaneRequest::take_text(Lane& from, std::string_view text) {
  try {
    buffer = from.buffers_->take(text.size());
  } catch (const std::bad_alloc&) {
    return false;
  }
  std::memcpy(buffer.span().data(), text.data(), text.size());
  io.buffer = buffer.span().first(text.size());
  return true;
}

Lane::Lane(LaneOptions options) : options_(std::move(options)) {
  std::promise<bool> leaving;
  left_behind_ = leaving.get_future();
  // So that a read that ends when memory has run out need not ask for more to say so.
  ready_.reserve(kReadyAtOnce);
  running_.reserve(kReadyAtOnce);
  thread_ = std::thread([this, leaving = std::move(leaving)]() mutable {
    if (!start()) return;
    run();
    const bool stuck = ends_stuck();
    leaving.set_value(stuck);
    // A thread that ends while one of its io_uring requests hangs in the kernel waits for it there; this one
    // stays until the process ends. The lane may be gone by now.
    while (stuck) ::pause();  // NOLINT(bugprone-infinite-loop): that is meant
  });
  started_.wait(false);
  if (!failure_) return;
  thread_.join();
  std::rethrow_exception(failure_);
}

Lane* Lane::here() { return lane_here; }

void Lane::quit() {
  quit_.store(true, std::memory_order_seq_cst);
  engine_->wake();
}

Lane::~Lane() {
  quit();
  if (!left_behind_.get()) {
    thread_.join();
    return;
  }
  thread_.detach();
  // Left behind on purpose: the kernel, or a thread that hangs in it, may still write to the buffers, and an
  // engine's destructor would wait for it.
  static_cast<void>(engine_.release());
  static_cast<void>(buffers_.release());
  if (options_.content) {
    static_cast<void>(new (std::nothrow) std::shared_ptr<const FileContent>(options_.content));
  }
}

void Lane::hurry(Seconds most) {
  hurry_.store(most.value, std::memory_order_seq_cst);
  engine_->wake();
}

void Lane::post(Parcel& parcel) {
  if (inbox_.push(parcel)) engine_->wake();
}

Seconds Lane::cpu_seconds() const {
  clockid_t clock;
  timespec used{};
  auto* thread = const_cast<std::thread*>(&thread_);
  if (pthread_getcpuclockid(thread->native_handle(), &clock) != 0 || clock_gettime(clock, &used) != 0)
    return {0};
  return {static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9};
}

bool Lane::start() {
  lane_here = this;
  pthread_setname_np(pthread_self(), ("aforo-io-" + std::to_string(options_.index)).c_str());
  try {
    engine_ = options_.make_engine();
    buffers_ = std::make_unique<BufferPool>([this](std::span<std::byte> memory) { engine_->adopt(memory); });
    if (options_.content) engine_->adopt(options_.content->memory());
    if (options_.core) stay_on_core(*options_.core);  // threads that the engine has begun stay free
  } catch (...) {
    failure_ = std::current_exception();
  }
  const bool started = !failure_;
  started_.store(true);
  started_.notify_all();
  return started;
}

void Lane::run() {
  while (!quit_.load(std::memory_order_relaxed)) {
    resume_all(inbox_.take());
    running_.swap(ready_);
    for (auto handle : running_) handle.resume();
    running_.clear();
    if (hurry_.load(std::memory_order_relaxed) > 0) engine_->hurry(Seconds{hurry_.exchange(0)});
    const bool busy = !ready_.empty() || !inbox_.empty() || quit_.load(std::memory_order_seq_cst);
    engine_->turn(busy ? Seconds{0} : kPatience);
  }
}

// Lets what is merely late arrive.
bool Lane::ends_stuck() {
  const Seconds deadline = monotonic_now() + kGrace;
  while (engine_->stuck() && monotonic_now() < deadline) engine_->turn(kGrace / 10);
  return engine_->stuck();
}

void Lane::begin(LaneRequest& request) {
  if (request.buffer_bytes) request.io.lend = &Lane::on_lend;
  request.io.done = &Lane::on_done;
  request.io.owner = &request;
  request.lane = this;
  counters_->begin();
  engine_->start(request.io);
}

void Lane::on_lend(IoRequest& io) {
  auto& request = *static_cast<LaneRequest*>(io.owner);
  try {
    request.buffer = request.lane->buffers_->take(request.buffer_bytes);
    io.buffer = request.buffer.span().first(request.buffer_bytes);
  } catch (const std::bad_alloc&) {
    // The engine answers ENOMEM.
    io.buffer = {};
  }
}

void Lane::on_done(IoRequest& io) {
  auto& request = *static_cast<LaneRequest*>(io.owner);
  if (io.error == ECANCELED) ++request.lane->unanswered_;
  request.lane->counters_->end(io);
  request.lane->ready_.push_back(request.handle);
}

Lane::OpenFile* Lane::find_open(FileId id) {
  const auto found = open_index_.find(id);
  if (found == open_index_.end()) return nullptr;
  OpenFile& file = *found->second;
  if (file.users++ == 0) used_files_.splice(used_files_.begin(), idle_files_, file.self);
  return &file;
}

Lane::OpenFile* Lane::add_open(FileId id, EngineFile file) {
  used_files_.push_front({id, file, 1});
  used_files_.front().self = used_files_.begin();
  open_index_.insert_or_assign(id, used_files_.begin());
  return &used_files_.front();
}

void Lane::release_open(OpenFile* file) {
  if (--file->users == 0) idle_files_.splice(idle_files_.begin(), used_files_, file->self);
}

EngineFile Lane::surplus_open() {
  const std::size_t most = std::min(kMaxOpenFiles, options_.most_open_files);
  if (idle_files_.empty() || used_files_.size() + idle_files_.size() <= most) return kNoFile;
  const auto oldest = std::prev(idle_files_.end());
  const EngineFile file = oldest->file;
  const auto indexed = open_index_.find(oldest->id);
  if (indexed != open_index_.end() && indexed->second == oldest) open_index_.erase(indexed);
  idle_files_.erase(oldest);
  return file;
}

}  // namespace aforo
