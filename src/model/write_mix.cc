#include "model/write_mix.h"

#include <cmath>

namespace aforo {

const WriteCurve* write_curve_for(std::span<const WriteCurve> curves, const CheckpointPlan& plan) {
  const ReadMode mode = plan.direct ? ReadMode::kDirect : ReadMode::kBuffered;
  for (const WriteCurve& curve : curves)
    if (curve.mode == mode && curve.synced == plan.sync) return &curve;
  return nullptr;
}

MixedRates mixed_rates(const WriteShare& share, const OperationCurve& reads, const OperationCurve& writes,
                       double readers, double writers) {
  if (writers <= 0) return {readers > 0 ? reads.rate(readers) : PerSecond{0}, PerSecond{0}};
  if (readers <= 0) return {PerSecond{0}, writes.rate(writers)};
  const double all = readers + share.weight * writers;
  return {reads.rate(all) * (readers / all * share.kept),
          writes.rate(all / share.weight) * (share.weight * writers / all * share.kept)};
}

WriteShare share_of(const WriteMix& mix, const OperationCurve& reads, const OperationCurve& writes) {
  if (mix.readers <= 0 || mix.writers <= 0) return {};
  // What is left of each, for a weight and no loss.
  const auto left = [&](double weight) {
    const MixedRates mixed = mixed_rates({weight, 1}, reads, writes, mix.readers, mix.writers);
    return MixedRates{{mixed.reads / reads.rate(mix.readers)}, {mixed.writes / writes.rate(mix.writers)}};
  };
  constexpr double kMostWeight = 1000;
  constexpr int kHalvings = 50;
  double low = std::log(1 / kMostWeight), high = std::log(kMostWeight);
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2;
    const MixedRates found = left(std::exp(middle));
    (found.reads.value * mix.writes > mix.reads * found.writes.value ? low : high) = middle;
  }
  const double weight = std::exp((low + high) / 2);
  const MixedRates found = left(weight);
  // Of both, so that a ratio which no weight gives is missed on either side.
  return {weight, std::sqrt(mix.reads / found.reads.value * mix.writes / found.writes.value)};
}

}  // namespace aforo
