#include "plan/step_recursion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <vector>

#include "base/random.h"
#include "plan/requirement.h"

namespace aforo {
namespace {

// All chosen: for a standard error below half a point at a tenth of a millisecond.
constexpr std::uint64_t kBatches = 4096;                            // that are followed, of all ranks
constexpr std::uint64_t kFewestFollowed = 64, kMostFollowed = 512;  // steps
constexpr std::uint32_t kMostRanks = 64;
constexpr std::uint64_t kWarmUp = 2;  // windows, before anything counts
constexpr std::size_t kDraws = 4096;

// Draws of the normal law, of mean 0 and variance 1 exactly.
const std::array<double, kDraws>& normals() {
  static const std::array<double, kDraws> made = [] {
    std::array<double, kDraws> out{};
    Random random(1);
    double sum = 0, squares = 0;
    for (double& z : out) z = random.normal(), sum += z, squares += z * z;
    const double mean = sum / kDraws, spread = std::sqrt(squares / kDraws - mean * mean);
    for (double& z : out) z = (z - mean) / spread;
    return out;
  }();
  return made;
}

class Steps {
 public:
  Steps(const StepCase& c, std::span<const double> rates)
      : c_(c), rates_(rates), ranks_(c.ranks), third_(c.batch_cv * c.batch_cv / 9) {}

  // From the middle of the first window that counts to that of the last: whatever comes again in every window, as
  // readers do that all began together, is in both of them.
  double au() {
    const std::uint64_t window = c_.window, first = std::max<std::uint64_t>(kWarmUp * window, 8);
    const std::uint64_t counted =
        std::clamp(kBatches / c_.ranks, std::max(kFewestFollowed, 4 * window), kMostFollowed);
    for (std::uint32_t rank = 0; rank < c_.ranks; ++rank) {
      ranks_[rank].ready.assign(c_.window, 0);
      ranks_[rank].idle.assign(c_.workers, 0);
      for (std::uint32_t w = 0; w < c_.workers; ++w) begin(rank, w);
    }
    start_step();
    double from = 0, to = 0;
    while (step_ < first + counted) {
      const std::uint64_t before = step_;
      follow();
      if (step_ == before) continue;
      if (step_ > first && step_ <= first + window) from += now_;
      if (step_ > first + counted - window) to += now_;
    }
    return static_cast<double>((counted - window) * window) * c_.step.value / (to - from);
  }

 private:
  struct Batch {
    double done;  // of what each reader has got
    std::uint32_t rank;
    std::uint64_t number;
    bool operator>(const Batch& other) const { return done > other.done; }
  };
  struct Rank {
    std::uint64_t consumed = 0;
    bool waits = false;
    std::vector<char> ready, idle;  // by place in the window; by worker
  };

  // Work of a batch: the gamma law's quantile as a cube of the normal one's (Wilson and Hilferty 1931).
  double work(std::uint32_t rank, std::uint64_t number) const {
    const double z = normals()[(number * c_.ranks + rank) % kDraws],
                 root = 1 - third_ + z * std::sqrt(third_);
    return std::max(1e-3, root * root * root);
  }

  void begin(std::uint32_t rank, std::uint64_t number) {
    reading_.push({each_ + work(rank, number), rank, number});
    ranks_[rank].idle[number % c_.workers] = 0;
  }

  void start_step() {
    left_ = c_.ranks;
    for (std::uint32_t rank = 0; rank < c_.ranks; ++rank) {
      Rank& r = ranks_[rank];
      r.waits = !r.ready[r.consumed % c_.window];
      if (!r.waits) consume(rank);
    }
  }

  void consume(std::uint32_t rank) {
    Rank& r = ranks_[rank];
    r.ready[r.consumed % c_.window] = 0;
    r.waits = false;
    const std::uint64_t room = r.consumed++ + c_.window;
    if (r.idle[room % c_.workers]) begin(rank, room);
    if (--left_ == 0) ends_ = now_ + c_.step.value;
  }

  // To the next batch that is done, or the next step's end.
  void follow() {
    const double rate =
        reading_.empty() ? 0 : rates_[reading_.size() - 1] / static_cast<double>(reading_.size());
    const double done = reading_.empty() ? kNever : now_ + (reading_.top().done - each_) / rate;
    if (left_ == 0 && ends_ <= done) {
      each_ += (ends_ - now_) * rate;
      now_ = ends_;
      ++step_;
      start_step();
      return;
    }
    const Batch batch = reading_.top();
    reading_.pop();
    each_ = batch.done;
    now_ = done;
    Rank& r = ranks_[batch.rank];
    r.ready[batch.number % c_.window] = 1;
    const std::uint64_t next = batch.number + c_.workers;
    if (next < r.consumed + c_.window)
      begin(batch.rank, next);
    else
      r.idle[batch.number % c_.workers] = 1;
    if (r.waits && batch.number == r.consumed) consume(batch.rank);
  }

  static constexpr double kNever = std::numeric_limits<double>::infinity();

  const StepCase& c_;
  const std::span<const double> rates_;
  std::vector<Rank> ranks_;
  std::priority_queue<Batch, std::vector<Batch>, std::greater<>> reading_;
  const double third_;  // 1 / (9 shape)
  double now_ = 0;      // seconds
  double each_ = 0;     // batches that a reader has got that was there all the time
  double ends_ = 0;     // of the step that computes, where left_ is 0
  std::uint64_t step_ = 0;
  std::uint32_t left_ = 0;  // ranks that wait for their batch
};

}  // namespace

double stepped_au(const StepCase& c, std::span<const double> rates) {
  if (c.ranks <= kMostRanks) return std::clamp(Steps(c, rates).au(), 1e-9, 1.0);
  // Fewer ranks on as much less of the storage, whose batches vary so much more that the longest of a step is as
  // long as that of all.
  StepCase few = c;
  few.ranks = kMostRanks;
  few.batch_cv *= expected_largest_normal(c.ranks) / expected_largest_normal(kMostRanks);
  const double part = static_cast<double>(kMostRanks) / c.ranks;
  std::vector<double> of_few(std::size_t{few.ranks} * few.workers);
  for (std::size_t n = 1; n <= of_few.size(); ++n)
    of_few[n - 1] = part * rates[static_cast<std::size_t>(std::llround(static_cast<double>(n) / part)) - 1];
  return std::clamp(Steps(few, of_few).au(), 1e-9, 1.0);
}

}  // namespace aforo
