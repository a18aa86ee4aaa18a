#include "probe/probe_window.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "pipeline/stream_loader.h"
#include "pipeline/sync.h"
#include "probe/probe_plan.h"

namespace aforo {
namespace {

JobPlan plan_of(const Layout& layout, const LoaderSpec& loader) {
  JobPlan plan;
  plan.layout = &layout;
  plan.loader = loader;
  plan.loader.preprocess = Law{};
  plan.skip_errors = false;
  return plan;
}

void lower(std::atomic<double>& least, double value) {
  double seen = least.load(std::memory_order_relaxed);
  while (value < seen && !least.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

}  // namespace

void wait_until(Seconds begin, const std::stop_token& stop) {
  constexpr Seconds kLook{0.01};  // at a stop
  for (Seconds now = monotonic_now(); now < begin && !stop.stop_requested(); now = monotonic_now())
    std::this_thread::sleep_for(std::chrono::duration<double>(std::min(begin - now, kLook).value));
}

void count_usage(RawWindow& window, const Usage& usage, bool compressed) {
  window.cpu = usage.client_cpu();
  window.bytes_from_storage = usage.process_bytes_read;
  if (!window.bytes_from_storage && usage.device) window.bytes_from_storage = usage.device->bytes_read;
  if (window.bytes_from_storage == std::uint64_t{0} && !usage.device)
    window.bytes_from_storage.reset();  // network and FUSE filesystems may not account to the process
  if (compressed) window.bytes_from_storage.reset();
}

struct ProbeReaders::Running {
  Context context;
  ProbeCursor& cursor;
  std::vector<std::vector<RawOperation>> logs;
  Seconds until, at_last;
  std::atomic<std::uint64_t> unfinished;  // readers whose operation over the window's end is not yet done
  std::atomic<double> ran_out{std::numeric_limits<double>::infinity()};

  // After an operation. `passed`: the reader's first end after the window's was counted.
  bool over(bool& passed, Seconds now) {
    if (context.ending.load(std::memory_order_relaxed)) return true;
    if (now < until) return false;
    if (!std::exchange(passed, true)) unfinished.fetch_sub(1, std::memory_order_relaxed);
    return now >= at_last || unfinished.load(std::memory_order_relaxed) == 0;
  }
};

ProbeReaders::ProbeReaders(const Layout& layout, ReadKind kind, const LoaderSpec& loader,
                           const ProbeUnits& units, const JobSettings& settings)
    : ProbeReaders(
          make_lanes(layout, loader.read_mode == ReadMode::kDirect, settings,
                     std::min<std::uint64_t>(kMostReaders, open_files_for_readers(settings.io_threads))),
          layout, kind, loader, units, settings) {}

ProbeReaders::ProbeReaders(LaneSet lanes, const Layout& layout, ReadKind kind, const LoaderSpec& loader,
                           const ProbeUnits& units, const JobSettings& settings)
    : kind_(kind),
      units_(units),
      store_(*settings.store),
      engine_(lanes.engine),
      engine_reason_(lanes.reason),
      request_(stream_request(loader)),
      plan_(plan_of(layout, loader)),
      world_(std::move(lanes.lanes)) {}

RawWindow ProbeReaders::run(const WindowAsk& ask, ProbeCursor& cursor, std::stop_token stop) {
  std::vector<ReaderStats> stats(world_.lanes());
  std::vector<LaneState> lanes;
  for (ReaderStats& of : stats) lanes.push_back({of});
  const Moment before = read_moment(store_);
  wait_until(ask.begin, stop);
  const Seconds begin = world_.now();
  const Seconds until = (ask.begin.value > 0 ? ask.begin : begin) + ask.length;
  Running running{{world_, plan_, lanes}, cursor, {}, until, until + ask.patience, ask.readers};
  running.logs.resize(world_.lanes());
  world_.run(all_readers(running, ask.readers), stop,
             [&running] { running.context.ending.store(true, std::memory_order_relaxed); });
  const Seconds end = world_.now();
  last_ = between(before, read_moment(store_));

  RawWindow window;
  window.readers = ask.readers;
  window.until = std::min({running.until, end, Seconds{running.ran_out.load()}});
  window.from = begin + (window.until - begin) * kRamp;
  for (const auto& log : running.logs) {
    window.operations.insert(window.operations.end(), log.begin(), log.end());
    for (const RawOperation& op : log) window.bytes_in_all += op.bytes;
  }
  window.operations_in_all = window.operations.size();
  used_ = plus(used_, last_);
  count_usage(window, last_, store_.info().compressed);
  note_fault(running);
  return window;
}

Task<> ProbeReaders::all_readers(Running& running, unsigned readers) {
  WaitGroup going;
  going.add(readers);
  for (unsigned i = 0; i < readers; ++i)
    spawn(reader(running, world_.lane_of(0, i)), [&going] { going.done(); });
  co_await going.wait();
}

Task<> ProbeReaders::reader(Running& running, LaneId lane) {
  co_await world_.enter_lane(lane);
  bool passed = false;
  while (!running.over(passed, world_.now())) {
    const auto unit = running.cursor.next();
    if (!unit) {
      lower(running.ran_out, world_.now().value);
      break;
    }
    if (kind_ == ReadKind::kStream) {
      co_await read_piece(running, lane, units_.piece(*unit), passed);
      continue;
    }
    if (kind_ == ReadKind::kRange && !is_one_request(plan_.loader, units_.length(*unit))) {
      co_await read_range(running, lane, units_.sample(*unit), passed);
      continue;
    }
    const Seconds begin = world_.now();
    const bool whole = co_await read_unit(running, lane, *unit);
    if (whole) running.logs[lane].push_back({begin, world_.now(), units_.length(*unit)});
  }
  co_await world_.go_home();
}

Task<bool> ProbeReaders::read_unit(Running& running, LaneId lane, std::uint64_t unit) {
  const SampleId sample = units_.sample(unit);
  if (plan_.loader.deliver != Deliver::kBatch)
    co_return co_await read_sample<RealWorld, BatchMemory>(running.context, lane, sample, nullptr);
  BatchMemory memory = world_.new_batch(lane, units_.length(unit));
  co_return co_await read_sample(running.context, lane, sample, &memory);
}

// As read_in_requests reads, each request an operation: so a simulation charges them.
Task<> ProbeReaders::read_range(Running& running, LaneId lane, SampleId sample, bool& passed) {
  LaneState& state = running.context.lanes[lane];
  const SampleLocation at = plan_.layout->locate(sample);
  BatchMemory memory;
  if (plan_.loader.deliver == Deliver::kBatch) memory = world_.new_batch(lane, at.length);
  std::uint64_t done = 0;
  for (bool over = false; done < at.length && !over;) {
    const std::uint64_t want = std::min(request_size(plan_.loader), at.length - done);
    const Seconds begin = world_.now();
    auto read = co_await world_.read_at(lane, at.file, at.offset + done, want);
    if (read.error()) {
      running.context.fault(state,
                            {read_detail::classify(read.error(), false), at.file, sample, read.error(), ""});
      co_return;
    }
    memory.append(read.data());
    const Seconds end = world_.now();
    running.logs[lane].push_back({begin, end, read.bytes()});
    done += read.bytes();
    if (read.bytes() < want) {
      running.context.fault(state,
                            {ReadFault::kShort, at.file, sample, 0, read_detail::short_by(at.length, done)});
      co_return;
    }
    over = running.over(passed, end);
  }
}

// As StreamLoader::read_shard reads, without what becomes of the records.
Task<> ProbeReaders::read_piece(Running& running, LaneId lane, StreamPiece piece, bool& passed) {
  LaneState& state = running.context.lanes[lane];
  const SampleId first = plan_.layout->first_sample(piece.file);
  auto file = co_await world_.open(lane, piece.file);
  if (file.error()) {
    running.context.fault(state,
                          {read_detail::classify(file.error(), true), piece.file, first, file.error(), ""});
    co_return;
  }
  std::uint64_t offset = piece.begin;
  bool over = false;
  while (offset < piece.end && !over) {
    const Seconds begin = world_.now();
    auto read = co_await world_.read(lane, file, offset, request_);
    if (read.error()) {
      running.context.fault(
          state, {read_detail::classify(read.error(), false), piece.file, first, read.error(), ""});
      break;
    }
    if (plan_.loader.deliver == Deliver::kBatch) {
      BatchMemory memory = world_.new_batch(lane, read.bytes());
      memory.append(read.data());
    }
    const Seconds end = world_.now();
    running.logs[lane].push_back({begin, end, read.bytes()});
    offset += read.bytes();
    if (read.bytes() < request_ && offset < piece.end) {
      running.context.fault(
          state, {ReadFault::kShort, piece.file, first, 0, read_detail::short_by(piece.end, offset)});
      break;
    }
    over = running.over(passed, end);
  }
  co_await world_.close(lane, file);
}

void ProbeReaders::note_fault(const Running& running) {
  for (const LaneState& lane : running.context.lanes) {
    if (lane.stats.examples.empty() || !fault_.empty()) continue;
    const FaultExample& e = lane.stats.examples.front();
    fault_ = fmt::format("{}: {}", plan_.layout->path(e.file), to_string(e.fault));
    if (e.error) fault_ += ": " + describe_errno(e.error);
    if (!e.detail.empty()) fault_ += ": " + e.detail;
    fault_error_ = e.error;
  }
}

}  // namespace aforo
