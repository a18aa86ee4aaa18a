#include "storage/s3/s3_engine.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "base/error.h"
#include "storage/beneath.h"
#include "storage/s3/s3_engine_core.h"

namespace aforo {
namespace {

constexpr std::uint32_t kWakeUp = ~std::uint32_t{0};
constexpr int kEventsAtOnce = 64;
constexpr std::size_t kLongestKey = 1024;
// Bytes that are received before the loop's other work has its turn, about. Chosen: 0.1 ms of copying or two.
constexpr std::uint64_t kGroupBytes = 1 << 20;

}  // namespace

S3Engine::Epoll::~Epoll() {
  if (descriptor >= 0) ::close(descriptor);
}

S3Engine::S3Engine(const S3EngineSetup& setup, const EngineOptions& options)
    : setup_(setup),
      options_(options),
      epoll_{::epoll_create1(EPOLL_CLOEXEC)},
      pool_(setup, epoll_.descriptor),
      signer_(setup.bucket),
      uploads_(*this),
      random_(std::random_device{}()) {
  options_.depth = std::max(options_.depth, 1u);
  patience_.timeout = options_.timeout;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u32 = kWakeUp;
  int error = epoll_.descriptor < 0 ? EMFILE : wake_event_.open();
  if (!error && ::epoll_ctl(epoll_.descriptor, EPOLL_CTL_ADD, wake_event_.descriptor(), &event) != 0)
    error = errno;
  if (error)
    throw UserError("expected open files for an engine, found " + describe_errno(error) +
                    "; raise the limit of open files (ulimit -n)");
}

// What is read is left alone; what was begun on the server is put right, as far as that goes in time.
S3Engine::~S3Engine() {
  now_ = monotonic_now();
  uploads_.abort_all();
  for (IoRequest* request = all_.front(); request != nullptr;) {
    IoRequest& one = *request;
    request = one.next;
    if (step_of(one)) continue;
    withdraw(one);
    if (&one == pending_) pending_ = one.next;
    all_.remove(one);
  }
  const Seconds deadline = now_ + Seconds{kLongestGoodbye};
  while (!uploads_.still() && now_ < deadline) {
    begin_what_can();
    wait(deadline);
    go_on_ready();
    if (now_ >= next_sweep_) sweep();
    take_due();
  }
}

void S3Engine::start(IoRequest& request) {
  reset_answer(request, in_turn_ ? now_ : monotonic_now());
  all_.push_back(request);
  if (!pending_) pending_ = &request;
}

std::size_t S3Engine::turn(Seconds patience) {
  in_turn_ = true;
  now_ = monotonic_now();
  const Seconds deadline = now_ + patience;
  completed_ = 0;
  begin_what_can();
  for (;;) {
    wait(completed_ ? now_ : deadline);
    go_on_ready();
    if (now_ >= next_sweep_) sweep();
    take_due();
    begin_what_can();
    if (completed_ || now_ >= deadline || wake_event_.woken()) break;
  }
  wake_event_.take();
  in_turn_ = false;
  return completed_;
}

void S3Engine::wait(Seconds deadline) {
  Seconds until = deadline;
  if (!all_.empty()) until = std::min(until, next_sweep_);
  if (!later_.empty()) until = std::min(until, later_.front().due);
  const double left = ready_.empty() ? (until - now_).value : 0;
  epoll_event events[kEventsAtOnce];
  int count = 0;
  if (left > 0 && wake_event_.begin_sleep()) {
    const int most = static_cast<int>(std::ceil(std::min(left, kLongestSleep) * 1e3));
    count = ::epoll_wait(epoll_.descriptor, events, kEventsAtOnce, most);
  } else {
    count = ::epoll_wait(epoll_.descriptor, events, kEventsAtOnce, 0);
  }
  wake_event_.end_sleep();
  now_ = monotonic_now();
  for (int i = 0; i < count; ++i) {
    const std::uint32_t index = events[i].data.u32;
    if (index == kWakeUp || pool_[index].ready) continue;
    pool_[index].ready = true;
    ready_.push_back(index);
  }
}

void S3Engine::go_on_ready() {
  received_ = 0;
  while (ready_begin_ < ready_.size() && received_ < kGroupBytes) {
    const std::uint32_t index = ready_[ready_begin_++];
    pool_[index].ready = false;
    if (pool_[index].request != nullptr)
      go_on(index);
    else
      pool_.look(index);
  }
  if (ready_begin_ < ready_.size()) return;
  ready_.clear();
  ready_begin_ = 0;
}

void S3Engine::take_due() {
  const auto later = [](const Later& a, const Later& b) { return a.due > b.due; };
  while (!later_.empty() && later_.front().due <= now_) {
    at_once(*later_.front().request);
    std::pop_heap(later_.begin(), later_.end(), later);
    later_.pop_back();
  }
}

void S3Engine::begin_what_can() {
  while (pool_.busy() < options_.depth) {
    IoRequest* request = pending_;
    if (!again_.empty()) {
      request = again_.front();
      again_.erase(again_.begin());
    } else if (request != nullptr) {
      pending_ = request->next;
    } else {
      return;
    }
    begin(*request);
  }
}

void S3Engine::begin(IoRequest& request) {
  if (request.started.value == 0) request.started = now_;
  if (step_of(request) || request.attempts > 0 || !answers_itself(request)) exchange(request);
}

bool S3Engine::answers_itself(IoRequest& request) {
  switch (request.operation) {
    case IoOperation::kReadFile:
    case IoOperation::kOpen:
    case IoOperation::kCreate:
    case IoOperation::kRemoveFile:
      return by_name(request);
    case IoOperation::kRead:
    case IoOperation::kClose:
    case IoOperation::kWrite:
    case IoOperation::kSync:
      return by_file(request);
    case IoOperation::kSyncName:
      finish(request, 0);
      return true;
    default:
      finish(request, setup_.writable ? ENOTSUP : EROFS);
      return true;
  }
}

bool S3Engine::by_name(IoRequest& request) {
  const bool changes = !reads_bytes(request.operation) && request.operation != IoOperation::kOpen;
  int error = 0;
  if (changes && !setup_.writable)
    error = EROFS;
  else if (!stays_beneath(request.path))
    error = changes ? EXDEV : ENOENT;
  else if (setup_.bucket->prefix.size() + std::string_view(request.path).size() > kLongestKey)
    error = ENAMETOOLONG;
  else if (request.operation != IoOperation::kOpen || setup_.heads)
    return false;
  if (!error) request.file = open(setup_.bucket->prefix + request.path, nullptr);
  finish(request, error);
  return true;
}

bool S3Engine::by_file(IoRequest& request) {
  const bool writes = request.operation == IoOperation::kWrite || request.operation == IoOperation::kSync;
  const bool reads = request.operation == IoOperation::kRead;
  if (!is_open(request.file)) return finish(request, EBADF), true;
  const bool created = open_[static_cast<std::size_t>(request.file)].upload != nullptr;
  if ((writes && !created) || (reads && created)) return finish(request, EBADF), true;
  if (created) return hold(request), true;
  if (reads && (!request.buffer.empty() || request.lend != nullptr)) return false;
  if (request.operation == IoOperation::kClose) {
    open_[static_cast<std::size_t>(request.file)].open = false;
    closed_.push_back(static_cast<std::uint32_t>(request.file));
  }
  finish(request, 0);
  return true;
}

void S3Engine::hold(IoRequest& request) {
  request.slot = static_cast<std::uint32_t>(request.file);
  request.state = kHeld;
  Open& file = open_[request.slot];
  if (request.operation == IoOperation::kWrite) return uploads_.write(*file.upload, request);
  if (request.operation == IoOperation::kSync) return uploads_.sync(*file.upload, request);
  file.open = false;  // its number is free when this has ended
  uploads_.close(*file.upload, request);
}

bool S3Engine::is_open(EngineFile file) const {
  return file >= 0 && static_cast<std::size_t>(file) < open_.size() &&
         open_[static_cast<std::size_t>(file)].open;
}

EngineFile S3Engine::open(std::string key, S3Upload* upload) {
  if (closed_.empty()) {
    closed_.push_back(static_cast<std::uint32_t>(open_.size()));
    open_.emplace_back();
  }
  const std::uint32_t file = closed_.back();
  closed_.pop_back();
  open_[file] = {std::move(key), upload, true};
  return static_cast<EngineFile>(file);
}

std::unique_ptr<Engine> make_s3_engine(const S3EngineSetup& setup, const EngineOptions& options) {
  return std::make_unique<S3Engine>(setup, options);
}

}  // namespace aforo
