#include "run/lane.h"

#include <pthread.h>
#include <time.h>

#include <array>
#include <cstring>
#include <new>
#include <string>

namespace aforo {
namespace {

constexpr Seconds kPatience{0.1};  // how long an idle lane sleeps before it looks around

}  // namespace

void LaneRequest::set_path(const Layout& layout, FileId file) {
  thread_local std::array<char, Layout::kMaxPath> text;
  const std::size_t length = layout.path(file, std::span<char, Layout::kMaxPath>(text));
  char* target = inline_path_;
  if (length + 1 > kInlinePath) {
    long_path_ = std::make_unique<char[]>(length + 1);
    target = long_path_.get();
  }
  std::memcpy(target, text.data(), length + 1);
  io.path = target;
}

Lane::Lane(LaneOptions options) : options_(std::move(options)), thread_([this] { run(); }) {
  started_.wait(false);
  if (!failure_) return;
  thread_.join();
  std::rethrow_exception(failure_);
}

Lane::~Lane() {
  quit_.store(true, std::memory_order_seq_cst);
  engine_->wake();
  thread_.join();
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

void Lane::run() {
  pthread_setname_np(pthread_self(), ("aforo-io-" + std::to_string(options_.index)).c_str());
  try {
    engine_ = options_.make_engine();
    buffers_ = std::make_unique<BufferPool>([this](std::span<std::byte> memory) { engine_->adopt(memory); });
  } catch (...) {
    failure_ = std::current_exception();
  }
  started_.store(true);
  started_.notify_all();
  if (failure_) return;
  while (!quit_.load(std::memory_order_relaxed)) {
    resume_all(inbox_.take());
    running_.swap(ready_);
    for (auto handle : running_) handle.resume();
    running_.clear();
    const bool busy = !ready_.empty() || !inbox_.empty() || quit_.load(std::memory_order_seq_cst);
    engine_->turn(busy ? Seconds{0} : kPatience);
  }
}

void Lane::begin(LaneRequest& request) {
  if (request.buffer_bytes) request.io.lend = &Lane::on_lend;
  request.io.done = &Lane::on_done;
  request.io.owner = &request;
  request.lane = this;
  engine_->start(request.io);
}

void Lane::on_lend(IoRequest& io) {
  auto& request = *static_cast<LaneRequest*>(io.owner);
  try {
    request.buffer = request.lane->buffers_->take(request.buffer_bytes);
    io.buffer = request.buffer.span().first(request.buffer_bytes);
  } catch (const std::bad_alloc&) {
    io.buffer = {};  // the engine answers ENOMEM
  }
}

void Lane::on_done(IoRequest& io) {
  auto& request = *static_cast<LaneRequest*>(io.owner);
  request.lane->ready_.push_back(request.handle);
}

Lane::OpenFile* Lane::find_open(FileId id) {
  const auto found = open_index_.find(id);
  if (found == open_index_.end()) return nullptr;
  open_files_.splice(open_files_.begin(), open_files_, found->second);
  ++found->second->users;
  return &*found->second;
}

Lane::OpenFile* Lane::add_open(FileId id, EngineFile file) {
  open_files_.push_front({id, file, 1});
  open_index_.insert_or_assign(id, open_files_.begin());
  return &open_files_.front();
}

EngineFile Lane::surplus_open() {
  if (open_files_.size() <= kMaxOpenFiles) return kNoFile;
  for (auto it = std::prev(open_files_.end()); it != open_files_.begin(); --it) {
    if (it->users) continue;
    const EngineFile file = it->file;
    const auto indexed = open_index_.find(it->id);
    if (indexed != open_index_.end() && indexed->second == it) open_index_.erase(indexed);
    open_files_.erase(it);
    return file;
  }
  return kNoFile;
}

}  // namespace aforo
