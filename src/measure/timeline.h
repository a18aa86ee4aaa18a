// RankTimeline: what the accelerators of a job did over time, in a size that does not grow with the job.
//
// Time is cut into at most 512 bins of 2^k s, ranks into at most 64 rows of 2^g ranks that follow each other.
// Both grids count from 0, of the clock and of all ranks of the job, so that coarser ones lie on finer ones
// and those of all hosts on each other: merging only adds up, in any grouping.
//
// One owner; nothing here is shared between threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/units.h"
#include "measure/record.h"

namespace aforo {

// One step of one rank. Its parts follow each other from `begin` on, in this order.
struct RankStep {
  // Among all ranks of the job.
  std::uint32_t rank = 0;
  // On any clock; of all steps the same.
  Seconds begin{0};
  Seconds load_wait{0}, compute{0}, barrier_wait{0};
  // Checkpoints.
  Seconds other{0};
};

class RankTimeline {
 public:
  static constexpr std::size_t kMostRows = 64, kMostBins = 512;
  // In the order of the Record's `states`.
  enum State : std::uint8_t { kCompute, kLoadWait, kBarrierWait, kOther };
  static constexpr std::size_t kStates = 4;

  // Of the ranks [first, first + ranks).
  RankTimeline(std::uint32_t first, std::uint32_t ranks);

  // Steps in any order; what no step covers is nobody's time. A step that lasts over several bins is spread
  // over them. Some ten nanoseconds, and one for each bin; bins double in width when more than kMostBins would
  // be needed, which happens ever more rarely. Nothing is allocated after the first step. A step of another
  // rank, or with times that no clock tells, is left out.
  void add(const RankStep& step);

  // Takes in what another host saw of other ranks of the same job, on one clock. Associative.
  void merge(const RankTimeline& other);

  // `timeline` of docs/record.md; null without any time. Seconds are since the first step's begin: the first
  // bin begins there or less than its width before.
  Json json() const;

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(first_, ranks_, group_, width_, seconds_per_bin_, bins_per_second_, first_bin_, bins_, begin_,
            seconds_);
  }

 private:
  std::uint32_t row_of(std::uint32_t rank) const { return (rank >> group_) - (first_ >> group_); }
  std::size_t rows() const { return ranks_ == 0 ? 0 : row_of(first_ + ranks_ - 1) + std::size_t{1}; }
  // Numbers between one bin and the next.
  std::size_t stride() const { return rows() * kStates; }
  // Ranks that a row really has: the first and the last may have fewer than others.
  std::uint32_t ranks_in(std::size_t row) const;
  // Of the bin that holds `at`.
  std::int64_t bin_at(double at) const;
  void spread(std::size_t row, State state, double& at, double seconds);
  // Of a bin that exists.
  double* cell_of(std::int64_t bin, std::size_t row) {
    return seconds_.data() + static_cast<std::size_t>(bin - first_bin_) * stride() + row * kStates;
  }
  // Makes bins [from, to] exist, of a width at which that is possible. Whether they are a single one then.
  bool hold(std::int64_t from, std::int64_t to);
  // Joins neighbours: half as many bins of twice the width.
  void coarsen();
  // The same times in other rows: [first, first + ranks) in groups of 2^group, which hold all rows there are.
  void regroup(std::uint32_t first, std::uint32_t ranks, unsigned group);
  void add_shares(std::vector<std::uint8_t>& out, std::size_t row) const;

  std::uint32_t first_, ranks_;
  unsigned group_ = 0;  // a row has 2^group_ ranks
  int width_;           // a bin lasts 2^width_ s: exact, so that edges are
  double seconds_per_bin_, bins_per_second_;
  std::int64_t first_bin_ = 0;  // since 0 of the clock
  std::size_t bins_ = 0;
  double begin_ = 0;             // of the first step
  std::vector<double> seconds_;  // [bin][row][state], of all ranks of the row
};

}  // namespace aforo
