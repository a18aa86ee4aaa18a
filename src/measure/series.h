// Series: numbers that go along with another one, and their place in the Record.
//
// The Record holds them under `series`, a list of
//   {"name", "points", "x": {"key", "unit", "values"}, "y": [{"key", "unit", "values"}, ...]}
// with all `values` of one series equally long, `unit` as docs/record.md spells units ("s", "B/s",
// "fraction", "1/s", "count", "B", "USD/month") and `points` the number there were before the series was
// thinned to at most kMostPoints. Other keys that tell the same (`curves`, `sweep`) stay as they are; a
// plot needs no other key than `series`.
//
// Pure but for StepCurve, which has one owner; nothing here is shared between threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/histogram.h"
#include "measure/record.h"

namespace aforo {

struct Axis {
  std::string key;   // as in the Record: "step_seconds"
  std::string unit;  // SI
  std::vector<double> values;
};

struct Series {
  static constexpr std::size_t kMostPoints = 512;

  std::string name;          // of this one among the Record's: "steps", "file, direct, 114 kB"
  Axis x;                    // in the order of the points; need not rise
  std::vector<Axis> y;       // each as long as x
  std::uint64_t points = 0;  // that the values stand for; 0 = as many as there are
};

// Appends to record["series"]. A y with a number that is not finite is left out; a series without a finite
// x or without any y is not written. One of more than kMostPoints keeps every k-th point from the first on,
// with the smallest k that suffices. Throws std::logic_error if lengths differ (a bug of ours).
void add_series(Json& record, const Series& series);

// What can be read under record["series"]; of another shape is absent. Never throws.
std::vector<Series> series_of(const Json& record);

// How a histogram's values lie: x `upper_seconds`, of buckets without a gap from the least value's to the
// largest one's, at most kMostBuckets, and of few values at most kFewestBuckets, so that they show a shape; y
// `share` (of the values in each, 1 in all) and `lower_seconds`. `points` is the number of values. Empty
// without any.
inline constexpr std::size_t kMostBuckets = 128, kFewestBuckets = 38;
Series distribution(std::string name, const Histogram& values);

// The steps of a job of any length in at most Series::kMostPoints points: when they are full, neighbours are
// joined and every point stands for twice as many steps, so that a run costs some 20 KiB however long it is.
class StepCurve {
 public:
  // The next step of the job: `begin` on any clock that does not go back, its duration with all waiting, and
  // the share of it that the accelerators computed, [0, 1]. Constant time but when points are joined.
  void add(Seconds begin, Seconds duration, double au);

  // Takes in the curve that another host saw of the same steps, on one clock: `ranks` and `others` weigh
  // their `au`. A step begins with the first host and takes as long as the slowest (of joined steps: as the
  // host that was slowest over all of them). Steps that only one of them has are left out.
  void merge(const StepCurve& other, double ranks, double others);

  // "steps": x `begin_seconds` from the first step's begin; y `step_seconds` (mean of the point's steps),
  // `step_seconds_max` (its longest: joining must not hide a stall) and `au` (mean over their time). The last
  // point may stand for fewer steps. Empty without steps.
  Series series() const;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(points_, stride_, steps_);
  }

 private:
  struct Point {
    double begin = 0, seconds = 0, longest = 0, computed = 0;  // seconds of time; computed = sum of au x time
    std::uint64_t steps = 0;
  };
  static Point joined(const Point& one, const Point& next);
  // Joins neighbours: half as many points for twice as many steps each.
  void halve();

  std::vector<Point> points_;
  std::uint64_t stride_ = 1;  // steps that a whole point stands for, a power of two
  std::uint64_t steps_ = 0;
};

}  // namespace aforo
