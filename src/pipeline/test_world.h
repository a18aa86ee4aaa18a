// A World with a virtual clock for tests: one thread, unlimited parallel storage with a given time per read.
#pragma once

#include <cerrno>
#include <coroutine>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pipeline/task.h"
#include "pipeline/test_hosts.h"
#include "pipeline/world.h"

namespace aforo {

struct TestRead {
  FileId file;
  std::uint64_t offset, length;
  Seconds at;
};

class TestWorld {
 public:
  struct Read {
    int code = 0;
    std::uint64_t n = 0;
    int error() const { return code; }
    std::uint64_t bytes() const { return n; }
    std::span<const std::byte> data() const { return {}; }
  };
  struct File {
    FileId id = 0;
    int code = 0;
    int error() const { return code; }
  };
  struct Written {
    int code = 0;
    std::uint64_t n = 0;
    int error() const { return code; }
    std::uint64_t bytes() const { return n; }
  };
  struct Memory {
    std::uint64_t* appended = nullptr;
    bool none = false;
    bool failed() const { return none; }
    void append(std::span<const std::byte>) {
      if (appended) ++*appended;
    }
  };

  explicit TestWorld(LaneId lanes = 2) : clock_(own_clock_), lanes_(lanes) {}
  // One host of several, on their clock. `clock` and `hosts` outlive it.
  TestWorld(TestClock& clock, TestHosts& hosts, std::uint32_t host, LaneId lanes = 2)
      : clock_(clock), hosts_(&hosts), host_(host), lanes_(lanes) {}
  TestWorld(const TestWorld&) = delete;
  TestWorld& operator=(const TestWorld&) = delete;

  // --- what the storage does ---
  std::function<Seconds(FileId)> time_of = [](FileId) { return Seconds{1e-3}; };
  std::function<int(FileId)> error_of = [](FileId) { return 0; };
  std::function<std::uint64_t(FileId, std::uint64_t)> length_of = [](FileId, std::uint64_t n) { return n; };
  std::function<int(FileId)> create_error_of = [](FileId) { return 0; };  // beside EEXIST, which it knows
  std::function<int(FileId)> write_error_of = [](FileId) { return 0; };
  std::function<Seconds(std::uint64_t)> write_time = [](std::uint64_t) {
    return Seconds{1e-3};
  };  // of n bytes
  std::function<LaneId(LaneId)> less_busy_than = [](LaneId lane) { return lane; };
  std::function<int(FileId)> rename_error_of = [](FileId) { return 0; };
  Seconds sync_time{0}, rename_time{0};
  Seconds wakes_late{0};  // who sleeps
  // --- what was seen ---
  std::vector<TestRead> reads, writes;
  std::set<FileId> created, synced, directories;
  std::vector<FileId> removed, synced_names;
  std::vector<std::pair<FileId, FileId>> renamed;
  std::map<FileId, std::string> texts;
  std::set<LaneId> read_on;
  std::size_t in_flight = 0, most_in_flight = 0;
  std::uint64_t opens = 0, closes = 0, appended = 0;

  void run(Task<> task) {
    bool finished = false;
    spawn(std::move(task), [&] { finished = true; });
    while (!finished && clock_.step()) {
    }
    stuck = !finished;
  }
  bool stuck = false;  // no event left and the task has not ended: a lost wake-up

  Seconds now() const { return clock_.now(); }
  LaneId lanes() const { return lanes_; }
  LaneId lane_of(std::uint32_t, std::uint64_t reader) const { return static_cast<LaneId>(reader % lanes_); }
  LaneId less_busy(LaneId lane) const { return less_busy_than(lane); }
  std::suspend_never enter_lane(LaneId) { return {}; }
  std::suspend_never go_home() { return {}; }
  auto sleep_until(Seconds t) {
    const bool past = awake_ || t <= now();
    return Pause{clock_, past ? Seconds{0} : t + wakes_late, this};
  }
  void cancel_sleeps() {
    awake_ = true;
    clock_.hasten(this);
  }
  std::uint32_t host() const { return host_; }
  auto meet(Vote vote) {
    struct Seat {
      TestWorld& world;
      Vote vote;
      bool await_ready() const noexcept { return world.hosts_ == nullptr; }
      void await_suspend(std::coroutine_handle<> handle) { world.hosts_->meet(world.host_, vote, handle); }
      Vote await_resume() const noexcept { return vote; }
    };
    return Seat{*this, vote};
  }
  void leave(Vote vote) {
    if (hosts_) hosts_->leave(host_, vote);
  }
  auto use_cpu(LaneId, Seconds t) { return Pause{clock_, now() + t}; }
  Task<Read> read_file(LaneId lane, FileId file, std::uint64_t n) {
    read_on.insert(lane);
    return carry_out(file, 0, n);
  }
  Task<Read> read_at(LaneId lane, FileId file, std::uint64_t offset, std::uint64_t n) {
    read_on.insert(lane);
    return carry_out(file, offset, n);
  }
  Task<Read> read(LaneId lane, File& file, std::uint64_t offset, std::uint64_t n) {
    read_on.insert(lane);
    return carry_out(file.id, offset, n);
  }
  Task<File> open(LaneId, FileId file) {
    ++opens;
    co_return File{file, error_of(file)};
  }
  Task<> close(LaneId, File&) {
    ++closes;
    co_return;
  }
  LaneId writer_lane(std::uint32_t rank) const { return static_cast<LaneId>(rank % lanes_); }
  Task<File> create(LaneId, FileId file) {
    if (const int error = create_error_of(file)) co_return File{file, error};
    co_return File{file, created.insert(file).second ? 0 : EEXIST};
  }
  Task<Written> write(LaneId, File& file, std::uint64_t offset, std::uint64_t n) {
    writes.push_back({file.id, offset, n, now()});
    co_await Pause{clock_, now() + write_time(n)};
    if (const int error = write_error_of(file.id)) co_return Written{error, 0};
    co_return Written{0, n};
  }
  Task<Written> sync(LaneId, File& file) {
    synced.insert(file.id);
    co_await Pause{clock_, now() + sync_time};
    co_return Written{};
  }
  Task<Written> write_text(LaneId, File& file, std::string_view text) {
    texts[file.id] = text;
    co_return Written{write_error_of(file.id), text.size()};
  }
  Task<Written> make_directory(LaneId, FileId id) {
    co_return Written{directories.insert(id).second ? 0 : EEXIST, 0};
  }
  Task<Written> rename(LaneId, FileId from, FileId to) {
    renamed.push_back({from, to});
    co_await Pause{clock_, now() + rename_time};
    co_return Written{rename_error_of(from), 0};
  }
  Task<Written> remove(LaneId, FileId id) {
    removed.push_back(id);
    co_return Written{};
  }
  Task<Written> remove_directory(LaneId, FileId id) {
    removed.push_back(id);
    co_return Written{};
  }
  Task<Written> sync_name(LaneId, FileId id) {
    synced_names.push_back(id);
    co_return Written{};
  }
  bool memory_left = true;
  Memory new_batch(LaneId, std::uint64_t) { return {&appended, !memory_left}; }

 private:
  struct Pause {
    TestClock& clock;
    Seconds until;
    const void* owner = nullptr;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> h) { clock.at(until, h, owner); }
    void await_resume() const noexcept {}
  };
  Task<Read> carry_out(FileId file, std::uint64_t offset, std::uint64_t n) {
    reads.push_back({file, offset, n, now()});
    most_in_flight = std::max(most_in_flight, ++in_flight);
    co_await Pause{clock_, now() + time_of(file)};
    --in_flight;
    if (const int error = error_of(file)) co_return Read{error, 0};
    co_return Read{0, length_of(file, n)};
  }

  TestClock own_clock_;
  TestClock& clock_;
  TestHosts* hosts_ = nullptr;
  std::uint32_t host_ = 0;
  LaneId lanes_;
  bool awake_ = false;
};
static_assert(World<TestWorld>);

// `count` samples of `size` bytes, one per file, or `per_file` in each packed file.
class TestLayout final : public Layout {
 public:
  TestLayout(std::uint64_t count, std::uint64_t size, std::uint64_t per_file = 1)
      : TestLayout(count, size, per_file,
                   first_layout([&](const LayoutTraits& t) { return t.packed == (per_file > 1); })) {}
  TestLayout(std::uint64_t count, std::uint64_t size, std::uint64_t per_file, LayoutKind kind)
      : Layout(kind, Content::kRaw), count_(count), size_(size), per_file_(per_file) {}
  std::uint64_t samples() const override { return count_; }
  std::uint64_t files() const override { return (count_ + per_file_ - 1) / per_file_; }
  SampleLocation locate(SampleId s) const override {
    return {s / per_file_, s % per_file_ * size_, size_, per_file_ == 1};
  }
  std::uint64_t samples_in(FileId f) const override {
    ++asked;
    return std::min(per_file_, count_ - f * per_file_);
  }
  SampleId first_sample(FileId f) const override { return f * per_file_; }
  std::uint64_t file_size(FileId f) const override { return samples_in(f) * size_; }
  std::size_t path(FileId f, std::span<char, kMaxPath> out) const override {
    const std::string text = "f" + std::to_string(f);
    std::copy(text.c_str(), text.c_str() + text.size() + 1, out.data());
    return text.size();
  }
  std::uint64_t largest_sample() const override { return size_; }
  std::uint64_t total_bytes() const override { return count_ * size_; }

  mutable std::uint64_t asked = 0;  // how many files were asked for their samples

 private:
  std::uint64_t count_, size_, per_file_;
};

}  // namespace aforo
