#include "model/write_mix.h"

#include <algorithm>
#include <cmath>

namespace aforo {

namespace {

const WriteCurve* curve_of(std::span<const WriteCurve> curves, const CheckpointPlan& plan,
                           StationScope scope) {
  const ReadMode mode = plan.direct ? ReadMode::kDirect : ReadMode::kBuffered;
  for (const WriteCurve& curve : curves)
    if (curve.mode == mode && curve.synced == plan.sync && curve.scope == scope) return &curve;
  return nullptr;
}

}  // namespace

const WriteCurve* write_curve_for(std::span<const WriteCurve> curves, const CheckpointPlan& plan) {
  const WriteCurve* const all = curve_of(curves, plan, StationScope::kShared);
  return all != nullptr ? all : curve_of(curves, plan, StationScope::kHost);
}

WriteCurve of_chunk(WriteCurve curve, Bytes chunk, std::uint32_t depth) {
  if (curve.per_write.value <= 0 || curve.chunk.value == 0 || chunk.value == 0 || chunk >= curve.chunk)
    return curve;
  const double longer = curve.per_write.value / depth *
                        (1 / static_cast<double>(chunk.value) - 1 / static_cast<double>(curve.chunk.value));
  const WritePoint& first = curve.points.front();
  // Of one writer, seconds per byte.
  const double alone = first.writers / first.rate.value + longer;
  for (WritePoint& point : curve.points)
    point.rate = std::min(point.rate, BytesPerSecond{point.writers / alone});
  curve.chunk = chunk;
  return curve;
}

std::optional<OperationCurve> writes_for(std::span<const WriteCurve> curves, const CheckpointPlan& plan,
                                         double hosts) {
  const WriteCurve* const all = curve_of(curves, plan, StationScope::kShared);
  const WriteCurve* const own = curve_of(curves, plan, StationScope::kHost);
  if (all == nullptr && own == nullptr) return std::nullopt;
  const auto with_chunk = [&](const WriteCurve* curve) {
    return curve != nullptr ? std::optional(of_chunk(*curve, plan.chunk, plan.depth)) : std::nullopt;
  };
  const auto shared = with_chunk(all), host = with_chunk(own);
  return OperationCurve::of_writes(shared ? &*shared : nullptr, host ? &*host : nullptr, hosts);
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

WriteShare share_for(const TierSpec& tier, const CheckpointPlan& plan, ReadKind kind, ReadMode mode,
                     double size) {
  for (const StationScope scope : {StationScope::kShared, StationScope::kHost}) {
    const WriteCurve* const found = curve_of(tier.writes, plan, scope);
    if (found == nullptr || found->beside.readers <= 0) continue;
    const double hosts = scope == StationScope::kHost ? 1 : found->hosts;
    const auto reads = OperationCurve::find(tier.curves, kind, mode, false, size, hosts);
    if (!reads) return {};
    return share_of(found->beside, *reads, *writes_for(tier.writes, plan, hosts));
  }
  return {};
}

}  // namespace aforo
