#include "probe/probe_sweep.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "base/error.h"
#include "measure/verdict.h"
#include "storage/engine.h"

namespace aforo {
namespace {

// Then windows count as they are. Chosen: a cache that cannot be emptied would take all the time.
constexpr unsigned kMostDiscarded = 6;
// Per level. Chosen: what is still uncertain after so many stays so.
constexpr std::size_t kMostWindows = 25;
// Of the time. Chosen: the windows that count need the rest.
constexpr double kScoutMost = 0.3;
// Times that a window is made 4 x longer where no operation ends in it: 256 times in all, and
// then there is nothing to measure.
constexpr int kLonger = 4;
// At least, for a window to hold that number in flight: with one each, all readers
// would be at their last.
constexpr unsigned kUnitsPerReader = 2;

}  // namespace

class ProbeSweep::Windows {
 public:
  Windows(ProbeBench& bench, SweepAsk ask, std::stop_token stop, WindowNews on_window)
      : bench_(bench),
        ask_(std::move(ask)),
        stop_(std::move(stop)),
        on_window_(std::move(on_window)),
        random_(ask_.seed),
        begin_(monotonic_now()) {
    for (const WindowDigest& seen : ask_.before) learn(seen);
  }

  void measure() {
    make_cold();
    std::vector<unsigned> levels = ask_.levels;
    if (levels.empty()) levels = scout();
    if (!over() && !levels.empty()) measure(levels);
  }

  void measure_again(std::span<const unsigned> levels, Seconds length, unsigned rounds, bool goes_on) {
    if (!goes_on) {
      dropped_ = false;
      make_cold();
    }
    const std::vector<unsigned> each(levels.begin(), levels.end());
    for (unsigned round = 0; round < rounds; ++round)
      for (const unsigned n : shuffled(each, random_)) {
        if (over()) return;
        count_window(n, length);
      }
  }

  SweepResult result() const {
    SweepResult out = result_;
    out.stopped = stop_.stop_requested();
    out.spent = spent();
    if (std::string note = bench_.note(); !note.empty() && !ask_.cached) out.notes.push_back(std::move(note));
    note_disturbance(out);
    for (std::string& text : bench_.unlike()) out.notes.push_back(std::move(text));
    if (shortened_)
      out.notes.push_back(
          "there is so little data that windows ended before their time: its spread says "
          "how much that matters");
    return out;
  }

 private:
  Seconds spent() const { return monotonic_now() - begin_; }
  bool over() const { return stop_.stop_requested() || result_.refused; }

  void note_disturbance(SweepResult& out) const {
    for (const ProbeBench::Disturbance& others : bench_.disturbances())
      out.notes.push_back(
          fmt::format("other processes used {} of {} meanwhile: repeat the probe on an idle machine",
                      format_percent(others.share), others.where));
  }

  // `again`: the page cache answered, although it was dropped. Reads past the cache leave nothing in it.
  void make_cold(bool again = false) {
    if (ask_.cached) return;
    const bool lies_in_cache = ask_.mode != ReadMode::kDirect || again;
    Dropped dropped = Dropped::kNothing;
    if (ask_.storage_below && !dropped_)
      dropped = Dropped::kAll;
    else if (ask_.storage_below && lies_in_cache)
      dropped = Dropped::kRead;
    dropped_ = true;
    bench_.rewind(dropped, ask_.files, stop_);
  }

  unsigned most_readers() const {
    if (ask_.cached) return ask_.most_readers;
    return static_cast<unsigned>(
        std::clamp<std::uint64_t>(bench_.left() / kUnitsPerReader, 1, ask_.most_readers));
  }

  // A look at 1, 2, 4, ... in flight (over several hosts at 1, and at 1, 2, 4, ... for each), as far as the rate grows; these
  // windows do not count.
  std::vector<unsigned> scout() {
    std::vector<unsigned> levels;
    std::vector<double> rates;
    const unsigned most = most_readers();
    const Seconds length = scout_length(ask_.time);
    for (unsigned n = 1; n <= most && !over(); n = n == 1 ? std::max(2U, bench_.hosts()) : n * 2) {
      if (!still_grows(rates)) break;
      if (rates.size() >= kLeastLevels && spent() > ask_.time * kScoutMost) {
        result_.unknown.push_back(fmt::format(
            "more than {} in flight were not tried: to try up to there took {} of {}, and windows "
            "that count need the rest; a longer probe tries more",
            levels.back(), format_seconds(spent()), format_seconds(ask_.time)));
        break;
      }
      const auto seen = window(n, length);
      if (!seen) break;
      levels.push_back(n);
      rates.push_back(seen->rate.value);
    }
    if (!levels.empty() && levels.back() * 2 > most && most < ask_.most_readers && still_grows(rates))
      result_.unknown.push_back(
          fmt::format("there is too little data to try more than {} in flight", levels.back()));
    else if (!levels.empty() && levels.back() * 2 > most && !ask_.bound.empty() && still_grows(rates))
      result_.unknown.push_back(
          fmt::format("{}: no more than {} in flight were tried", ask_.bound, levels.back()));
    return levels;
  }

  void measure(const std::vector<unsigned>& levels) {
    planned_ = kRounds * levels.size();
    for (unsigned round = 0; round < ask_.rounds; ++round)
      for (const unsigned n : shuffled(levels, random_)) {
        if (over() || (round > 0 && spent() > ask_.time * 1.5)) return;
        count_window(n, base());
      }
    while (!over() && spent() + base() * 0.5 < ask_.time) {
      const unsigned n = most_uncertain(levels, result_.windows);
      if (n == 0) return;
      const auto of_level = std::count_if(result_.windows.begin(), result_.windows.end(),
                                          [n](const WindowDigest& w) { return w.readers == n; });
      if (static_cast<std::size_t>(of_level) >= kMostWindows) return;
      count_window(n, base());
    }
  }

  // A window's share of the time that is left: what drops of the cache or long latencies took is made up for.
  Seconds base() const {
    const std::size_t done = std::min(result_.windows.size(), planned_ - 1);
    const Seconds left = (ask_.time - spent()) / static_cast<double>(planned_ - done);
    return std::clamp(left, kShortestWindow,
                      std::max(kShortestWindow, ask_.time / static_cast<double>(planned_)));
  }

  void count_window(unsigned n, Seconds base) {
    const auto latency = latency_.find(n);
    const Seconds known = latency == latency_.end() ? Seconds{0} : latency->second;
    for (bool again = true; again && !over();) {
      auto seen = window(n, window_length(base, known));
      if (!seen) return;
      again = came_from_cache(*seen);
      if (!again) result_.windows.push_back(std::move(*seen));
    }
  }

  // Such a window says nothing of storage; after some of them there is no getting at it.
  bool came_from_cache(const WindowDigest& seen) {
    if (ask_.cached || !ask_.storage_below || !seen.cache_share || *seen.cache_share <= kCacheAllowed)
      return false;
    if (result_.discarded >= kMostDiscarded) {
      if (!said_cached_)
        result_.notes.push_back(
            fmt::format("{} of a window's bytes came from the page cache, although it was "
                        "dropped: this curve is not storage's alone",
                        format_percent(*seen.cache_share)));
      said_cached_ = true;
      return false;
    }
    ++result_.discarded;
    make_cold(true);
    return true;
  }

  // One window, with cold data enough where there is; nothing on a stop or where nothing was read.
  std::optional<WindowDigest> window(unsigned n, Seconds length, int longer = kLonger) {
    const auto rate = rate_.find(n);
    const double units = rate == rate_.end() ? 0 : rate->second * length.value / ask_.operations_per_unit;
    const double wanted = units + 2.0 * n;
    if (!ask_.cached && bench_.taken() > 0 && static_cast<double>(bench_.left()) < wanted) make_cold();
    if (on_window_) on_window_(n, last_rate_, last_bytes_);
    const Seconds patience{std::clamp(length.value, 1.0, 10.0)};
    const RawWindow raw = bench_.run({n, length, patience}, stop_);
    result_.bytes += raw.bytes_in_all;
    if (raw.bytes_from_storage)
      result_.bytes_from_storage += *raw.bytes_from_storage;
    else
      result_.from_storage_known = false;
    if (stop_.stop_requested()) return std::nullopt;
    if (!bench_.fault().empty()) return fault();
    WindowDigest seen = digest(raw);
    if (seen.counted == 0 && longer > 0) return window(n, length * 4, longer - 1);
    if (seen.counted == 0) throw_nothing(raw);
    if (seen.length < length * 0.5) shortened_ = true;
    learn(seen);
    last_rate_ = seen.rate;
    last_bytes_ = BytesPerSecond{seen.rate.value * seen.mean_bytes};
    return seen;
  }

  void learn(const WindowDigest& seen) {
    rate_[seen.readers] = seen.rate.value;
    latency_[seen.readers] = seen.mean_latency;
  }

  std::optional<WindowDigest> fault() {
    if (ask_.mode == ReadMode::kDirect && bench_.fault_error() == EINVAL && result_.windows.empty()) {
      result_.refused = true;
      return std::nullopt;
    }
    if (is_of_client(bench_.fault_error()))
      throw UserError(fmt::format("expected enough open files and memory for the probe, found {}: {}; {}",
                                  bench_.fault(), kClientLack, kClientAdvice));
    throw UserError(
        fmt::format("expected every sample to be readable, found {}; mend or remove it, or probe "
                    "another directory",
                    bench_.fault()));
  }

  [[noreturn]] void throw_nothing(const RawWindow& raw) const {
    if (!(raw.until > raw.from))
      throw UserError(fmt::format(
          "expected all that read to be at it together, found that some of {} were through with the data before others had "
          "begun; probe a directory that holds more",
          raw.readers));
    throw UserError(
        fmt::format("expected reads to end within a window of {}, found none of {} in flight that "
                    "did; give a larger --budget",
                    format_seconds(raw.until - raw.from), raw.readers));
  }

  ProbeBench& bench_;
  const SweepAsk ask_;
  std::stop_token stop_;
  const WindowNews on_window_;
  Random random_;
  Seconds begin_;
  std::size_t planned_ = 1;  // windows
  std::map<unsigned, double> rate_;
  std::map<unsigned, Seconds> latency_;
  PerSecond last_rate_{0};
  BytesPerSecond last_bytes_{0};
  bool dropped_ = false, shortened_ = false, said_cached_ = false;
  SweepResult result_;
};

ProbeSweep::ProbeSweep(ProbeBench& bench, SweepAsk ask, std::stop_token stop, WindowNews on_window)
    : windows_(std::make_unique<Windows>(bench, std::move(ask), std::move(stop), std::move(on_window))) {}
ProbeSweep::~ProbeSweep() = default;

void ProbeSweep::measure() { windows_->measure(); }

void ProbeSweep::measure_again(std::span<const unsigned> levels, Seconds length, unsigned rounds,
                               bool goes_on) {
  windows_->measure_again(levels, length, rounds, goes_on);
}

SweepResult ProbeSweep::result() const { return windows_->result(); }

bool read_once(ProbeBench& bench, unsigned count, Seconds most, const std::stop_token& stop) {
  bench.run({count, most, Seconds{1}}, stop);
  return bench.left() == 0 && !stop.stop_requested();
}

}  // namespace aforo
