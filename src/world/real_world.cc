#include "world/real_world.h"

#include <algorithm>
#include <cerrno>

namespace aforo {
namespace {

// How long what is under way is waited for once a job has been told to end. Chosen: storage that works answers
// within it, and a person waits no longer.
constexpr Seconds kLastWait{2};

// Longer work lets the lane's other readers in between. Chosen: about a read of a fast device, so none of
// them waits for much longer than for its own.
constexpr Seconds kCpuSlice{100e-6};

void spin_for(Seconds duration) {
  const Seconds end = monotonic_now() + duration;
  while (monotonic_now() < end) {
  }
}

struct Yield {
  Lane& lane;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) { lane.resume_later(handle); }
  void await_resume() const noexcept {}
};

}  // namespace

RealWorld::~RealWorld() {
  for (const auto& lane : lanes_) lane->quit();
}

RealWorld::RealWorld(std::vector<std::unique_ptr<Lane>> readers, std::vector<std::unique_ptr<Lane>> writers,
                     Group* group)
    : group_(group), readers_(static_cast<LaneId>(readers.size())), lanes_(std::move(readers)) {
  for (auto& writer : writers) lanes_.push_back(std::move(writer));
}

void RealWorld::run(Task<> job, std::stop_token stop, const std::function<void()>& on_stop) {
  bool finished = false;
  home_.set_on_interrupt([this, &on_stop] {
    on_stop();
    for (const auto& lane : lanes_) lane->hurry(kLastWait);
  });
  const std::stop_callback interrupt(stop, [this] { home_.interrupt(); });
  spawn(std::move(job), [&finished] { finished = true; });
  home_.run([&finished] { return finished; });
}

LaneId RealWorld::less_busy(LaneId lane) const {
  if (readers_ == 1) return lane;
  thread_local LaneId turn = 0;
  const LaneId other = (lane + 1 + turn++ % (readers_ - 1)) % readers_;
  // Who asks on the lane itself is one of its guests.
  const std::uint32_t mine = lanes_[lane]->guests() - (Lane::here() == lanes_[lane].get());
  return lanes_[other]->guests() < mine ? other : lane;
}

Task<> RealWorld::use_cpu(LaneId id, Seconds duration) {
  while (duration.value > 0 && !ending_.load(std::memory_order_relaxed)) {
    spin_for(std::min(duration, kCpuSlice));
    duration -= kCpuSlice;
    if (duration.value > 0) co_await Yield{*lanes_[id]};
  }
}

RealWorld::FileAwaiter::FileAwaiter(Lane& l, FileId file, std::uint64_t expected)
    : LaneAwaiter(l), size(expected) {
  request.set_path(l.names(), file);
  request.io.operation = IoOperation::kReadFile;
  request.io.direct = l.direct();
  request.io.expected = expected;
  request.buffer_bytes = expected ? round_up(expected) : kLargestUnknown + kAlign;
}

RealWorld::Read RealWorld::FileAwaiter::await_resume() {
  const IoRequest& io = request.io;
  if (io.first_byte.value > 0 && !io.error) {
    lane.open_times().answers.add(io);
  } else if (io.opened.value > 0 && !io.error) {
    OpenTimes& times = lane.open_times();
    times.open.add(io.opened - io.started);
    times.observed_open += io.opened - io.started;
    times.observed_whole += io.finished - io.started;
  }
  if (size == 0 && io.bytes > kLargestUnknown && !io.error) request.io.error = EFBIG;
  return finish(request, 0, size ? size : request.io.bytes);
}

RealWorld::RangeAwaiter::RangeAwaiter(Lane& l, EngineFile file, std::uint64_t offset, std::uint64_t want)
    : LaneAwaiter(l), length(want) {
  request.io.operation = IoOperation::kRead;
  request.io.direct = l.direct();
  request.io.file = file;
  request.io.offset = offset;
  request.io.expected = want;
  request.buffer_bytes = want;
  if (!l.direct()) return;
  skip = offset % kAlign;
  request.io.offset = offset - skip;
  request.io.expected = skip + want;
  request.buffer_bytes = round_up(skip + want);
}

RealWorld::Read RealWorld::RangeAwaiter::await_resume() {
  if (request.io.first_byte.value > 0 && !request.io.error) lane.open_times().answers.add(request.io);
  return finish(request, skip, length);
}

RealWorld::OpenAwaiter::OpenAwaiter(Lane& l, FileId file) : LaneAwaiter(l), id(file) {
  request.set_path(l.names(), file);
  request.io.operation = IoOperation::kOpen;
  request.io.direct = l.direct();
}

RealWorld::File RealWorld::OpenAwaiter::await_resume() {
  if (!request.io.error) lane.open_times().open.add(request.io.finished - request.io.started);
  return {request.io.file, request.io.error, id};
}

RealWorld::CreateAwaiter::CreateAwaiter(Lane& l, FileId file) : LaneAwaiter(l), id(file) {
  request.set_path(l.names(), file);
  request.io.operation = IoOperation::kCreate;
  request.io.direct = l.direct();
}

RealWorld::PutAwaiter::PutAwaiter(Lane& l, EngineFile file) : LaneAwaiter(l) {
  request.io.operation = IoOperation::kSync;
  request.io.file = file;
}

RealWorld::PutAwaiter::PutAwaiter(Lane& l, EngineFile file, std::uint64_t offset, std::span<std::byte> bytes)
    : LaneAwaiter(l) {
  request.io.operation = IoOperation::kWrite;
  request.io.direct = l.direct();
  request.io.file = file;
  request.io.offset = offset;
  request.io.buffer = bytes;
}

RealWorld::PutAwaiter::PutAwaiter(Lane& l, EngineFile file, std::string_view text)
    : PutAwaiter(l, file, 0, {}) {
  if (!text.empty() && !request.take_text(l, text)) request.io.error = ENOMEM;
}

RealWorld::Written RealWorld::PutAwaiter::await_resume() noexcept {
  if (request.io.buffer_held && !request.buffer.span().empty()) request.buffer.quarantine();
  return {request.io.error, request.io.bytes};
}

RealWorld::NameAwaiter::NameAwaiter(Lane& l, IoOperation operation, FileId file) : LaneAwaiter(l) {
  request.set_path(l.names(), file);
  request.io.operation = operation;
}

RealWorld::NameAwaiter::NameAwaiter(Lane& l, FileId from, FileId to)
    : NameAwaiter(l, IoOperation::kRename, from) {
  request.set_name(l.names(), to);
}

// What lies at two places of memory is written in two requests.
Task<RealWorld::Written> RealWorld::write(LaneId id, File& file, std::uint64_t offset, std::uint64_t length) {
  Lane& lane = *lanes_[id];
  const FileContent* const content = lane.content();
  if (content == nullptr) co_return Written{EROFS, 0};
  Written all;
  while (all.n < length && !all.code) {
    const std::span<std::byte> piece = content->piece(file.id, offset + all.n, length - all.n);
    const Written part = co_await PutAwaiter(lane, file.file, offset + all.n, piece);
    all = {part.code, all.n + part.n};
  }
  co_return all;
}

Task<RealWorld::Written> RealWorld::write_text(LaneId id, File& file, std::string_view text) {
  co_return co_await PutAwaiter(*lanes_[id], file.file, text);
}

RealWorld::Read RealWorld::finish(LaneRequest& request, std::uint64_t skip, std::uint64_t length) {
  if (request.io.buffer_held) request.buffer.quarantine();
  if (request.io.error) return {request.io.error, 0, {}, std::move(request.buffer)};
  const std::uint64_t got = request.io.bytes > skip ? std::min(request.io.bytes - skip, length) : 0;
  // The null engine borrows no memory: there are bytes, but no data.
  const std::span<const std::byte> data =
      request.io.buffer.empty() ? std::span<const std::byte>{} : request.io.buffer.subspan(skip, got);
  return {0, got, data, std::move(request.buffer)};
}

Task<RealWorld::Read> RealWorld::read_at(LaneId id, FileId file, std::uint64_t offset, std::uint64_t length) {
  Lane& lane = *lanes_[id];
  Lane::OpenFile* entry = lane.find_open(file);
  if (!entry) {
    const File opened = co_await open(id, file);
    if (opened.error()) co_return Read{opened.error(), 0, {}, {}};
    entry = lane.add_open(file, opened.file);
  }
  Read read = co_await RangeAwaiter(lane, entry->file, offset, length);
  lane.release_open(entry);
  for (EngineFile surplus; (surplus = lane.surplus_open()) != kNoFile;) co_await CloseAwaiter(lane, surplus);
  co_return read;
}

}  // namespace aforo
