#include "sizing/cost_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/parallel_for.h"
#include "base/units.h"
#include "sizing/accelerator_hour.h"
#include "sizing/money_words.h"
#include "workload/access.h"

namespace aforo {
namespace {

constexpr double kSmallFile = 8 << 20;  // bytes; chosen: packing larger ones saves few opens
// Bytes. Chosen: the middle of the sizes that compare_formats looks at; opens cost
// next to nothing by then.
constexpr std::uint64_t kShard = 256u << 20;
constexpr int kLeastTarget = 20;  // percent; chosen: nobody trains at less

// Of a saving that is said: what is less reads as nothing.
constexpr double kLeastWords = 1;  // USD a month

struct ChangedAsk {
  std::string name;
  SizingAsk ask;
};

bool held_by_cores(const Need& need) {
  return std::any_of(need.jobs.begin(), need.jobs.end(), [](const JobNeed& job) {
    return law_mean(job.workload.loader.preprocess) > 0 && job.host.cores_wanted > job.host.cores;
  });
}

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

// Fewer shards than accelerators: each reads all of them. In so many that each has `per_accelerator` of its own.
std::optional<ChangedAsk> in_more_files(SizingAsk ask, std::uint64_t per_accelerator) {
  std::uint64_t files = 0, samples = 0;
  for (SizedJob& job : ask.jobs) {
    DatasetSpec& data = job.workload.dataset;
    if (!access_of(job.workload).every_rank_reads_all) continue;
    const std::uint64_t wanted = job.workload.accelerator.count * per_accelerator;
    const std::uint64_t in_one = data.samples / wanted;
    if (in_one == 0) return std::nullopt;
    data.samples_per_file = in_one;
    if (wanted > files) files = wanted, samples = in_one;
  }
  if (files == 0) return std::nullopt;
  return ChangedAsk{fmt::format("the samples in {} or more files (dataset.samples_per_file={})",
                                format_count(static_cast<double>(files)), samples),
                    std::move(ask)};
}

// Of what costs less than `limit` the one that takes the fewest files and costs next to no more than any.
std::optional<ChangedAsk> more_files(const SizingAsk& ask, const Market& market, double limit) {
  std::uint32_t workers = 1;
  for (const SizedJob& job : ask.jobs) workers = std::max(workers, job.workload.loader.workers);
  std::optional<ChangedAsk> best;
  for (const std::uint64_t each : {std::uint64_t{4} * workers, std::uint64_t{workers}, std::uint64_t{1}}) {
    auto change = in_more_files(ask, each);
    if (!change) continue;
    const Variant found = cheaper_variant("", change->ask, market, limit);
    if (!found.serves()) continue;
    limit = std::min(limit, (1 + kLeastSaving) * found.compared());
    best = std::move(change);
  }
  return best;
}

// What hosts cost a month, bought: more of them hold the same accelerators. Nothing where they are rented.
double hosts_costs(double more, const PriceBook& prices) {
  return more * prices.at("host").value * monthly_of_accelerators(prices);
}

// So many accelerators in a host, and workers that use its cores: a core prepares for one at a time.
SizingAsk spread_out(SizingAsk ask, std::uint32_t each) {
  ask.accelerators_per_host = each;
  const Need then = need_of(ask);
  for (std::size_t i = 0; i < ask.jobs.size(); ++i) {
    LoaderSpec& loader = ask.jobs[i].workload.loader;
    loader.workers = std::max(loader.workers, then.jobs[i].host.cores / each);
  }
  return ask;
}

// Half as many accelerators in a host, and so on until cores suffice.
std::vector<SizeAdvice> fewer_per_host(const SizingAsk& ask, const Need& need, const Market& market) {
  std::vector<SizeAdvice> out;
  bool held = held_by_cores(need);
  for (std::uint32_t each = ask.accelerators_per_host / 2; held && each > 0; each /= 2) {
    const SizingAsk other = spread_out(ask, each);
    const Need then = need_of(other);
    held = held_by_cores(then);
    SizeAdvice advice{"", cheaper_variant("", other, market), 0, 0, ""};
    if (!advice.with.serves()) continue;
    const double more = static_cast<double>(then.hosts) - need.hosts;
    const std::string hosts = fmt::format("{} more hosts", format_count(more));
    if (!advice.with.cloud) advice.hosts = hosts_costs(more, market.prices);
    const auto workers = [](const Workload& w) { return w.loader.workers; };
    advice.change = fmt::format("{} accelerator{} in a host with {} workers each ({})", each,
                                each == 1 ? "" : "s", range_of(other, workers),
                                advice.with.cloud ? hosts + ", whose price is not known"
                                                  : hosts + " for " + money_text(advice.hosts));
    advice.with.name = advice.change;
    out.push_back(std::move(advice));
  }
  return out;
}

std::optional<ChangedAsk> decoded_on_accelerators(SizingAsk ask, const Need& need) {
  if (!held_by_cores(need)) return std::nullopt;
  for (SizedJob& job : ask.jobs) job.workload.loader.preprocess = Law{};
  return ChangedAsk{"decoding on the accelerators (loader.preprocess=0), their time for it not counted",
                    std::move(ask)};
}

SizingAsk at_target(SizingAsk ask, int percent) {
  for (SizedJob& job : ask.jobs)
    job.workload.training.au_target = std::min(job.workload.training.au_target, percent / 100.0);
  return ask;
}

// The highest target in whole percent at which something serves, found by halving: what serves a target serves
// every lower one.
std::optional<ChangedAsk> lower_target(const SizingAsk& ask, const Market& market,
                                       const std::stop_token& stop) {
  const auto serves = [&](int percent) {
    if (stop.stop_requested()) throw Interrupted();
    return anything_serves(at_target(ask, percent), market);
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
  const double beside =
      std::min(advice.with.accelerators_more, now.accelerators_more);  // alike: the same place
  const auto dearer = [&](double more) { return more - beside > 0.5 ? " with its dearer accelerators" : ""; };
  const std::string design =
      fmt::format("{} for {} a month{}", advice.with.family, money_text(advice.cost() - beside),
                  dearer(advice.with.accelerators_more));
  if (!now.serves()) return fmt::format("{}: {} would serve, where nothing does now", advice.change, design);
  const std::string is = money_text(now.compared() - beside) + dearer(now.accelerators_more);
  if (advice.saved > 0)
    return fmt::format("{}: {} a month less by formulas ({}, now {})", advice.change,
                       money_text(advice.saved), design, is);
  return fmt::format("{}: {} busy instead of {}, but no cheaper by formulas ({}, now {})", advice.change,
                     format_share(advice.with.au), format_share(now.au), design, is);
}

// Nothing where the ask contradicts itself.
std::optional<Need> need_if_any(const SizingAsk& ask) {
  try {
    return need_of(ask);
  } catch (const UserError&) {
    return std::nullopt;
  }
}

// USD a month that are worth saying.
double least_saving(const Variant& now) { return std::max(kLeastWords, kLeastSaving * now.total()); }

// What a change costs at most that pays.
double most_that_pays(const Variant& now) {
  constexpr double kRounding = 1e-9;
  return now.serves() ? (now.compared() - least_saving(now)) * (1 + kRounding) : HUGE_VAL;
}

// Whether it is worth saying; what is saved is set.
bool pays(const Variant& now, SizeAdvice& advice) {
  if (!advice.with.serves()) return false;
  if (!now.serves()) return true;
  const double saved = now.compared() - advice.cost();
  if (saved < least_saving(now)) return false;
  advice.saved = saved;
  return true;
}

// The cheapest where that pays, else that whose cores suffice, or nearly: said with what it costs.
std::optional<SizeAdvice> best_of_hosts(std::vector<SizeAdvice> all, const Variant& now) {
  if (all.empty()) return std::nullopt;
  const auto least = std::min_element(
      all.begin(), all.end(), [](const SizeAdvice& a, const SizeAdvice& b) { return a.cost() < b.cost(); });
  return std::move(pays(now, *least) ? *least : all.back());
}

// What one kind of change comes to, where it pays: less than a limit a month.
using Candidate = std::function<std::vector<SizeAdvice>(double limit)>;

// In the order in which they are said where they cost the same. All that they are given outlives them.
std::vector<Candidate> candidates_of(const SizingAsk& ask, const Need& need, const Variant& now,
                                     const Market& market, const std::stop_token& stop) {
  const auto sized = [&now, &market](const std::optional<ChangedAsk>& change, double limit) {
    std::vector<SizeAdvice> out;
    if (!change) return out;
    out.push_back({change->name, cheaper_variant(change->name, change->ask, market, limit), 0, 0, ""});
    if (!pays(now, out.front())) out.clear();
    return out;
  };
  std::vector<Candidate> out;
  out.emplace_back([&, sized](double limit) { return sized(more_workers(ask), limit); });
  out.emplace_back([&, sized](double limit) { return sized(more_prefetch(ask), limit); });
  out.emplace_back([&, sized](double limit) { return sized(packed(ask), limit); });
  out.emplace_back([&, sized](double limit) { return sized(more_files(ask, market, limit), limit); });
  out.emplace_back([&, sized](double limit) { return sized(decoded_on_accelerators(ask, need), limit); });
  if (!now.serves())
    out.emplace_back([&, sized](double limit) { return sized(lower_target(ask, market, stop), limit); });
  out.emplace_back([&](double) {
    std::vector<SizeAdvice> some;
    if (auto hosts = best_of_hosts(fewer_per_host(ask, need, market), now)) some.push_back(std::move(*hosts));
    return some;
  });
  return out;
}

}  // namespace

SizingAsk where_the_best_stands(const SizingAsk& ask, const Screening& screening, const SizeResult& result) {
  SizingAsk out = ask;
  if (!result.designs.empty())
    out.place = in_cloud(screening.designs()[result.designs.front().design].family) ? Place::kCloud
                                                                                    : Place::kOnPremises;
  return out;
}

std::vector<SizeAdvice> size_advice(const SizingAsk& ask, const Market& market, std::stop_token stop) {
  if (stop.stop_requested()) throw Interrupted();
  const auto need = need_if_any(ask);
  if (!need) return {};
  const Variant now = cheaper_variant("now", ask, market);
  const double limit = most_that_pays(now);
  const std::vector<Candidate> candidates = candidates_of(ask, *need, now, market, stop);
  std::vector<std::vector<SizeAdvice>> found(candidates.size());
  parallel_for(candidates.size(), 1, market.threads, stop,
               [&](unsigned, std::uint64_t i, std::uint64_t) { found[i] = candidates[i](limit); });
  if (stop.stop_requested()) throw Interrupted();
  std::vector<SizeAdvice> out;
  for (std::vector<SizeAdvice>& some : found)
    for (SizeAdvice& advice : some) {
      advice.text = text_of(advice, now);
      out.push_back(std::move(advice));
    }
  std::stable_sort(out.begin(), out.end(),
                   [](const SizeAdvice& a, const SizeAdvice& b) { return a.cost() < b.cost(); });
  return out;
}

}  // namespace aforo
