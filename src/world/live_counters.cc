#include "world/live_counters.h"

#include <algorithm>
#include <cmath>

namespace aforo {

LatencyCounts LatencyCounts::since(const LatencyCounts& before) const {
  LatencyCounts out;
  for (std::size_t i = 0; i < kBuckets; ++i)
    out.counts[i] = counts[i] - std::min(counts[i], before.counts[i]);
  return out;
}

Seconds LatencyCounts::quantile(double q) const {
  std::uint64_t all = 0, seen = 0;
  for (const std::uint64_t count : counts) all += count;
  if (all == 0) return {0};
  const double wanted = std::max(1.0, std::ceil(q * static_cast<double>(all)));
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts[i];
    if (static_cast<double>(seen) < wanted) continue;
    const auto octave = static_cast<int>(i / kParts);
    const double middle = 1 + (static_cast<double>(i % kParts) + 0.5) / kParts;
    return {std::ldexp(middle, octave + kFirst) * 1e-9};
  }
  return {0};
}

void LaneCounters::add_to(View& into) const {
  into.begun += begun_.get();
  into.done += done_.get();
  into.failed += failed_.get();
  into.bytes += bytes_.get();
  for (std::size_t i = 0; i < LatencyCounts::kBuckets; ++i) into.reads.counts[i] += reads_[i].get();
}

}  // namespace aforo
