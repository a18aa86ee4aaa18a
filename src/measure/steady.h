// Warm-up told from steady state, in bounded memory.
//
// A run starts cold: prefetch queues are empty, caches and connections warm up. The cut is found
// by MSER (White 1997): of all cuts d it takes the one that minimises the standard error of the
// mean of what remains,
//
//   sum over i >= d of (y_i - mean_d)^2 / (n - d)^2,
//
// over means of at least 5 steps each (MSER-5), with d in the first half only. A cut at the very
// end of that half means that the run had not settled. Among equals the earliest cut wins: a flat
// series has no warm-up.
//
// The series holds at most 512 points; when it is full, neighbours are averaged and every point
// stands for twice as many steps, so a run of any length costs 4 KiB, and a cut is known to within
// 1/256 of its steps. Not thread-safe; one per owner.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "measure/interval.h"

namespace aforo {

// What is known of the steady part. Steps that do not fill a point are in neither part.
struct Steady {
  // The first step that counts as steady, from 0; 0 = no warm-up was seen.
  std::uint64_t warm_up_steps = 0;
  Seconds warm_up{0};  // duration of the steps before it
  // Mean duration of a steady step, barrier included.
  Seconds step_mean{0};
  // 95 % of step_mean, in seconds, by batch means; absent where one point is left.
  std::optional<Interval> interval;
  // Settled in the first half, and at least 10 points remain. Where it is false, the numbers are
  // the best guess of a series that was too short or still changing.
  bool trustworthy = false;
};

class StepSeries {
 public:
  static constexpr std::size_t kPoints = 512;

  // The duration of the next step, barrier included; finite. Amortised constant time.
  void add(Seconds step);
  std::uint64_t steps() const { return steps_; }

  // Takes in the series of another host that did the same synchronous steps: point by point, as long as on
  // the slower of the two. Associative. Where one has fewer steps, the whole points of those are kept.
  void merge(StepSeries other);

  // Of the steps so far; more may be added afterwards. Absent with fewer than 4 points. O(512).
  std::optional<Steady> steady() const;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(points_, stride_, partial_, partial_steps_, steps_);
  }

 private:
  void halve();  // every point stands for twice as many steps
  std::vector<double> grouped(std::uint64_t& steps_per_point) const;

  std::vector<double> points_;  // mean duration of stride_ steps each
  std::uint64_t stride_ = 1;
  // Sum of the steps of the point that is not complete yet.
  double partial_ = 0;
  std::uint64_t partial_steps_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace aforo
