#include "plan/simulated_epochs.h"

#include <algorithm>

namespace aforo {
namespace {

constexpr double kFlat = 1e-3;  // chosen: hits that are as near to none or all do not change on the way
constexpr double kSmallStart =
    2e-3;  // chosen: of an epoch's time, waiting for its first batch, that does not count

// AU of an epoch once all ranks have their first batch.
double after_start(const std::vector<RankEpoch>& ranks, bool synchronous) {
  Seconds slowest{0};
  for (const RankEpoch& rank : ranks) slowest = std::max(slowest, rank.first_load_wait);
  double compute = 0, time = 0;
  for (const RankEpoch& rank : ranks) {
    compute += rank.compute.value;
    time += (rank.end - rank.start - (synchronous ? slowest : rank.first_load_wait)).value;
  }
  return time > 0 ? std::clamp(compute / time, 0.0, 1.0) : 0;
}

// Of an epoch's time, that its ranks wait for their first batch.
double start_share(const std::vector<RankEpoch>& ranks) {
  double waited = 0, time = 0;
  for (const RankEpoch& rank : ranks)
    waited += rank.first_load_wait.value, time += (rank.end - rank.start).value;
  return time > 0 ? waited / time : 0;
}

}  // namespace

std::vector<std::vector<RankEpoch>> extended(std::vector<std::vector<RankEpoch>> epochs, std::uint64_t steps,
                                             double steady_au) {
  for (auto& epoch : epochs)
    for (RankEpoch& rank : epoch) {
      if (rank.steps == 0 || rank.steps >= steps || steady_au <= 0) continue;
      const double more = static_cast<double>(steps - rank.steps) / static_cast<double>(rank.steps);
      const Seconds compute = rank.compute * more;
      const Seconds stalled = compute / steady_au - compute;
      const Seconds checkpoint = rank.checkpoint * more;
      // What was lost after the first step, by cause, says where the added steps lose.
      const Seconds load = rank.load_wait - rank.first_load_wait;
      const Seconds known = load + rank.barrier_wait;
      const Seconds lost{std::max(0.0, (stalled - checkpoint).value)};
      const double by_load = known.value > 0 ? load / known : 1;
      rank.load_wait += lost * by_load;
      rank.barrier_wait += lost * (1 - by_load);
      rank.checkpoint += checkpoint;
      rank.compute += compute;
      rank.end += compute + stalled;
      rank.samples += static_cast<std::uint64_t>(static_cast<double>(rank.samples) * more);
      rank.steps = steps;
    }
  return epochs;
}

std::vector<std::vector<RankEpoch>> in_full(std::vector<std::vector<RankEpoch>> epochs, bool synchronous,
                                            std::uint64_t steps, double steady) {
  if (epochs.size() < 2) return extended(std::move(epochs), steps, steady);
  for (auto& epoch : epochs) {
    const double own = after_start(epoch, synchronous);
    epoch = std::move(extended({std::move(epoch)}, steps, own).front());
  }
  return epochs;
}

void add_pauses(std::vector<std::vector<RankEpoch>>& epochs, Seconds pauses) {
  for (auto& epoch : epochs)
    for (RankEpoch& rank : epoch) {
      rank.checkpoint += pauses;
      rank.end += pauses;
    }
}

double steady_au(const SimJobResult& job, const JobPlan& plan) {
  if (job.job.epochs.empty()) return 0;
  const double hits =
      job.cache_hits_per_epoch.empty() ? job.cache_hit_share : job.cache_hits_per_epoch.front();
  const bool flat = hits < kFlat || hits > 1 - kFlat;
  if (job.au && start_share(job.job.epochs.front()) < kSmallStart) return std::clamp(job.au->mean, 0.0, 1.0);
  return flat && job.settled_au ? *job.settled_au : after_start(job.job.epochs.front(), plan.synchronous);
}

}  // namespace aforo
