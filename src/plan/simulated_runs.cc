#include "plan/simulated_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/parallel_for.h"
#include "measure/interval.h"
#include "pipeline/plan_job.h"
#include "pipeline/readers.h"
#include "plan/changed_storage.h"
#include "plan/prediction_error.h"

namespace aforo {
namespace {

std::optional<Interval> interval_of(const std::vector<SimulatedOnce>& runs) {
  std::vector<double> aus;
  for (const SimulatedOnce& run : runs) aus.push_back(run.au);
  return confidence_interval(aus);
}

// Replications, each with a slot of its own, so that threads change nothing: all that were asked for, or of a
// large job two, where these lie so near to each other that their interval is narrow.
std::vector<SimulatedOnce> replicate(const SimulatedCase& c, const PredictOptions& options,
                                     const StorageSpec& storage, unsigned threads, std::stop_token stop) {
  std::vector<SimulatedOnce> out;
  const auto reach = [&](std::size_t count) {
    const std::size_t done = out.size();
    out.resize(count);
    parallel_for(count - done, 1, threads, stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
      out[done + i] = simulate_once(c, storage, options.seed, done + i, stop);
    });
    if (stop.stop_requested()) throw Interrupted();
  };
  if (c.large && options.replications > 2) {
    reach(2);
    const auto interval = interval_of(out);
    if (interval && interval->half_width < options.no_chance) return out;
  }
  reach(options.replications);
  return out;
}

constexpr std::uint64_t kSpreadReplications = 3;  // chosen

// The same replication on the storage slower and faster by half the spread: AU then.
std::array<double, 2> with_spread(const SimulatedCase& c, const PredictOptions& options,
                                  const StorageSpec& storage, double spread, std::uint64_t replication,
                                  unsigned threads, std::stop_token stop) {
  const double half = std::min(spread / 2, 0.9);
  std::array<double, 2> au{};
  parallel_for(au.size(), 1, threads, stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
    const StorageSpec changed = scale_rates(storage, i == 0 ? 1 - half : 1 + half);
    au[i] = simulate_once(c, changed, options.seed, replication, stop).au;
  });
  if (stop.stop_requested()) throw Interrupted();
  return au;
}

// Of all accelerators, as many epochs: the cold one, and two that are like those after them but for what caches have come to
// hold since, which the hosts of a part show as well. Where caches are full after the first, the third is simulated by
// itself on full ones, side by side with the two. Chosen: one fewer, and all the others hang on one epoch's chance.
constexpr std::uint64_t kWholeEpochs = 3;
// What two simulations of all hosts' caches may take at once, where an item takes so much at most. Chosen.
constexpr double kMostTwice = 0x1p32, kOfAnItem = 20;

bool fits_twice(const SimulatedCase& c) {
  const double hosts = std::ceil(static_cast<double>(c.plan.ranks.all) / std::max(1U, c.ranks_per_host));
  return hosts * static_cast<double>(c.layout->samples()) * kOfAnItem * 2 <= kMostTwice;
}
constexpr double kFewEpochsBelow =
    1.0 / 16;  // of a part's share: chosen, where they are what the whole answer takes

double seconds_of(const std::vector<SimulatedOnce>& runs, std::size_t epoch) {
  double sum = 0;
  for (const SimulatedOnce& run : runs)
    sum += epoch < run.per_epoch.size() ? run.per_epoch[epoch].total.value : 0;
  return sum;
}

// Compute stays; what is lost beside it changes so that it all takes `times` as long.
StallTimes longer(const StallTimes& epoch, double times) {
  const double lost = epoch.stall().value;
  const double more = lost > 0 ? std::max(0.0, (epoch.total.value * times - epoch.compute.value) / lost) : 1;
  StallTimes out;
  out.add(epoch, more);
  out.compute = epoch.compute;
  out.total = epoch.compute + Seconds{lost * more};
  return out;
}

// An epoch of all accelerators that says how later ones go, and what the same one takes of the part's replications.
struct LikeLater {
  StallTimes whole;
  double part_seconds = 0;

  StallTimes that_takes(double of_part) const {
    return longer(whole, part_seconds > 0 ? of_part / part_seconds : 1);
  }
};

// Epochs that a part had and the whole had not: as those of the whole that are like them, on average, but longer or
// shorter as they are in the part. `full`: the one on full caches. Returns how much farther AU strays by chance, as few
// epochs say what more of them would.
double add_epochs(SimulatedOnce& whole, const std::vector<SimulatedOnce>& of_part,
                  const std::optional<LikeLater>& full) {
  const std::size_t made = whole.per_epoch.size(), all = of_part.front().per_epoch.size();
  if (made == 0 || all <= made) return 1;
  const std::vector<double>& weights = of_part.front().weights;
  std::vector<LikeLater> alike;
  const std::size_t first = made > 1 ? 1 : 0;
  for (std::size_t e = first; e < made; ++e) alike.push_back({whole.per_epoch[e], seconds_of(of_part, e)});
  if (full) alike.push_back(*full);
  const auto each = 1 / static_cast<double>(alike.size());
  double later = 0, before = 0, now = 0;
  for (std::size_t e = made; e < all; ++e) {
    StallTimes mean;
    for (const LikeLater& epoch : alike) mean.add(epoch.that_takes(seconds_of(of_part, e)), each);
    whole.per_epoch.push_back(mean);
    later += weights[e];
  }
  StallTimes sum;
  for (std::size_t e = 0; e < all; ++e) {
    sum.add(whole.per_epoch[e], weights[e]);
    before += weights[e] * weights[e];
    const double carried = weights[e] + (e >= first ? later * each : 0);
    if (e < made) now += carried * carried;
  }
  if (full) now += later * each * later * each;
  const double au = sum.total.value > 0 ? sum.compute / sum.total : 0;
  const double times = whole.au > 0 ? au / whole.au : 1;  // a sample takes as much compute in every epoch
  whole.weights = weights;
  whole.stalls = sum;
  whole.au = au;
  whole.samples = whole.samples * times;
  whole.bytes = whole.bytes * times;
  whole.cache_hit_share = 0;
  for (const SimulatedOnce& run : of_part)
    whole.cache_hit_share += run.cache_hit_share / static_cast<double>(of_part.size());
  return std::sqrt(now / before);
}

// Replications of one case, what their chance is and what the storage's spread makes of the first of them.
// `measured` is the storage whose file says the spread, `storage` the one that is simulated.
void judge(SimulatedRuns& out, const SimulatedCase& c, std::vector<SimulatedOnce>& runs,
           const PredictOptions& options, const StorageSpec& measured, const StorageSpec& storage,
           unsigned threads, std::stop_token stop) {
  runs = replicate(c, options, storage, threads, stop);
  const auto interval = interval_of(runs);
  out.chance = interval ? interval->half_width : 0;
  const Access access = access_of(c.plan);
  const double in_flight = by_time(runs, [](const SimulatedOnce& run) { return run.in_flight; });
  out.spread =
      std::max(least_spread(measured), measured_spread(measured, access.kind, c.plan.loader.read_mode,
                                                       access.operation_bytes(), std::max(in_flight, 1.0)));
  if (!options.spread || out.spread <= 0) return;
  // Of a part's few ranks chance is larger beside what the spread does: the mean over some of its replications.
  const std::uint64_t of = out.part ? std::min<std::uint64_t>(kSpreadReplications, runs.size()) : 1;
  for (std::uint64_t i = 0; i < of; ++i) {
    const auto [slow, fast] = with_spread(c, options, storage, out.spread, i, threads, stop);
    out.slower += (runs[i].au - slow) / static_cast<double>(of);
    out.faster += (fast - runs[i].au) / static_cast<double>(of);
  }
  out.slower = std::max(0.0, out.slower);
  out.faster = std::max(0.0, out.faster);
}

// From AU of a part, of which all was found, to that of the whole, of which one replication was made: time per compute
// is taken to change by as much. One alone strays as far as a single one does, not as far as a mean.
void put_on_whole(SimulatedRuns& runs) {
  const double part = runs.of_part.front().au, whole = runs.whole.front().au;
  const double times = part > 0 ? whole / part : 1;
  runs.chance *= times * std::sqrt(static_cast<double>(runs.of_part.size()));
  runs.slower *= times;
  runs.faster = std::min(runs.faster * times, 1 - whole);
}

}  // namespace

SimulatedRuns run_case(const SimulatedCase& c, const PredictOptions& options, const StorageSpec& storage,
                       std::stop_token stop) {
  SimulatedRuns out;
  out.epochs = c.plan.epochs;
  if (options.replications > 1) out.part = part_of(c, storage, options.most_whole);
  if (!out.part) {
    judge(out, c, out.whole, options, storage, storage, options.threads, std::move(stop));
    return out;
  }
  SimulatedCase whole = c;
  if (out.part->share < kFewEpochsBelow &&
      !c.mostly_warm()) {  // else what stations saw is told of the epoch on full caches
    out.beside_on_full = c.plan.epochs >= kWholeEpochs && c.full_after_first && fits_twice(c);
    whole.plan.epochs = out.beside_on_full ? kWholeEpochs - 1 : std::min(c.plan.epochs, kWholeEpochs);
    whole.warm_epochs = 0;
    if (whole.plan.epochs < c.plan.epochs || c.warm_epochs > 0) {
      take_out_pauses(whole);
      take_out_pauses(out.part->job);
    }
  }
  out.epochs = whole.plan.epochs;
  out.whole.resize(1);
  std::optional<LikeLater> full;
  parallel_for(2, 1, options.threads, stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
    if (i == 0) {
      out.whole.front() = simulate_once(whole, storage, options.seed, 0, stop);
      return;
    }
    judge(out, out.part->job, out.of_part, options, storage, out.part->storage, 1, stop);
    if (!out.beside_on_full) return;
    full.emplace();
    for (std::uint64_t r = 0; r < out.of_part.size(); ++r)
      full->part_seconds +=
          epoch_on_full_caches(out.part->job, out.part->storage, options.seed, r, stop).total.value;
    full->whole = epoch_on_full_caches(whole, storage, options.seed, 0, stop);
  });
  if (stop.stop_requested()) throw Interrupted();
  out.chance *= add_epochs(out.whole.front(), out.of_part, full);
  put_on_whole(out);
  return out;
}

std::optional<Counterfactual> more_workers(const SimulatedCase& c, const SimulatedRuns& runs,
                                           const PredictOptions& options, const StorageSpec& storage,
                                           std::stop_token stop) {
  const Readers readers = readers_of(c.plan);
  if (!c.others.empty() || !readers.have_room()) return std::nullopt;
  SimulatedCase alone = runs.part ? runs.part->job : c;
  alone.plan.step_time = Law{};
  alone.plan.synchronous = false;
  alone.plan.checkpoint = {};
  alone.steps = alone.plan.steps;
  alone.epochs = alone.plan.epochs;
  alone.warm_epochs = 0;
  const std::uint32_t workers = c.plan.loader.workers;
  const std::uint32_t more = readers.useful_workers(workers ? workers * 2 : 4);
  std::array<double, 2> rates{};
  parallel_for(rates.size(), 1, options.threads, stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
    SimulatedCase one = alone;
    if (i == 1) one.plan.loader.workers = more;
    rates[i] =
        simulate_once(one, runs.part ? runs.part->storage : storage, options.seed, 0, stop).samples.value;
  });
  if (stop.stop_requested()) throw Interrupted();
  return Counterfactual{fmt::format("{} workers instead of {}", more, workers), rates[1], more, rates[0]};
}

}  // namespace aforo
