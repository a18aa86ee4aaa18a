#include "measure/au.h"

namespace aforo {
namespace {

using Value = std::optional<double>;

Value ratio(double numerator, double denominator) {
  if (!(denominator > 0) || !(numerator >= 0)) return std::nullopt;
  return numerator / denominator;
}

double elapsed(const RankEpoch& r) { return (r.end - r.start).value; }

// The benchmark's denominator: the epoch without the first step's load wait and compute. The first step's
// barrier wait stays in it, as in the benchmark.
double without_first_step(const RankEpoch& r) {
  return elapsed(r) - r.first_load_wait.value - r.first_compute.value;
}

// Of the benchmark's statistics.
Value rank_au(const RankEpoch& r) {
  if (r.steps <= 1) return std::nullopt;
  return ratio((r.compute - r.first_compute).value, without_first_step(r));
}

Value rank_throughput(Statistic statistic, const RankEpoch& r, double batch) {
  const auto n = static_cast<double>(r.steps);
  switch (statistic) {
    case Statistic::kWall:
      return std::nullopt;  // one ratio of sums: AccountedTime
    case Statistic::kMlpsV1:
      return r.steps <= 1 ? std::nullopt : ratio(n * batch, elapsed(r));
    case Statistic::kMlpsV2:
      return r.steps <= 2 ? std::nullopt : ratio((n - 2) * batch, without_first_step(r));
    case Statistic::kMlpsV3:
      return r.steps <= 1 ? std::nullopt : ratio((n - 1) * batch, without_first_step(r));
  }
  return std::nullopt;
}

// Sum over ranks; absent if any rank has none, since a sum over the others would be another statistic.
template <class PerRank>
Value sum_over_ranks(const std::vector<RankEpoch>& ranks, PerRank per_rank) {
  if (ranks.empty()) return std::nullopt;
  double sum = 0;
  for (const RankEpoch& rank : ranks) {
    const Value value = per_rank(rank);
    if (!value) return std::nullopt;
    sum += *value;
  }
  return sum;
}

Value mean_of_present(std::span<const Value> values) {
  double sum = 0, n = 0;
  for (const Value& value : values) {
    if (!value) continue;
    sum += *value;
    n += 1;
  }
  return n == 0 ? std::nullopt : Value{sum / n};
}

// What a ratio of sums is made of.
struct AccountedTime {
  double compute = 0, accelerator = 0;  // seconds of all ranks
  double wall = 0, samples = 0;         // seconds of the epochs, each the mean of its ranks'

  void add(const AccountedTime& other) {
    compute += other.compute, accelerator += other.accelerator;
    wall += other.wall, samples += other.samples;
  }
  Value au() const { return ratio(compute, accelerator); }
};

// Absent where one of the ranks spent no time there.
std::optional<AccountedTime> account(const std::vector<RankEpoch>& ranks) {
  if (ranks.empty()) return std::nullopt;
  AccountedTime out;
  for (const RankEpoch& r : ranks) {
    if (!(elapsed(r) > 0)) return std::nullopt;
    out.add({r.compute.value, elapsed(r), 0, static_cast<double>(r.samples)});
  }
  out.wall = out.accelerator / static_cast<double>(ranks.size());
  return out;
}

AuResult wall_utilisation(std::span<const std::vector<RankEpoch>> epochs) {
  AuResult result;
  AccountedTime all;
  for (const std::vector<RankEpoch>& ranks : epochs) {
    const auto epoch = account(ranks);
    result.per_epoch.push_back(epoch ? epoch->au() : std::nullopt);
    if (epoch) all.add(*epoch);
  }
  result.au = all.au();
  result.samples_per_second = ratio(all.samples, all.wall);
  return result;
}

}  // namespace

std::string_view to_string(Statistic statistic) {
  switch (statistic) {
    case Statistic::kWall:
      return "wall";
    case Statistic::kMlpsV1:
      return "mlps-v1.0";
    case Statistic::kMlpsV2:
      return "mlps-v2.0";
    case Statistic::kMlpsV3:
      return "mlps-v3.0";
  }
  return "";
}

AuResult utilisation(Statistic statistic, std::span<const std::vector<RankEpoch>> epochs,
                     std::uint64_t batch_size) {
  if (statistic == Statistic::kWall) return wall_utilisation(epochs);
  AuResult result;
  std::vector<Value> throughput;
  for (const std::vector<RankEpoch>& ranks : epochs) {
    Value au = sum_over_ranks(ranks, rank_au);
    if (au) *au /= static_cast<double>(ranks.size());
    result.per_epoch.push_back(au);
    throughput.push_back(sum_over_ranks(ranks, [&](const RankEpoch& r) {
      return rank_throughput(statistic, r, static_cast<double>(batch_size));
    }));
  }
  result.au = mean_of_present(result.per_epoch);
  result.samples_per_second = mean_of_present(throughput);
  return result;
}

}  // namespace aforo
