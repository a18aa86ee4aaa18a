#include "sizing/cost_curve.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel_for.h"

namespace aforo {
namespace {

std::vector<KindCost> kinds_of(Screening& screening, const PriceBook& prices) {
  std::vector<KindCost> out;
  double least = HUGE_VAL;
  for (const Ranked& ranked : screening.rank(prices, Grouping::kFamily, Aim::kCheapest)) {
    out.push_back(
        {screening.designs()[ranked.design].family, ranked.bill.total(), ranked.bill.accelerators_more});
    least = std::min(least, ranked.bill.accelerators_more);
  }
  for (KindCost& kind : out) kind.accelerators_more -= least;
  std::sort(out.begin(), out.end(), [](const KindCost& a, const KindCost& b) { return a.family < b.family; });
  return out;
}

}  // namespace

Bytes scaled(Bytes bytes, double factor) {
  return {static_cast<std::uint64_t>(static_cast<double>(bytes.value) * factor)};
}

SizingAsk with_data(SizingAsk ask, double factor) {
  if (ask.capacity) ask.capacity = scaled(*ask.capacity, factor);
  for (SizedJob& job : ask.jobs) {
    const double samples = std::max(1.0, static_cast<double>(job.workload.dataset.samples) * factor);
    const std::uint64_t step = job.workload.loader.batch_size * job.workload.accelerator.count;
    job.workload.dataset.samples = std::max(static_cast<std::uint64_t>(samples), step);
  }
  return ask;
}

std::vector<CostsAt> costs_by_capacity(const Screening& screening, const PriceBook& prices,
                                       const Catalogue& catalogue, unsigned threads, std::stop_token stop) {
  const Bytes now = screening.ask().capacity.value_or(screening.need().datasets);
  std::vector<CostsAt> out(kSizePlaces);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double share = static_cast<double>(i) / (kSizePlaces - 1);
    out[i].factor = 1 / kSizeSpan * std::pow(kSizeSpan * kSizeSpan, share);
    out[i].capacity = scaled(now, out[i].factor);
  }
  parallel_for(out.size(), 1, threads, {}, [&](unsigned, std::uint64_t i, std::uint64_t) {
    if (stop.stop_requested()) throw Interrupted();
    try {
      Screening there(with_data(screening.ask(), out[i].factor), catalogue, 1, screening.solved(), stop);
      out[i].kinds = kinds_of(there, prices);
    } catch (const UserError&) {
      // a dataset that does not fit beside its checkpoints, or has no whole step
    }
  });
  return out;
}

std::optional<Family> cheapest_on_premises(const CostsAt& costs) {
  const KindCost* best = nullptr;
  for (const KindCost& kind : costs.kinds)
    if (!in_cloud(kind.family) && (best == nullptr || kind.compared() < best->compared())) best = &kind;
  return best == nullptr ? std::nullopt : std::optional(best->family);
}

}  // namespace aforo
