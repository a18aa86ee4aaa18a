// From measured points to any concurrency and size: what a tier's curves say of one operation.
//
// With n operations in flight, all of one class, each takes R(n) = n / X(n) on average (Little). Between measured
// points R is linear in n, which is exact both where latency is constant (R flat) and where the storage is saturated
// (R proportional to n); above the last point the rate stays what it was there; below one operation it is that of one.
// Between curves of different sizes R is linear in the size; beyond them it follows size_share of the nearest.
//
// Immutable after construction; thread-safe.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "model/storage_spec.h"

namespace aforo {

// One class of operations (kind, mode, cached) of mean size `size`, made from all curves of that class.
class OperationCurve {
 public:
  // Absent if no curve is of this class. kFile of a mode without curves is taken from kStream or kRange of that mode
  // (and says so in `borrowed`), never from the other mode.
  static std::optional<OperationCurve> find(std::span<const ReadCurve> curves, ReadKind kind, ReadMode mode, bool cached,
                                            double size);

  double size() const { return size_; }
  double size_share() const { return size_share_; }
  bool borrowed() const { return borrowed_; }

  PerSecond rate(double in_flight) const;     // operations of size() per second with so many in flight
  Seconds latency(double in_flight) const;    // R(n) = n / rate(n)
  double largest_measured() const;            // concurrency
  PerSecond best_rate() const;                // over all concurrencies

  // Work of an operation of `bytes`, in operations of size(): 1 - share + share * bytes / size().
  double work(double bytes) const { return 1 - size_share_ + size_share_ * bytes / size_; }

  // The jitter at `in_flight`: quantile function at u in [0, 1), interpolated between the points. Mean 1.
  double jitter(double in_flight, double u) const;
  double jitter_cv(double in_flight) const;
  double common(double in_flight) const;      // coefficient of variation that all operations share

 private:
  OperationCurve() = default;
  double size_ = 0, size_share_ = 1;
  bool borrowed_ = false;
  std::vector<CurvePoint> points_;
};

}  // namespace aforo
