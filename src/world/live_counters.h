// Counters of a job that goes on, for whoever looks on: one thread writes, any thread reads.
//
// A write is a plain load and store of a place that nobody else writes: no locked operation, a nanosecond, whether anybody
// looks or not. What is read is up to date by itself; two counters need not be of the same instant. Nothing here fails.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/units.h"
#include "storage/engine.h"

namespace aforo {

template <class T>
class LiveCount {
 public:
  void add(T more) { value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed); }
  T get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<T> value_{0};
};

// How many requests took how long: every power of two of nanoseconds is cut into 8 parts, from a microsecond to a minute
// (shorter and longer ones count at the ends), so that a quantile is off by 1/16 at most.
struct LatencyCounts {
  static constexpr int kFirst = 10, kOctaves = 26, kParts = 8;
  static constexpr std::size_t kBuckets = kOctaves * kParts;

  static std::size_t bucket_of(Seconds took) {
    constexpr double kMost = static_cast<double>((std::uint64_t{1} << (kFirst + kOctaves)) - 1);
    const double clamped = took.value * 1e9;
    if (!(clamped >= static_cast<double>(std::uint64_t{1} << kFirst))) return 0;
    const auto ns = static_cast<std::uint64_t>(clamped < kMost ? clamped : kMost);
    const int octave = static_cast<int>(std::bit_width(ns)) - 1;
    return static_cast<std::size_t>((octave - kFirst) * kParts) + ((ns >> (octave - 3)) & 7U);
  }

  std::array<std::uint64_t, kBuckets> counts{};

  void take_in(const LatencyCounts& other) {
    for (std::size_t i = 0; i < kBuckets; ++i) counts[i] += other.counts[i];
  }
  // What came since `before`, of the same counters.
  LatencyCounts since(const LatencyCounts& before) const;
  // That a share `q` of them do not exceed; 0 where there are none.
  Seconds quantile(double q) const;
};

// Of the requests of one lane.
class LaneCounters {
 public:
  struct View {
    std::uint64_t begun = 0, done = 0, failed = 0, bytes = 0;
    LatencyCounts reads;
  };

  void begin() { begun_.add(1); }
  void end(const IoRequest& io) {
    done_.add(1);
    if (io.error != 0) failed_.add(1);
    if (!reads_bytes(io.operation)) return;
    bytes_.add(io.bytes);
    reads_[LatencyCounts::bucket_of(io.finished - io.started)].add(1);
  }

  // Any thread. Adds this lane's to `into`.
  void add_to(View& into) const;

 private:
  LiveCount<std::uint64_t> begun_, done_, failed_, bytes_;
  std::array<LiveCount<std::uint64_t>, LatencyCounts::kBuckets> reads_;
};

}  // namespace aforo
