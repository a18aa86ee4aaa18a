#include "storage/s3/s3_engine.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "base/error.h"
#include "storage/beneath.h"
#include "storage/s3/s3_engine_core.h"
#include "storage/s3/s3_fault.h"

namespace aforo {
namespace {

constexpr std::uint32_t kWakeUp = ~std::uint32_t{0};
constexpr int kEventsAtOnce = 64;
constexpr std::size_t kLongestKey = 1024;
// A connection that ends an exchange before any byte came, and had served others: the server closed it meanwhile.
bool closed_meanwhile(int error) { return error == ECONNRESET || error == EPIPE; }

std::string_view method_of(IoOperation operation) { return operation == IoOperation::kOpen ? "HEAD" : "GET"; }

}  // namespace

S3Engine::S3Engine(const S3EngineSetup& setup, const EngineOptions& options)
    : setup_(setup),
      options_(options),
      tls_(setup.bucket->tls ? std::make_unique<TlsContext>(setup.bucket->ca_file) : nullptr),
      signer_(setup.bucket),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      random_(std::random_device{}()) {
  options_.depth = std::max(options_.depth, 1u);
  patience_.timeout = options_.timeout;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = kWakeUp;
  if (epoll_ < 0 || event_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event) != 0) {
    const int error = errno;
    if (epoll_ >= 0) ::close(epoll_);
    if (event_ >= 0) ::close(event_);
    throw UserError("expected open files for an engine, found " + describe_errno(error) +
                    "; raise the limit of open files (ulimit -n)");
  }
}

S3Engine::~S3Engine() {
  connections_.clear();
  ::close(epoll_);
  ::close(event_);
}

void S3Engine::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

void S3Engine::start(IoRequest& request) {
  reset_answer(request, in_turn_ ? now_ : monotonic_now());
  all_.push_back(request);
  queue_.push_back(&request);
}

std::size_t S3Engine::turn(Seconds patience) {
  in_turn_ = true;
  now_ = monotonic_now();
  const Seconds deadline = now_ + patience;
  completed_ = 0;
  begin_what_can();
  for (;;) {
    wait(completed_ > 0 || patience.value <= 0 ? now_ : deadline);
    if (now_ >= next_sweep_) sweep();
    while (!later_.empty() && later_.front().due <= now_) {
      queue_.push_back(later_.front().request);
      queue_.back()->state = kQueued;
      std::pop_heap(later_.begin(), later_.end(),
                    [](const Later& a, const Later& b) { return a.due > b.due; });
      later_.pop_back();
    }
    begin_what_can();
    if (completed_ > 0 || now_ >= deadline || woken_) break;
  }
  woken_ = false;
  in_turn_ = false;
  return completed_;
}

void S3Engine::wait(Seconds deadline) {
  Seconds until = deadline;
  if (!all_.empty()) until = std::min(until, next_sweep_);
  if (!later_.empty()) until = std::min(until, later_.front().due);
  const double left = (until - now_).value;
  const int most = left <= 0 ? 0 : static_cast<int>(std::min(std::ceil(left * 1e3), 1e6));
  epoll_event events[kEventsAtOnce];
  const int count = ::epoll_wait(epoll_, events, kEventsAtOnce, most);
  now_ = monotonic_now();
  for (int i = 0; i < count; ++i) {
    if (events[i].data.u32 == kWakeUp) {
      std::uint64_t times = 0;
      [[maybe_unused]] const auto taken = ::read(event_, &times, sizeof times);
      woken_ = true;
    } else if (connections_[events[i].data.u32].request != nullptr) {
      go_on(events[i].data.u32);
    }
  }
}

void S3Engine::begin_what_can() {
  while (queue_begin_ < queue_.size() && under_way_ < options_.depth) {
    IoRequest& request = *queue_[queue_begin_++];
    int error = 0;
    if (answers_itself(request, error)) {
      request.started = request.started.value > 0 ? request.started : now_;
      complete(request, error);
    } else {
      begin(request);
    }
  }
  if (queue_begin_ == queue_.size()) queue_.clear(), queue_begin_ = 0;
}

bool S3Engine::answers_itself(const IoRequest& request, int& error) {
  const auto known = [&] {
    return request.file >= 0 && static_cast<std::size_t>(request.file) < open_.size() &&
           !open_[static_cast<std::size_t>(request.file)].key.empty();
  };
  switch (request.operation) {
    case IoOperation::kReadFile:
    case IoOperation::kOpen:
      if (!stays_beneath(request.path)) return error = ENOENT, true;
      if (setup_.bucket->prefix.size() + std::string_view(request.path).size() > kLongestKey)
        return error = ENAMETOOLONG, true;
      return request.operation == IoOperation::kOpen && !setup_.heads;
    case IoOperation::kRead:
      if (!known()) return error = EBADF, true;
      return request.buffer.empty() && request.lend == nullptr;
    case IoOperation::kClose:
      if (!known()) return error = EBADF, true;
      open_[static_cast<std::size_t>(request.file)].key.clear();
      closed_.push_back(static_cast<std::uint32_t>(request.file));
      return true;
    case IoOperation::kSyncName:
      return true;
    default:
      return error = EROFS, true;
  }
}

void S3Engine::resolve() {
  auto found = resolve_host(setup_.bucket->host, setup_.bucket->port);
  unresolved_ = found ? 0 : EHOSTUNREACH;
  if (found) addresses_ = std::move(*found);
}

S3Engine::Connection* S3Engine::free_connection(std::uint32_t& index, int& error) {
  while (!idle_.empty()) {
    index = idle_.back();
    idle_.pop_back();
    if (!connections_[index].link->stale()) return &connections_[index];
    connections_[index].link.reset();
    empty_.push_back(index);
  }
  if (addresses_.empty()) resolve();
  if (addresses_.empty()) return error = unresolved_, nullptr;
  if (empty_.empty()) {
    empty_.push_back(static_cast<std::uint32_t>(connections_.size()));
    connections_.emplace_back();
  }
  index = empty_.back();
  Connection& made = connections_[index];
  made = {};
  made.link =
      std::make_unique<S3Link>(addresses_[address_ % addresses_.size()], tls_.get(), setup_.bucket->host);
  made.begun = now_;
  ++setup_.counters->connections;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u32 = index;
  if (made.link->descriptor() < 0 ||
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, made.link->descriptor(), &event) != 0) {
    error = made.link->descriptor() < 0 ? EMFILE : errno;
    made.link.reset();
    ++setup_.counters->connections_failed;
    return nullptr;
  }
  empty_.pop_back();
  return &made;
}

void S3Engine::begin(IoRequest& request) {
  std::uint32_t index = 0;
  int error = 0;
  Connection* const connection = free_connection(index, error);
  ++request.attempts;
  if (connection == nullptr) return again_or_done(request, error, setup_.counters->reset);
  connection->request = &request;
  connection->heard = now_;
  request.slot = index;
  request.state = kUnderWay;
  if (request.started.value == 0) request.started = now_;
  request.opened = request.first_byte = Seconds{0};
  ++under_way_;
  prepare(*connection, request);
  go_on(index);
}

void S3Engine::prepare(Connection& connection, IoRequest& request) {
  const S3Bucket& bucket = *setup_.bucket;
  call_.method = method_of(request.operation);
  call_.range.reset();
  call_.headers.clear();
  if (request.operation == IoOperation::kRead) {
    key_ = open_[static_cast<std::size_t>(request.file)].key;
    const std::uint64_t length = request.buffer.empty() ? request.expected : request.buffer.size();
    call_.range = ByteRange{request.offset, request.offset + std::max<std::uint64_t>(length, 1) - 1};
  } else {
    key_.assign(bucket.prefix).append(request.path);
    // A file whose size is not known may be longer than the memory for it.
    if (request.operation == IoOperation::kReadFile && request.expected == 0 && !request.buffer.empty())
      call_.range = ByteRange{0, request.buffer.size() - 1};
  }
  call_.key = key_;
  S3Link& link = *connection.link;
  link.head_out().clear();
  signer_.append_head(link.head_out(), call_, setup_.clock->now());
  link.begin(call_.method, {});
  (request.operation == IoOperation::kOpen ? setup_.counters->heads : setup_.counters->gets)++;
}

void S3Engine::go_on(std::uint32_t index) {
  Connection& connection = connections_[index];
  connection.heard = now_;
  for (;;) {
    const bool was_connected = connection.link->connected();
    const S3Link::Progress progress = connection.link->go_on();
    if (!was_connected && connection.link->connected()) {
      setup_.counters->connect_nanoseconds +=
          static_cast<std::uint64_t>((monotonic_now() - connection.begun).value * 1e9);
    }
    if (connection.link->connected() && connection.request->opened.value == 0)
      connection.request->opened = now_;
    if (connection.link->answered() && connection.request->first_byte.value == 0)
      connection.request->first_byte = now_;
    switch (progress) {
      case S3Link::Progress::kWaits:
        return;
      case S3Link::Progress::kHead:
        take_head(connection);
        if (connection.request == nullptr) return;
        break;
      case S3Link::Progress::kDone:
        return answered(index);
      case S3Link::Progress::kFailed:
        return failed(index);
    }
  }
}

void S3Engine::take_head(Connection& connection) {
  IoRequest& request = *connection.request;
  S3Link& link = *connection.link;
  const HttpAnswer& answer = link.answer();
  if (answer.status != 200 && answer.status != 206) return link.take_text();
  // Some servers answer a range that they do not take with the whole object.
  const bool wants_range = request.operation == IoOperation::kRead && request.offset > 0;
  if (wants_range && (answer.status != 206 || answer.range_first != request.offset)) {
    const std::uint32_t index = request.slot;
    release(index, false);
    return complete(request, EPROTO);
  }
  if (!lend_buffer(request)) {
    release(request.slot, false);
    return complete(request, ENOMEM);
  }
  link.take_body(request.buffer.first(std::min<std::uint64_t>(wanted_bytes(request), request.buffer.size())));
}

int S3Engine::error_of_answer(Connection& connection) {
  const S3Link& link = *connection.link;
  const int status = link.answer().status;
  if (status == 200 || status == 206) return 0;
  if (status == 416) return 0;  // beyond the end: nothing to read, as of a file
  const auto said = read_s3_error(link.text());
  const std::string code = said ? said->code : std::string();
  if (code == "RequestTimeTooSkewed") {
    if (const auto date = http_date(link.answer().date)) setup_.clock->set(*date);
    return ESTALE;
  }
  return s3_errno(status, code);
}

void S3Engine::answered(std::uint32_t index) {
  Connection& connection = connections_[index];
  IoRequest& request = *connection.request;
  S3Link& link = *connection.link;
  const int status = link.answer().status;
  const int error = error_of_answer(connection);
  RemoteCounters& counters = *setup_.counters;
  counters.bytes_received += link.received();
  const bool is_data = status == 200 || status == 206;
  if (is_data) {
    request.bytes = link.taken();
    counters.bytes_wasted += link.received() - link.taken();
  } else {
    counters.bytes_wasted += link.received();
  }
  connection.used_before = true;
  release(index, link.reusable());
  if (error == EBUSY) return again_or_done(request, error, counters.throttled);
  if (error == EREMOTEIO || error == ETIMEDOUT) return again_or_done(request, error, counters.failed);
  if (error == ESTALE && request.attempts < 2) return again_or_done(request, EACCES, counters.failed);
  if (error == 0 && request.operation == IoOperation::kOpen) {
    if (closed_.empty()) {
      closed_.push_back(static_cast<std::uint32_t>(open_.size()));
      open_.emplace_back();
    }
    request.file = static_cast<EngineFile>(closed_.back());
    closed_.pop_back();
    open_[static_cast<std::size_t>(request.file)].key = setup_.bucket->prefix + request.path;
  }
  complete(request, error == ESTALE ? EACCES : error);
}

void S3Engine::failed(std::uint32_t index) {
  Connection& connection = connections_[index];
  IoRequest& request = *connection.request;
  S3Link& link = *connection.link;
  RemoteCounters& counters = *setup_.counters;
  const int error = link.error();
  counters.bytes_received += link.received();
  counters.bytes_wasted += link.received();
  const bool was_used = connection.used_before, answered = link.answered();
  if (!link.connected()) {
    ++counters.connections_failed;
    ++address_;
  }
  release(index, false);
  if (was_used && !answered && closed_meanwhile(error)) {  // no attempt of the request's own
    --request.attempts;
    request.state = kQueued;
    queue_.push_back(&request);
    return;
  }
  if (error == EPROTO) return complete(request, error);
  again_or_done(
      request, error,
      error == EBADMSG || (answered && closed_meanwhile(error)) ? counters.truncated : counters.reset);
}

std::unique_ptr<Engine> make_s3_engine(const S3EngineSetup& setup, const EngineOptions& options) {
  return std::make_unique<S3Engine>(setup, options);
}

}  // namespace aforo
