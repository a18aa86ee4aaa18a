#include "plan/steady_network.h"

#include <algorithm>
#include <cmath>

#include "plan/mva.h"
#include "plan/placed_files.h"
#include "plan/step_recursion.h"

namespace aforo {
namespace {

constexpr double kCommonPeriod = 0.1;  // seconds, of CurvePoint::common: how a probe measures it
// Readers up to which the network is solved exactly. Chosen by cost: exact queues take O(n), curves
// O(n^2), and Schweitzer errs least where there are many.
constexpr double kExactQueues = 2000, kExactCurves = 48;

constexpr double kLeastLasting = 1e-3;  // steps, of a shard: less is none, and all places are loaded alike

using Point = SolvedNetwork;

// The AU in (0, high] that `reached` gives back, no nearer than |reached - au|; `high` where it gives more all
// the way. `falls`: the higher the AU, the less is reached, so that what `high` reaches lies below the AU. Where readers
// deliver in order a full storage varies less, and a second such AU may lie far above: it is the lower one that a job
// comes to, so that it is looked for from half of `high` on.
template <class Reached>
double meeting(double high, bool falls, const Reached& reached) {
  constexpr double kNear = 1e-7;  // chosen: far below what a prediction shows
  constexpr int kMost = 60;       // halvings alone take 24
  const double top = high;
  double low = 0, below = 0, above = 0, at = falls ? high : high / 2;
  int last = 0;  // which end moved
  for (int i = 0; i < kMost && high - low > kNear; ++i) {
    const double found = reached(at), gap = found - at;
    if (std::abs(gap) <= kNear || (gap > 0 && at == top)) break;
    // False position; an end that stays twice counts half (Illinois), so that both move.
    if (gap > 0) {
      if (last > 0) above /= 2;
      low = at, below = gap, last = 1;
    } else {
      if (last < 0) below /= 2;
      high = at, above = gap, last = -1;
    }
    const bool both = above < 0 && below > 0;
    at = both ? (low * above - high * below) / (above - below) : std::min(found, top);
    if (!(at > low && at < high) && !(at == top && high == top)) at = (low + high) / 2;
  }
  return at;
}

class Solver {
 public:
  Solver(const Workload& w, const ClosedNetwork& network, const Access& access, const LeadConstants& lead,
         Seconds step)
      : w_(w),
        network_(network),
        access_(access),
        readers_(static_cast<double>(access.readers)),
        producers_(static_cast<double>(access.producers)),
        prefetch_(batches_ahead(access, w)),
        lead_(lead),
        step_(step),
        ranks_(w.accelerator.count),
        batch_(static_cast<double>(w.loader.batch_size)),
        customers_(ranks_ * static_cast<double>(access.readers)) {
    const MvaResult near_result = mva_schweitzer(network.mva, customers_);
    const PerSecond near = near_result.throughput;
    full_ = customers_ <= exactly_up_to() && !is_near(near_result)
                ? mva_exact(network.mva, std::llround(customers_)).throughput
                : near;
    if (std::isfinite(full_.value)) correction_ = full_ / near;
  }

  Point solve(bool at_most) const {
    Point out;
    if (!std::isfinite(full_.value)) return {1, 1e9, 0, Seconds{0}};
    out.correction = correction_;
    const PerSecond wanted{ranks_ * batch_ / step_.value};
    out.ratio = full_ / wanted;
    const Batch all = batch_at(full_, customers_);
    out.first_batch = all.time;
    if (access_.order == BatchOrder::kOnDemand) return on_demand(out, wanted);
    out.ratio = producers_ * step_.value / all.time.value;
    out.au = meeting(std::min(1.0, full_ / wanted * efficiency(all)), access_.order != BatchOrder::kInOrder,
                     [&](double au) { return reached(PerSecond{wanted.value * au}, out.batch_cv); });
    if (!at_most && in_steps() && !is_ahead(out)) out.au = std::min(out.au, stepped(out.au, wanted));
    if (access_.kind == ReadKind::kStream) out.au = 1 / placed_time(1 / out.au);
    return out;
  }

 private:
  // Ranks behind a barrier whose workers have no batch ahead and share a station.
  bool in_steps() const {
    return access_.order == BatchOrder::kByWorker && w_.training.synchronous && prefetch_ < 2 &&
           std::any_of(network_.mva.begin(), network_.mva.end(),
                       [](const MvaStation& s) { return s.kind != MvaKind::kDelay; });
  }

  // Readers make so much more than is consumed that none of their batches is late.
  static bool is_ahead(const Point& point) {
    constexpr double kDeviations = 6,
                     kLeastCv = 0.02;  // of a batch. Chosen: the largest of a million lies at 5
    return point.ratio > 1 + kDeviations * std::max(point.batch_cv, kLeastCv);
  }

  // Step by step, with batches that vary as they do where the steady state is `au`.
  double stepped(double au, PerSecond wanted) const {
    const PerSecond x{wanted.value * au};
    const double cv = batch_at(x, readers_at(x)).cv;
    std::vector<double> rates = grown();
    for (double& rate : rates) rate /= batch_;
    return stepped_au({w_.accelerator.count, static_cast<std::uint32_t>(access_.producers),
                       static_cast<std::uint32_t>(access_.window_batches), cv, step_},
                      rates);
  }

  // Samples per second of 1, 2, ... readers at work.
  std::vector<double> grown() const {
    const auto most = static_cast<std::uint64_t>(std::llround(customers_));
    constexpr std::uint64_t kExactly = 128;  // chosen by cost
    const bool exact = most <= kExactly &&
                       std::none_of(network_.mva.begin(), network_.mva.end(),
                                    [](const MvaStation& s) { return s.kind == MvaKind::kLoadDependent; });
    if (exact) return mva_growth(network_.mva, most);
    std::vector<double> out;
    constexpr double kFurther = 1.15;  // chosen: as good as straight between
    double from = 0, before = 0;
    while (out.size() < most) {
      const double to =
          std::min<double>(static_cast<double>(most), std::max(from + 1, std::floor(from * kFurther)));
      const double now = correction_ * mva_schweitzer(network_.mva, to).throughput.value;
      for (double n = from + 1; n <= to; ++n)
        out.push_back(before + (now - before) * (n - from) / (to - from));
      from = to, before = now;
    }
    return out;
  }

  // Time of a step over its compute where shards lie whole on one of several places each and that of the
  // slowest reader holds up all others; `least`: where all places are loaded alike. A shard lasts some steps, and
  // readers that are ahead by as many have it behind them before anybody waits: places are loaded by what lies
  // there over all that time.
  double placed_time(double least) const {
    const double lasts = readers_ * access_.whole_bytes / access_.bytes_per_sample / batch_;
    const double shards = 1 + prefetch_ / std::max(lasts, kLeastLasting);
    double time = least;
    for (const NetworkStation& s : network_.stations) {
      if (s.placed <= 0) continue;
      const PlacedFiles files{customers_ * s.placed * shards, s.mva.replicas,
                              w_.training.synchronous ? 0 : readers_};
      const double each = s.mva.demand.value / s.placed * batch_ / readers_ / step_.value / shards;
      time += slowest_place(files, least / each) * each - least;
    }
    return time;
  }

  double exactly_up_to() const {
    for (const MvaStation& s : network_.mva)
      if (s.kind == MvaKind::kLoadDependent) return kExactCurves;
    return kExactQueues;
  }

  // Whether the approximation is as good as exact: where nothing is used by more than kIdle it errs by less than
  // 0.025 / readers (20,000 random networks), 1e-4 here. Cores are the same in both.
  bool is_near(const MvaResult& found) const {
    constexpr double kIdle = 0.4, kMany = 200;
    if (customers_ < kMany) return false;
    for (std::size_t i = 0; i < found.stations.size(); ++i)
      if (found.stations[i].utilisation >= kIdle && network_.mva[i].kind != MvaKind::kCores) return false;
    return true;
  }

  double readers_at(PerSecond x) const { return readers_at_work(network_, x, correction_, customers_); }

  struct Batch {
    Seconds time{0};  // of one producer
    double cv = 0;
    double efficiency = 1;  // of readers that deliver in order
  };

  double efficiency(const Batch& batch) const { return batch.efficiency; }

  Batch batch_at(PerSecond throughput, double customers) const {
    const double sample = customers / throughput.value;
    const double cv = network_.sample_cv(throughput, customers);
    Batch out;
    if (access_.order == BatchOrder::kBatchWhole) {
      const double largest = expected_largest_gamma(batch_, cv);
      out.time = {sample * largest};
      out.cv = cv / largest / std::sqrt(1 + std::log(batch_));
    } else if (access_.order == BatchOrder::kInOrder) {
      // Readers that wait for their turn leave the storage to the others: it is as if there were fewer.
      // One that is ahead by several samples averages over them before it waits.
      const double ahead = std::max(1.0, access_.ahead_samples / readers_);
      const double fewer = customers * in_order_efficiency(readers_, cv / std::sqrt(ahead));
      out.efficiency = std::min(1.0, mva_schweitzer(network_.mva, fewer).throughput /
                                         mva_schweitzer(network_.mva, customers).throughput);
      out.time = {batch_ * sample / readers_ / out.efficiency};
      out.cv = cv / std::sqrt(batch_);
    } else {
      out.time = {batch_ * sample};
      out.cv = cv / std::sqrt(batch_);
    }
    return out;
  }

  // The AU that producers reach who find the storage carrying `throughput`.
  double reached(PerSecond throughput, double& batch_cv) const {
    const PerSecond x = std::min(throughput, full_);
    const double jobs = x < full_ ? readers_at(x) : customers_;
    const Batch batch = batch_at(x, jobs);
    batch_cv = batch.cv;
    AuCase c{producers_ * step_.value / batch.time.value,
             batch.cv,
             ranks_,
             producers_,
             prefetch_,
             w_.training.synchronous};
    // What slows all reads at once for 100 ms, as far as the window does not bridge it.
    const double window = producers_ * prefetch_ * step_.value;
    const double common = network_.common_cv(x, jobs) * std::sqrt(kCommonPeriod / (kCommonPeriod + window));
    if (common <= 0) return steady_au(c, lead_);
    const double ratio = c.ratio;
    c.ratio = ratio * (1 + common);
    const double fast = steady_au(c, lead_);
    c.ratio = ratio * std::max(0.05, 1 - common);
    return 2 / (1 / fast + 1 / steady_au(c, lead_));
  }

  // workers = 0: a rank reads while its accelerator waits. Behind a barrier all N read at the same
  // time and then none, so storage is loaded by N or not at all; the slowest waits for nobody where
  // they share a saturated station.
  Point on_demand(Point out, PerSecond wanted) const {
    if (w_.training.synchronous) {
      const Batch batch = batch_at(full_, customers_);
      // The share of a read's time that the others cause, and that ends with them.
      const double shared = 1 - full_.value / (customers_ * mva_schweitzer(network_.mva, 1).throughput.value);
      const double largest = 1 + (expected_largest_gamma(ranks_, batch.cv) - 1) * (1 - shared);
      out.batch_cv = batch.cv;
      out.au = step_.value / (step_.value + batch.time.value * largest);
      return out;
    }
    out.au = meeting(std::min(1.0, full_ / wanted), true, [&](double au) {
      const PerSecond x{wanted.value * au};
      const Batch batch = batch_at(x, readers_at(x));
      out.batch_cv = batch.cv;
      return on_demand_au(step_, batch.time, batch.cv, ranks_, false);
    });
    return out;
  }

  const Workload& w_;
  const ClosedNetwork& network_;
  const Access& access_;
  const double readers_, producers_;  // of one rank
  const double prefetch_;             // batches that each producer may be ahead
  const LeadConstants& lead_;
  const Seconds step_;
  const double ranks_, batch_, customers_;
  PerSecond full_{0};
  double correction_ = 1;  // exact / approximate
};

}  // namespace

double batches_ahead(const Access& access, const Workload& w) {
  const double beyond = access.ahead_samples / static_cast<double>(w.loader.batch_size);
  return (static_cast<double>(access.window_batches) + beyond) / static_cast<double>(access.producers);
}

double readers_at_work(const ClosedNetwork& network, PerSecond throughput, double correction, double most) {
  return customers_at(network.mva, throughput / correction, most);
}

SolvedNetwork steady_network(const Workload& w, const ClosedNetwork& network, const Access& access,
                             const LeadConstants& lead, Seconds step, bool at_most) {
  return Solver(w, network, access, lead, step).solve(at_most);
}

}  // namespace aforo
