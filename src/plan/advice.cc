#include "plan/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/parallel_for.h"
#include "pipeline/plan_job.h"
#include "pipeline/readers.h"
#include "plan/changed_storage.h"
#include "plan/simulated_part.h"
#include "plan/sweep.h"

namespace aforo {
namespace {

constexpr double kShardBytes = 150e6;       // chosen: opens cost next to nothing there, and readers find many
constexpr std::uint64_t kFewestPacked = 4;  // samples in a shard, or packing changes little
constexpr std::uint64_t kChances = 2;  // replications of each change: differences need few, chance is shared

struct Change {
  std::string text, how;
  PredictOptions options;
};

void more_workers(std::vector<Change>& out, const PredictOptions& base, const SimulatedCase& c) {
  const Readers readers = readers_of(c.plan);
  if (!readers.have_room()) return;
  const std::uint32_t workers = base.workload.loader.workers;
  const std::uint32_t more = readers.useful_workers(workers ? workers * 2 : 4);
  out.push_back({fmt::format("{} workers instead of {}", more, workers), fmt::format("--workers {}", more),
                 with_setting(base, SweepKey::kWorkers, more)});
}

// Where more workers would find none: a shard for each worker there is, or twice the shards and as many
// workers.
void smaller_shards(std::vector<Change>& out, const PredictOptions& base, const SimulatedCase& c) {
  const Readers readers = readers_of(c.plan);
  if (!readers.own_shards || readers.have_room()) return;
  const std::uint32_t workers = base.workload.loader.workers;
  const std::uint64_t shards = readers.now < workers ? workers : 2 * readers.most;
  PredictOptions options = base;
  DatasetSpec& data = options.workload.dataset;
  if (base.layout) data.samples = base.layout->samples();
  data.samples_per_file = data.samples / (shards * c.plan.ranks.all);
  if (data.samples_per_file < kFewestPacked) return;
  options.workload.loader.workers = static_cast<std::uint32_t>(shards);
  options.layout.reset();
  out.push_back({fmt::format("{} shards for every accelerator instead of {}{}", shards, readers.most,
                             shards == workers ? "" : ", and as many workers"),
                 fmt::format("--set dataset.samples_per_file={}{}", data.samples_per_file,
                             shards == workers ? "" : fmt::format(" --workers {}", shards)),
                 std::move(options)});
}

void more_prefetch(std::vector<Change>& out, const PredictOptions& base) {
  if (access_of(base.workload).order == BatchOrder::kOnDemand) return;
  const std::uint32_t prefetch = std::max(base.workload.loader.prefetch, 1u);
  out.push_back({fmt::format("prefetch {} instead of {}", prefetch * 2, base.workload.loader.prefetch),
                 fmt::format("--prefetch {}", prefetch * 2),
                 with_setting(base, SweepKey::kPrefetch, prefetch * 2)});
}

// Files of one sample each as shards that are read front to back: the framework's own packed format.
void packed(std::vector<Change>& out, const PredictOptions& base, const SimulatedCase& c) {
  DatasetSpec spec = base.workload.dataset;
  const Access access = access_of(c.plan);
  if (access.kind != ReadKind::kFile) return;
  if (!has_curves(base.storage, ReadKind::kStream, base.workload.loader.read_mode)) return;
  const double mean = std::max(1.0, access.operation_bytes());
  spec.samples = c.layout->samples();
  spec.layout = packed_layout_of(base.workload.loader);
  spec.samples_per_file = std::max<std::uint64_t>(static_cast<std::uint64_t>(kShardBytes / mean), 1);
  // A reader without a shard would idle: no fewer shards than readers, where there are samples for it.
  Workload finest = base.workload;
  finest.dataset = spec;
  finest.dataset.samples_per_file = 1;
  const std::uint64_t readers = std::uint64_t{c.plan.ranks.all} * access_of(finest).readers;
  spec.samples_per_file = std::min(spec.samples_per_file, std::max<std::uint64_t>(spec.samples / readers, 1));
  if (spec.samples_per_file < kFewestPacked) return;
  PredictOptions options = base;
  options.workload.dataset = spec;
  options.layout.reset();
  out.push_back({fmt::format("samples packed into {} shards of about {}", to_string(spec.layout),
                             format_bytes(Bytes{static_cast<std::uint64_t>(
                                 mean * static_cast<double>(spec.samples_per_file))})),
                 fmt::format("--set dataset.layout={} --set dataset.samples_per_file={}",
                             to_string(spec.layout), spec.samples_per_file),
                 std::move(options)});
}

// As it is once the cache has filled: an advice about later epochs.
void cached(std::vector<Change>& out, const PredictOptions& base, const SimulatedCase& c) {
  if (base.workload.loader.read_mode == ReadMode::kDirect) return;
  for (const double share : {0.5, 1.0}) {
    const auto size = static_cast<std::uint64_t>(share * static_cast<double>(c.layout->total_bytes()) *
                                                 (share == 1.0 ? 1.001 : 1.0));
    if (!base.storage.caches.empty() && base.storage.caches.front().size.value >= size) continue;
    PredictOptions options = base;
    options.storage = with_cache_size(std::move(options.storage), Bytes{size});
    options.storage.caches.front().warm = true;
    out.push_back(
        {fmt::format("a cache of {} of the dataset on every host, once it is warm",
                     share == 1.0 ? "all" : "half"),
         fmt::format("{} of memory for the page cache, or of local flash", format_bytes(Bytes{size})),
         std::move(options)});
  }
}

void direct(std::vector<Change>& out, const PredictOptions& base, const SimulatedCase& c) {
  if (base.workload.loader.read_mode == ReadMode::kDirect) return;
  const bool any = std::any_of(base.storage.tiers.begin(), base.storage.tiers.end(),
                               [](const TierSpec& tier) { return !tier.curves.empty(); });
  if (!any || !has_curves(base.storage, access_of(c.plan).kind, ReadMode::kDirect)) return;
  PredictOptions options = base;
  options.workload.loader.read_mode = ReadMode::kDirect;
  out.push_back({"direct I/O instead of buffered", "--read direct", std::move(options)});
}

void client(std::vector<Change>& out, const PredictOptions& base) {
  if (!client_takes_part(base.storage)) return;
  PredictOptions options = base;
  options.storage = with_twice_the_cores(std::move(options.storage));
  out.push_back(
      {"a client with twice the cores", "more cores, or the accelerators on more hosts", std::move(options)});
}

void no_barrier(std::vector<Change>& out, const PredictOptions& base) {
  if (!base.workload.training.synchronous || base.workload.accelerator.count < 2) return;
  PredictOptions options = base;
  options.workload.training.synchronous = false;
  out.push_back({"no barrier between the ranks", "--asynchronous", std::move(options)});
}

void storage_twice(std::vector<Change>& out, const PredictOptions& base) {
  PredictOptions options = base;
  options.storage = scale_shared(std::move(options.storage), 2);
  out.push_back({"storage twice as fast", "more or faster devices", std::move(options)});
}

// Absent where the storage file or the layout cannot answer.
std::optional<double> au_of(const PredictOptions& options, std::stop_token stop) {
  try {
    const SimulatedCase c = make_case(options);
    const auto part = part_of(c, options.storage, options.most_whole);
    StallTimes all;
    for (std::uint64_t chance = 0; chance < kChances; ++chance)
      all.add(simulate_once(part ? part->job : c, part ? part->storage : options.storage, options.seed,
                            chance, stop)
                  .stalls);
    return all.total.value > 0 ? all.compute / all.total : 0;
  } catch (const UserError&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<Advice> advise(const PredictOptions& options, std::stop_token stop, double predicted) {
  const SimulatedCase c = make_case(options);
  std::vector<Change> changes = {{"", "", options}};
  more_workers(changes, options, c);
  smaller_shards(changes, options, c);
  more_prefetch(changes, options);
  packed(changes, options, c);
  cached(changes, options, c);
  direct(changes, options, c);
  client(changes, options);
  no_barrier(changes, options);
  storage_twice(changes, options);

  std::vector<std::optional<double>> aus(changes.size());
  parallel_for(aus.size(), 1, options.threads, stop,
               [&](unsigned, std::uint64_t i, std::uint64_t) { aus[i] = au_of(changes[i].options, stop); });
  if (stop.stop_requested()) throw Interrupted();
  std::vector<Advice> out;
  if (!aus.front()) return out;
  const bool of_part = predicted > 0 && *aus.front() > 0 && part_of(c, options.storage, options.most_whole);
  const double times = of_part ? predicted / *aus.front() : 1;
  const double before = *aus.front() * times;
  for (std::size_t i = 1; i < changes.size(); ++i) {
    if (!aus[i]) continue;
    const double au = of_part ? std::min(1.0, *aus[i] * times) : *aus[i];
    if (au - before < kWorthSaying) continue;
    out.push_back({changes[i].text, changes[i].how, au, au - before});
  }
  std::stable_sort(out.begin(), out.end(), [](const Advice& a, const Advice& b) { return a.gain > b.gain; });
  return out;
}

}  // namespace aforo
