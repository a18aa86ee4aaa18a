#include "sizing/cost_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>

#include "base/error.h"
#include "sizing/money_words.h"

namespace aforo {
namespace {

constexpr double kSmallFile = 8 << 20;  // bytes; chosen: packing larger ones saves few opens
// Bytes. Chosen: the middle of the sizes that compare_formats looks at; opens cost
// next to nothing by then.
constexpr std::uint64_t kShard = 256u << 20;
constexpr int kLeastTarget = 20;  // percent; chosen: nobody trains at less

struct ChangedAsk {
  std::string name;
  SizingAsk ask;
};

// The smallest and the largest number, as in "16" or "8 to 16".
std::string range_of(const SizingAsk& ask, const std::function<std::uint32_t(const Workload&)>& number) {
  std::uint32_t least = ~0u, most = 0;
  for (const SizedJob& job : ask.jobs) {
    least = std::min(least, number(job.workload));
    most = std::max(most, number(job.workload));
  }
  return least == most ? fmt::format("{}", most) : fmt::format("{} to {}", least, most);
}

ChangedAsk more_workers(SizingAsk ask) {
  for (SizedJob& job : ask.jobs) job.workload.loader.workers = std::max(1u, job.workload.loader.workers) * 2;
  const auto workers = [](const Workload& w) { return w.loader.workers; };
  return {fmt::format("twice the workers ({} per accelerator)", range_of(ask, workers)), std::move(ask)};
}

ChangedAsk more_prefetch(SizingAsk ask) {
  for (SizedJob& job : ask.jobs)
    job.workload.loader.prefetch = std::max(1u, job.workload.loader.prefetch) * 2;
  const auto prefetch = [](const Workload& w) { return w.loader.prefetch; };
  return {fmt::format("twice the prefetch ({} batches)", range_of(ask, prefetch)), std::move(ask)};
}

std::optional<ChangedAsk> packed(SizingAsk ask) {
  std::set<std::string_view> titles;
  for (SizedJob& job : ask.jobs) {
    DatasetSpec& data = job.workload.dataset;
    const double sample = law_mean(data.sample_size);
    if (access_of(job.workload).kind != ReadKind::kFile || sample > kSmallFile) continue;
    data.layout = packed_layout_of(job.workload.loader);
    titles.insert(traits_of(data.layout).title);
    data.content = Content::kRaw;
    data.samples_per_file = static_cast<std::uint64_t>(std::max(1.0, static_cast<double>(kShard) / sample));
  }
  if (titles.empty()) return std::nullopt;
  return ChangedAsk{
      fmt::format("samples packed into shards of {} ({})", format_bytes({kShard}), fmt::join(titles, ", ")),
      std::move(ask)};
}

SizingAsk at_target(SizingAsk ask, int percent) {
  for (SizedJob& job : ask.jobs)
    job.workload.training.au_target = std::min(job.workload.training.au_target, percent / 100.0);
  return ask;
}

// The highest target in whole percent at which something serves, found by halving: what serves a target serves
// every lower one.
std::optional<ChangedAsk> lower_target(const SizingAsk& ask, const PriceBook& prices,
                                       const Catalogue& catalogue, unsigned threads,
                                       const std::stop_token& stop) {
  const auto serves = [&](int percent) {
    if (stop.stop_requested()) throw Interrupted();
    return variant_of("", at_target(ask, percent), prices, catalogue, threads).serves();
  };
  double highest = 0;
  for (const SizedJob& job : ask.jobs) highest = std::max(highest, job.workload.training.au_target);
  int below = kLeastTarget, above = static_cast<int>(std::ceil(highest * 100));
  if (above <= below || !serves(below)) return std::nullopt;
  while (above - below > 1) {
    const int middle = (below + above) / 2;
    (serves(middle) ? below : above) = middle;
  }
  return ChangedAsk{fmt::format("a target of {} % instead of {:.3g} %", below, highest * 100),
                    at_target(ask, below)};
}

std::string text_of(const SizeAdvice& advice, const Variant& now) {
  const std::string design =
      fmt::format("{} for {} a month", advice.with.family, money_text(advice.with.total()));
  if (!now.serves()) return fmt::format("{}: {} would serve, where nothing does now", advice.change, design);
  return fmt::format("{}: {} a month less ({})", advice.change, money_text(advice.saved), design);
}

}  // namespace

std::vector<SizeAdvice> size_advice(const SizingAsk& ask, const PriceBook& prices, const Catalogue& catalogue,
                                    unsigned threads, std::stop_token stop) {
  std::vector<ChangedAsk> changes{more_workers(ask), more_prefetch(ask)};
  if (auto change = packed(ask)) changes.push_back(std::move(*change));
  const Variant now = variant_of("now", ask, prices, catalogue, threads);
  if (!now.serves())
    if (auto change = lower_target(ask, prices, catalogue, threads, stop))
      changes.push_back(std::move(*change));
  std::vector<SizeAdvice> out;
  for (const ChangedAsk& change : changes) {
    if (stop.stop_requested()) throw Interrupted();
    SizeAdvice advice{change.name, variant_of(change.name, change.ask, prices, catalogue, threads), 0, ""};
    if (!advice.with.serves()) continue;
    if (now.serves()) advice.saved = now.total() - advice.with.total();
    if (now.serves() && advice.saved < kLeastSaving * now.total()) continue;
    advice.text = text_of(advice, now);
    out.push_back(std::move(advice));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const SizeAdvice& a, const SizeAdvice& b) { return a.with.total() < b.with.total(); });
  return out;
}

}  // namespace aforo
