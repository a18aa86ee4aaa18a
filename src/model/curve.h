// From measured points to any concurrency and size: what a tier's curves say of one operation.
//
// With n operations in flight, all of one class, each takes R(n) = n / X(n) on average (Little).
// Between measured points R is linear in n, which is exact both where latency is constant (R
// flat) and where the storage is saturated (R proportional to n); below the first point R is what
// it was there; above the last the rate stays what it was there; fewer than one in flight count
// as one. Between curves of different sizes R is linear in the size; beyond them it follows
// size_share of the nearest.
//
// Where a curve of one host (ReadCurve::scope) was measured beside that of all, an operation is served at the lower of two
// rates: what storage gives to all hosts, and what the hosts' own ways give, each with its even part of what is in flight.
// Both were measured whole, so that nothing is counted twice; what one host alone got, and what all together got, come back
// as they were.
//
// Immutable after construction; thread-safe. rate, latency and jitter at whole concurrencies up to
// 4,096 are table look-ups, at others a binary search over the points.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/storage_spec.h"

namespace aforo {

// Of the best rate at fewer in flight: a point below is no storage's character but an accident's,
// and no storage file may hold it. Chosen: storage under too many requests loses a part of its
// rate, not nine tenths.
inline constexpr double kCollapsed = 0.1;

// One class of operations (kind, mode, cached) of mean size `size`, made from all curves of that
// class. A copy owns all it needs: the curves it was made from may go.
class OperationCurve {
 public:
  // Absent if no curve is of this class. kFile of a mode without curves is taken from kStream, else
  // kRange of that mode, and those two from each other (`borrowed` says so), never from the other
  // mode, nor storage's from the page cache's. `size` in bytes; less than 1 counts as 1. `curves`
  // are as load_storage left them. `hosts` >= 1: that share it; of cached reads, whose curves are each host's own, without
  // effect. O(points x quantiles).
  static std::optional<OperationCurve> find(std::span<const ReadCurve> curves, ReadKind kind, ReadMode mode,
                                            bool cached, double size, double hosts = 1);

  // Of writes, as operations of kWriteUnit bytes, all of whose time goes with their size; what a file takes whatever its
  // size is not in it. `curve` is as load_storage left it.
  static constexpr double kWriteUnit = 1 << 20;
  static OperationCurve of_writes(const WriteCurve& curve) { return of_writes(&curve, nullptr, 1); }
  // Of `hosts` hosts, where `all` is what all get and `own` what one gets; one of them may be null.
  static OperationCurve of_writes(const WriteCurve* all, const WriteCurve* own, double hosts);

  // The asked size, in bytes.
  double size() const { return size_; }
  // The share of an operation's time that grows with its size: the slope size R' / R at size(),
  // mean over the measured concurrencies; within [0, 1].
  double size_share() const { return size_share_; }
  // Made from curves of another kind: an estimate, which its user says.
  bool borrowed() const { return borrowed_; }
  // Of ReadCurve, in bytes; 0 where it is no more than an operation, or where curves of
  // another kind stand in.
  double ahead() const { return ahead_; }

  // Of ReadCurve: of the nearest curve it was made from.
  Bytes request() const { return request_; }

  // Operations of size() per second, all together, with so many in flight.
  PerSecond rate(double in_flight) const { return {at(in_flight).rate}; }
  // The mean time of one of them: R(n) = n / rate(n).
  Seconds latency(double in_flight) const {  // R(n) = n / rate(n)
    return {std::max(in_flight, 1.0) / at(in_flight).rate};
  }
  // The concurrency up to which the curves were measured; of two sizes blended, the smaller. Beyond
  // it rate() is an assumption (saturated), not a measurement.
  double largest_measured() const { return largest_measured_; }
  // The highest of all concurrencies, which need not be that of the last.
  PerSecond best_rate() const { return best_; }

  // With so many in flight the hosts' own ways set the rate, not storage: more hosts were seen to get more.
  bool bound_by_host(double in_flight) const { return !by_host_.empty() && by_host_[at(in_flight).segment]; }
  // Hosts that its shared curve was measured from, where these hosts' own ways were all the limit that was seen: what
  // more of them would get is not known. 0 = storage's own limit was seen, or there is no curve of one host to tell by.
  double hosts_all_bound() const { return hosts_all_bound_; }

  // Work of an operation of `bytes`, in operations of size(): 1 - share + share * bytes / size().
  double work(double bytes) const { return 1 - size_share_ + size_share_ * bytes / size_; }

  // The jitter at `in_flight`: quantile function at u in [0, 1), interpolated between the
  // points. Mean 1 over u, so that a uniform u draws one operation's work / the mean; 1 always
  // where none was measured.
  double jitter(double in_flight, double u) const {
    if (rows_.empty()) return 1;
    const At here = at(in_flight);
    double place = u * static_cast<double>(grid_);
    std::size_t index = std::min(static_cast<std::size_t>(place), grid_ - 1), first = 0;
    if (tail_ > 0 && index + 1 == grid_) {
      first = grid_ + 1;
      place = (place - static_cast<double>(index)) * static_cast<double>(tail_);
      index = std::min(static_cast<std::size_t>(place), tail_ - 1);
    }
    const double part = place - static_cast<double>(index);
    const double* low = rows_.data() + here.segment * width() + first + index;
    const double* high = low + width();
    const double a = low[0] + (low[1] - low[0]) * part;
    const double b = high[0] + (high[1] - high[0]) * part;
    return a + (b - a) * here.weight;
  }
  // Its coefficient of variation: standard deviation / mean; 0 where none was measured.
  double jitter_cv(double in_flight) const;
  // Coefficient of variation of what slows all operations at once
  // (CurvePoint::common), interpolated likewise.
  double common(double in_flight) const;

 private:
  // Where a concurrency lies: between points `segment` and the next, `weight` of the way.
  struct At {
    double rate = 0, weight = 0;
    std::uint32_t segment = 0;
  };

  OperationCurve() = default;
  void tabulate();
  void tabulate_jitter();
  At between(double in_flight) const;
  At at(double in_flight) const {
    if (!(in_flight < last_)) return end_;
    if (in_flight >= 0) {
      const auto whole = static_cast<std::size_t>(in_flight);
      if (whole < table_.size() && static_cast<double>(whole) == in_flight) return table_[whole];
    }
    return between(in_flight);
  }

  double size_ = 0, size_share_ = 1, largest_measured_ = 1;
  bool borrowed_ = false;
  double ahead_ = 0;
  Bytes request_{0};
  PerSecond best_{0};
  double hosts_all_bound_ = 0;
  std::vector<CurvePoint> points_;  // at least one
  std::vector<bool> by_host_;       // of each, and of what follows it; empty = none
  double last_ = 1;                 // concurrency of the last point
  At end_;                          // from there on
  // At concurrency 0, 1, 2, ... below the last point.
  std::vector<At> table_;
  // Intervals of the jitter's quantiles, and of the last of them; 0 = it is one.
  std::size_t grid_ = 0, tail_ = 0;
  std::size_t width() const { return grid_ + 1 + (tail_ > 0 ? tail_ + 1 : 0); }
  double mean_product(const double* a, const double* b) const;
  // Per point, and once more for the last, width() quantiles; empty = all 1.
  std::vector<double> rows_;
  // Of each row; of it and the next.
  std::vector<double> variance_, covariance_;
};

// The sentence for a tier whose curves say nothing of such reads: what was expected, what is there,
// what to do. `storage` is the system's name. For UserError; no full stop.
std::string missing_curve(std::string_view storage, const TierSpec& tier, ReadKind kind, ReadMode mode);

}  // namespace aforo
