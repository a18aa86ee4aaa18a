#include "probe/probe_writing.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

#include "base/error.h"
#include "model/curve.h"
#include "model/curve_fit.h"
#include "probe/write_ground.h"
#include "storage/engine.h"

namespace aforo {
namespace {

// All chosen. Of what is free; the rest is others'.
constexpr double kRoomOfFree = 0.5;
constexpr std::uint64_t kMostRoom = std::uint64_t{32} << 30;
constexpr std::uint64_t kLeastRoom = std::uint64_t{64} << 20;
// Of the time of a mode: readers beside writers.
constexpr double kBesideShare = 0.2;
constexpr Seconds kShortestBeside{1}, kLongestBeside{6};
// Of that time, until each writer has a whole file.
constexpr double kPatienceBeside = 5;
constexpr double kLeastLeft = 1e-3, kMostLeft = 1.5;  // what a storage file may say

double left_of(double beside, double alone) {
  return rounded_for_file(std::clamp(beside / alone, kLeastLeft, kMostLeft));
}

// Writers that go on until this ends.
class Background {
 public:
  Background(const WriteGround& ground, const WriteContent& content, WriterAsk ask)
      : writers_(ask.writers), thread_([this, &ground, &content, ask](const std::stop_token& stop) mutable {
          ask.begun_well = &begun_well_;
          run_ = write_side_by_side(ground, content, ask, stop);
        }) {}
  // Each has written a whole file.
  bool tells() const { return begun_well_.load(std::memory_order_relaxed) == writers_; }
  // What they did until now.
  WriteRun end() {
    thread_.request_stop();
    thread_.join();
    return std::move(run_);
  }

 private:
  const unsigned writers_;
  std::atomic<unsigned> begun_well_{0};
  WriteRun run_;
  std::jthread thread_;
};

// From when all had begun until the first of them had ended its last whole file.
std::optional<BytesPerSecond> steady_rate(const WriteRun& run, Seconds from, Seconds per_file) {
  double until = HUGE_VAL;
  for (const auto& files : run.files) {
    if (files.empty()) return std::nullopt;
    until = std::min(until, files.back().end.value);
  }
  return until > from.value ? write_rate(run, from, Seconds{until}, per_file) : std::nullopt;
}

void set_beside(ProbedWrites& found, const WriteGround& ground, const WriteContent& content,
                const ReadersBeside& beside, Seconds time) {
  WriteCurve& curve = found.curve;
  if (beside.readers == 0 || curve.points.empty()) return;
  const unsigned writers = writers_beside(curve);
  const std::uint64_t bytes = file_beside(curve, writers, granule_of(content.chunk()));
  // Anew, so that what has changed since the curve was measured is in both.
  const std::optional<PerSecond> again = beside.measure(time / 2);
  const double alone = OperationCurve::of_writes(curve).rate(writers).value * OperationCurve::kWriteUnit;
  Background background(ground, content, {writers, bytes, ~0u, curve.mode});
  const Seconds begin = monotonic_now();
  std::vector<double> reads;  // as often as it takes, where there is little to read
  const auto goes_on = [&](Seconds elapsed) {
    return elapsed < time || (!background.tells() && elapsed < time * kPatienceBeside);
  };
  do {
    const auto now = beside.measure(std::max(time - (monotonic_now() - begin), kShortestBeside / 4));
    if (!now) break;
    reads.push_back(now->value);
  } while (goes_on(monotonic_now() - begin));
  const WriteRun run = background.end();
  const auto writes = steady_rate(run, begin, curve.per_file);
  for (const auto& files : run.files)
    for (const WrittenFile& file : files) found.bytes += file.bytes;
  if (reads.empty() || !writes || !again || !(again->value > 0)) {
    found.unknown.push_back(fmt::format("Reading beside writing, {}: not measured{}", to_string(curve.mode),
                                        run.fault.empty() ? "" : ", " + run.fault));
    return;
  }
  const double mean = std::accumulate(reads.begin(), reads.end(), 0.0) / static_cast<double>(reads.size());
  curve.beside = {static_cast<double>(beside.readers), static_cast<double>(writers),
                  left_of(mean, again->value), left_of(writes->value, alone)};
}

}  // namespace

Bytes room_to_write(const WriteGround& ground) {
  const std::uint64_t free = ground.store().space().free.value;
  const auto room = std::min(kMostRoom, static_cast<std::uint64_t>(kRoomOfFree * static_cast<double>(free)));
  if (room >= kLeastRoom) return Bytes{room};
  throw UserError(fmt::format(
      "expected at least {} free at {} to measure writing, found {}; free some, or leave --writes out",
      format_bytes(Bytes{static_cast<std::uint64_t>(static_cast<double>(kLeastRoom) / kRoomOfFree)}),
      ground.store().where(), format_bytes(Bytes{free})));
}

WritingOutcome probe_writing(const WriteGround& ground, const WritingAsk& ask, const Store& store,
                             const std::function<ReadersBeside(ReadMode)>& beside_of,
                             const std::stop_token& stop,
                             const std::function<void(std::string phase, BytesPerSecond rate)>& tell) {
  WritingOutcome out;
  if (ground.store().info().device != store.info().device)
    out.warnings.push_back(
        fmt::format("{} lies on {}, and what was read on {}: writing is that of another storage",
                    ground.store().where(), ground.store().info().device, store.info().device));
  const Bytes room = room_to_write(ground);
  const WriteContent content(ask.chunk.value);
  const WriteHand alone = [&](const WriterAsk& of, const std::stop_token& until) {
    return write_side_by_side(ground, content, of, until);
  };
  const Seconds each =
      ask.time / static_cast<double>(std::max<std::size_t>(ask.modes.size() * ask.writers.size(), 1));
  const Seconds with_readers = std::clamp(each * kBesideShare, kShortestBeside, kLongestBeside);
  const auto one = [&](ReadMode mode, const WritersOf& of) {
    const auto news = [&](unsigned writers, BytesPerSecond rate) {
      tell(fmt::format("{} writing, {} side by side", to_string(mode), writers), rate);
    };
    WritesAsk writes;
    writes.mode = mode, writes.scope = of.scope, writes.hosts = of.hosts;
    writes.time = of.beside ? each - with_readers : each;
    writes.room = room;
    ProbedWrites found = measure_writes(of.write ? of.write : alone, content.chunk(), writes, stop, news);
    if (of.beside && !found.curve.points.empty() && !stop.stop_requested()) {
      tell(fmt::format("{} writing beside reads", to_string(mode)), found.curve.points.back().rate);
      set_beside(found, ground, content, beside_of(mode), with_readers);
    }
    out.curves.push_back(std::move(found));
  };
  for (const ReadMode mode : ask.modes)
    for (const WritersOf& of : ask.writers)
      if (!stop.stop_requested()) one(mode, of);
  return out;
}

}  // namespace aforo
