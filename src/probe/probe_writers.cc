#include "probe/probe_writers.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "probe/probe_window.h"
#include "probe/write_ground.h"
#include "storage/engine.h"

namespace aforo {
namespace {

constexpr std::size_t kAlignment = 4096;  // of O_DIRECT
constexpr Seconds kWriterPatience{1};     // of a turn, which the request's end wakes

EngineOptions one_write_at_a_time() {
  EngineOptions options;
  options.depth = 1;
  options.timeout = Seconds{0};  // a slow disk is waited for
  return options;
}

// One writer's requests, each waited for.
class OneWriter {
 public:
  OneWriter(const Owned& owned, const WriteContent& content, ReadMode mode, std::size_t chunk)
      : owned_(owned),
        content_(content),
        mode_(mode),
        chunk_(chunk > 0 ? chunk : content.chunk()),
        engine_(owned.engine(EngineKind::kAuto, one_write_at_a_time()).engine) {
    request_.owner = this;
    request_.done = [](IoRequest& request) { static_cast<OneWriter*>(request.owner)->done_ = true; };
  }

  // 0 or an errno; ECANCELED where `ends` says so. The file is gone in any case.
  template <class Ends>
  int make(const std::string& name, std::uint64_t bytes, const Ends& ends, WrittenFile& out) {
    out.begin = monotonic_now();
    request_.path = name.c_str();
    request_.direct = mode_ == ReadMode::kDirect;
    int error = carry_out(IoOperation::kCreate);
    if (error != 0) return error;
    for (std::uint64_t at = 0; at < bytes && error == 0; at += chunk_) {
      const std::size_t n = std::min<std::uint64_t>(chunk_, bytes - at);
      request_.offset = at;
      request_.buffer = {content_.data(), n};
      error = ends() ? ECANCELED : carry_out(IoOperation::kWrite);
    }
    if (error == 0) error = carry_out(IoOperation::kSync);
    const int closed = carry_out(IoOperation::kClose);
    if (error == 0 && closed != EINTR) error = closed;
    out.end = monotonic_now();
    out.bytes = bytes;
    const int removed = owned_.remove_file(name);
    return error != 0 ? error : removed;
  }

 private:
  int carry_out(IoOperation operation) {
    request_.operation = operation;
    done_ = false;
    engine_->start(request_);
    while (!done_) engine_->turn(kWriterPatience);
    return request_.error;
  }

  const Owned& owned_;
  const WriteContent& content_;
  const ReadMode mode_;
  const std::size_t chunk_;
  std::unique_ptr<Engine> engine_;
  IoRequest request_;
  bool done_ = false;
};

}  // namespace

WriteContent::WriteContent(std::size_t chunk)
    : chunk_(chunk), data_(static_cast<std::byte*>(std::aligned_alloc(kAlignment, chunk))) {
  if (data_ == nullptr) throw std::bad_alloc();
  Random random(mix64(0x777269746573, chunk));  // it spells "writes"
  for (std::size_t at = 0; at + sizeof(std::uint64_t) <= chunk; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random();
    std::copy_n(reinterpret_cast<const std::byte*>(&word), sizeof word, data_ + at);
  }
}

WriteContent::~WriteContent() { std::free(data_); }

WriteRun write_side_by_side(const WriteGround& ground, const WriteContent& content, const WriterAsk& ask,
                            const std::stop_token& stop) {
  WriteRun run;
  run.writers = ask.writers;
  run.files.resize(ask.writers);
  std::vector<std::unique_ptr<OneWriter>> writers;
  for (unsigned i = 0; i < ask.writers; ++i)
    writers.push_back(std::make_unique<OneWriter>(ground.owned(), content, ask.mode, ask.chunk));
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::atomic<bool> begun{false};
  const auto ends = [&] { return stop.stop_requested() || failed.load(std::memory_order_relaxed); };
  const auto work = [&](unsigned i) {
    const std::string name = WriteGround::file_of(ask.first + i);
    begun.wait(false);
    for (unsigned file = 0; file < ask.files && !ends(); ++file) {
      WrittenFile written;
      const int error = writers[i]->make(name, ask.bytes, ends, written);
      if (error == 0) {
        run.files[i].push_back(written);
        if (file == 0 && ask.begun_well != nullptr) ask.begun_well->fetch_add(1, std::memory_order_relaxed);
        continue;
      }
      if (error == ECANCELED) return;
      const std::lock_guard lock(mutex);
      if (!failed.exchange(true)) run.error = error, run.fault = name + ": " + describe_errno(error);
      return;
    }
  };
  const auto begin = [&] {
    begun.store(true);
    begun.notify_all();
  };
  std::vector<std::jthread> threads;
  try {
    for (unsigned i = 0; i < ask.writers; ++i) threads.emplace_back(work, i);
  } catch (const std::system_error&) {
    failed.store(true);
    begin();
    throw UserError(
        fmt::format("expected {} threads that write, found that this machine grants {}; raise 'ulimit -u'",
                    ask.writers, threads.size()));
  }
  wait_until(ask.begin, stop);
  begin();
  threads.clear();
  return run;
}

}  // namespace aforo
