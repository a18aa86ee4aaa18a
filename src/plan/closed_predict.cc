#include "plan/closed_predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "base/error.h"
#include "pipeline/readers.h"
#include "plan/cache_form.h"
#include "plan/cache_hits.h"
#include "plan/closed_error.h"
#include "plan/closed_network.h"
#include "plan/job_hosts.h"
#include "plan/requirement.h"
#include "plan/station_place.h"
#include "plan/steady_network.h"

namespace aforo {
namespace {

// Utilisation from which a station is called the limit, and share of a curve's best rate. Chosen,
// as the verdict's kDeviceFull: what is missing to 1 is chance.
constexpr double kSaturated = 0.9;
// Caches of several hosts fill over many epochs. Of those, each that is followed lies so much further
// than the one before, and times between are taken from a straight line. Chosen: that errs by less than the
// form (0.3 points where twice as far erred by 1.3), and is some thirty epochs for a hundred hosts.
constexpr double kNextFollowed = 1.25;
// Of the time of all epochs, up to which an upper bound may leave open what some of those take in which caches fill.
// Chosen: less is not worth the epochs that it takes to know.
constexpr double kBoundNear = 0.003;
constexpr double kAnyNumber = 1e12;  // of epochs, after which caches are as full as they get; any large one
// A part of an epoch's loss that is named although the rest alone misses the target too, as the verdict's.
constexpr double kMostOfLoss = 0.5;

using Point = SolvedNetwork;

// Published: the nodes and weights of four points on [0, 1] (Abramowitz and Stegun, table 25.4).
constexpr std::array<double, 4> kEpochAt = {0.0694318, 0.3300095, 0.6699905, 0.9305682};  // Gauss-Legendre
constexpr std::array<double, 4> kEpochWeight = {0.1739274, 0.3260726, 0.3260726, 0.1739274};

// Everything about one call.
class ClosedForm {
 public:
  ClosedForm(const Workload& w, const StorageSpec& storage, std::uint64_t steps, const ClosedOptions& options)
      : w_(w),
        storage_(storage),
        options_(options),
        steps_(steps),
        access_(access_of(w)),
        hosts_(job_hosts(w.accelerator.count, options.ranks_per_host)),
        maker_(w, storage, hosts_, access_) {
    const double ranks = w.accelerator.count;
    // Steps that vary meet at the barrier too.
    const double mean = law_mean(w.accelerator.step_time);
    slowest_ =
        w.training.synchronous ? 1 + expected_largest_normal(ranks) * law_cv(w.accelerator.step_time) : 1;
    step_ = {mean * slowest_};
    out_.concurrency = ranks * static_cast<double>(access_.readers);
  }

  ClosedPrediction run() {
    const std::uint64_t epochs = std::max<std::uint64_t>(1, w_.training.epochs);
    if (options_.at_most && !storage_.caches.empty()) whole_ = last_ = best_epoch(epochs);
    if (whole_ >= w_.training.au_target) whole_ = static_cast<double>(epochs) / time_of(epochs);
    out_.au = whole_ * checkpoint_factor(w_.checkpoint.every, options_.checkpoint_pause);
    out_.samples = {out_.au * w_.accelerator.count * static_cast<double>(w_.loader.batch_size) /
                    law_mean(w_.accelerator.step_time)};
    out_.bytes = {out_.samples.value * access_.bytes_per_sample};
    if (options_.at_most) return std::move(out_);
    find_limit();
    state_error();
    return std::move(out_);
  }

 private:
  // Of all epochs, where one at full utilisation takes 1. The cold one first, then those while caches
  // fill, then all others, which are alike: a sum of times, so that an epoch counts by what it takes.
  double time_of(std::uint64_t epochs) {
    double before = 1 / epoch(0), sum = before;
    std::uint64_t at = 0;
    const std::uint64_t filling = std::min(epochs - 1, epochs_until_filled(w_, storage_, hosts_));
    while (at < filling && !options_.at_most) {
      const auto further = static_cast<std::uint64_t>(std::ceil(static_cast<double>(at) * kNextFollowed));
      const std::uint64_t next = std::min(filling, std::max(at + 1, further));
      const double now = 1 / epoch(static_cast<double>(next));
      sum += time_between(at, next, before, now);
      before = now, at = next;
    }
    if (options_.at_most && filling > 0) {
      // The last before they are full is taken to replace nothing yet, and may be the faster one.
      const double last_filling = 1 / epoch(static_cast<double>(filling));
      sum += least_between(0, filling, before, last_filling, kBoundNear * static_cast<double>(epochs));
      before = std::min(last_filling, 1 / epoch(kAnyNumber));
      at = filling;
    } else if (at > 1 && epochs - 1 > at) {
      before = 1 / epoch(kAnyNumber);
    }
    last_ = 1 / before;
    return sum + static_cast<double>(epochs - 1 - at) * before;
  }

  // What epochs at + 1 ... next take at least, where those of `at` and `next` are known: what an epoch takes falls, or
  // rises, while caches fill. By halves, until it is known to within `near`.
  double least_between(std::uint64_t at, std::uint64_t next, double before, double now, double near) {
    const double steps = static_cast<double>(next - at);
    if (next - at < 2 || steps * std::abs(before - now) <= near) return steps * std::min(before, now);
    const auto root =
        static_cast<std::uint64_t>(std::sqrt(static_cast<double>(std::max<std::uint64_t>(1, at) * next)));
    const std::uint64_t middle = std::clamp(root, at + 1, next - 1);
    const double then = 1 / epoch(static_cast<double>(middle));
    return least_between(at, middle, before, then, near) + least_between(middle, next, then, now, near);
  }

  // Of epochs at + 1 ... next, where those of `at` and `next` are known: in a straight line over what caches of
  // several hosts hold meanwhile, 1 - q^e with q = 1 - 1/N (filled_share).
  double time_between(std::uint64_t at, std::uint64_t next, double before, double now) const {
    const double q = 1 - 1 / hosts_, steps = static_cast<double>(next - at);
    const double from = std::pow(q, at), to = std::pow(q, next);
    if (!(from > to)) return steps * now;
    const double left = from * q * (1 - std::pow(q, steps)) / (1 - q);  // sum of q^e
    return steps * before + (now - before) * (steps * from - left) / (from - to);
  }

  double epoch(double e) {
    double time = 0;
    const std::vector<double> at_first = cache_hits_at(w_, storage_, hosts_, e, kEpochAt.front());
    // What is pinned, full or empty answers the same all along.
    const bool profile = at_first != cache_hits_at(w_, storage_, hosts_, e, kEpochAt.back());
    for (std::size_t i = 0; i < (profile ? kEpochAt.size() : 1); ++i) {
      const Point& point = solved_at(i == 0 ? at_first : cache_hits_at(w_, storage_, hosts_, e, kEpochAt[i]));
      time += (profile ? kEpochWeight[i] : 1) / point.au;
      if (i == 0) set_fill(point);
      out_.ratio = point.ratio;
      out_.batch_cv = point.batch_cv;
      correction_ = point.correction;
    }
    out_.steady = 1 / time / slowest_;
    return epoch_au(out_.steady, steps_, Seconds{step_.value / slowest_}, out_.fill);
  }

  // What any epoch reaches at most: hits fall along an epoch, so that its beginning all along is more. While
  // they fill, caches are taken to replace nothing, and may answer more than when they are full.
  double best_epoch(std::uint64_t epochs) {
    double most = 0;
    for (const double e :
         {static_cast<double>(std::min(epochs - 1, epochs_until_filled(w_, storage_, hosts_))), kAnyNumber}) {
      most =
          std::max(most, solved_at(cache_hits_at(w_, storage_, hosts_, e, kEpochAt.front())).au / slowest_);
    }
    return most;
  }

  // Epochs have states of the caches in common: full ones, and those that a bound looked at before.
  const Point& solved_at(std::vector<double> hits) {
    const auto known =
        std::find_if(states_.begin(), states_.end(), [&](const State& s) { return s.hits == hits; });
    if (known != states_.end()) {
      now_ = &*known;
      return now_->point;
    }
    states_.push_back({std::move(hits), {}, {}});
    now_ = &states_.back();
    states_.back().network = maker_.with(now_->hits);
    states_.back().point = solved();
    return now_->point;
  }

  // The network as it is now.
  Point solved() const {
    const auto solve = [&] {
      Point out = steady_network(w_, now_->network, access_, options_.lead, step_, options_.at_most);
      if (access_.order != BatchOrder::kOnDemand)
        out.longest =
            expected_largest_gamma(w_.training.synchronous ? w_.accelerator.count : 1.0, out.batch_cv);
      return out;
    };
    if (options_.solved == nullptr || !now_->network.plain()) return solve();
    SolvedNetworks::Key key = now_->network.key();
    for (const double number :
         {step_.value, double(w_.accelerator.count), double(w_.loader.batch_size), double(access_.readers),
          double(access_.producers), batches_ahead(access_, w_), double(access_.order),
          double(w_.training.synchronous), double(options_.at_most), options_.lead[0], double(access_.kind),
          access_.whole_bytes, access_.bytes_per_sample, access_.ahead_samples})
      append_bytes(key, number);
    if (const auto found = options_.solved->find(key)) return *found;
    const Point out = solve();
    options_.solved->keep(std::move(key), out);
    return out;
  }

  MvaResult loads(double au) const {
    const double ranks = w_.accelerator.count;
    const PerSecond x{ranks * static_cast<double>(w_.loader.batch_size) / step_.value * au};
    const double readers = readers_at_work(now_->network, x, correction_, ranks * double(access_.readers));
    return mva_schweitzer(now_->network.mva, std::max(1.0, readers));
  }

  // What an epoch takes beyond its steps in the steady state. Each producer makes a batch per round of T, W
  // in all, and each is consumed for a step Z once it is there, one after another. So the epoch's S steps end
  // no sooner than its first batch and all S steps; the last round that is whole and its W steps and those
  // behind it; and the last round, which is quicker as far as some have no work in it and readers share a
  // station, and its steps. The first of these decides where producers keep up (T < W Z), at T = W Z all meet.
  void set_fill(const Point& point) {
    if (access_.order == BatchOrder::kOnDemand) return;
    const double batch = static_cast<double>(w_.loader.batch_size), more = double(access_.shuffle_samples);
    const double workers = static_cast<double>(access_.producers), steps = static_cast<double>(steps_);
    const double all = point.first_batch.value, step = step_.value;
    const double whole = std::ceil(steps / workers) - 1, part = steps / workers - whole;
    const bool keep_up = all <= workers * step;
    const double last = keep_up && whole > 0 ? all : all * share_of_round(part, all);
    double end = (whole > 0 ? all : last) * point.longest + steps * step;
    if (!keep_up) end = std::max(end, whole * all + last + part * workers * step);
    if (!keep_up && whole > 0) end = std::max(end, whole * all + (1 + part) * workers * step);
    out_.fill = {all * more / batch + end - std::max(steps * step, (whole + part) * all)};
  }

  // Of a round of `all`: what one takes in which only that part of all producers have work.
  double share_of_round(double part, double all) const {
    const double readers = std::max(1.0, part * out_.concurrency);
    const PerSecond rate = mva_schweitzer(now_->network.mva, readers).throughput;
    const double alone = static_cast<double>(w_.loader.batch_size * access_.producers) * readers /
                         static_cast<double>(access_.readers) / rate.value;
    return std::min(1.0, alone / all);
  }

  void find_limit() {
    find_loss();
    out_.loss = out_.limit;
    if (out_.au < w_.training.au_target) return;
    out_.limit_station.clear();
    limited_by(Limit::kNone);
  }

  void find_loss() {
    if (const auto part = largest_part()) {
      limited_by(*part);
      return;
    }
    const MvaResult loads = this->loads(out_.steady * slowest_);
    std::size_t busiest = 0;
    for (std::size_t i = 0; i < loads.stations.size(); ++i)
      if (loads.stations[i].utilisation > loads.stations[busiest].utilisation) busiest = i;
    const double start = out_.steady - last_;
    if (!loads.stations.empty() && loads.stations[busiest].utilisation >= kSaturated && saturates(busiest)) {
      const NetworkStation& station = now_->network.stations[busiest];
      out_.limit_station = station.mva.name;
      StationPlace place = station_place(storage_, out_.limit_station);
      if (place.curves != nullptr && station.curve)
        place.client = station.curve->bound_by_host(out_.concurrency);
      limited_by(limit_at(place));
    } else if (start > 1 - out_.steady) {
      limited_by(Limit::kEpochStart);
    } else if (out_.ratio < 1 || !w_.training.synchronous || w_.accelerator.count < 2) {
      const Readers readers = readers_of(w_);
      limited_by(readers.own_shards && !readers.have_room() ? Limit::kFewShards : Limit::kLoaderSettings);
    } else {
      limited_by(Limit::kBarrierSkew);
    }
  }

  void limited_by(Limit limit) {
    out_.limited_by = limit;
    out_.limit = to_string(limit);
    if (limit == Limit::kLoaderSettings) out_.limit = "loader workers";
    if (!out_.limit_station.empty()) out_.limit = out_.limit_station;
  }

  // What stands beside the steady state: checkpoints, or a first epoch that finds its caches cold. Named
  // where the target is met without it, or where it is most of what is lost. Nothing else: absent.
  std::optional<Limit> largest_part() const {
    const double all = 1 / out_.au, lost = all - 1;
    const double paused = all - 1 / whole_, cold = 1 / whole_ - 1 / last_;
    const double part = std::max(paused, cold), target = w_.training.au_target;
    if (part <= 0 || (part < kMostOfLoss * lost && 1 / (all - part) < target)) return std::nullopt;
    return paused > cold ? Limit::kCheckpoints : Limit::kColdCache;
  }

  // A curve is the limit where more in flight would not make it faster.
  bool saturates(std::size_t i) const {
    const NetworkStation& s = now_->network.stations[i];
    if (!s.curve) return true;
    const double used = s.mva.rate(out_.concurrency), more = s.mva.rate(4 * out_.concurrency);
    return used >= kSaturated * more;
  }

  ErrorKind kind() const {
    if (!storage_.caches.empty()) return ErrorKind::kCached;
    if (access_.order == BatchOrder::kOnDemand) return ErrorKind::kOnDemand;
    if (access_.kind == ReadKind::kStream) return on_places() ? ErrorKind::kPlaced : ErrorKind::kStreams;
    if (access_.order == BatchOrder::kInOrder) return ErrorKind::kInOrder;
    for (const MvaStation& s : now_->network.mva)
      if (s.kind != MvaKind::kDelay) return ErrorKind::kShared;
    return ErrorKind::kIndependent;
  }

  bool on_places() const {
    return std::any_of(now_->network.stations.begin(), now_->network.stations.end(),
                       [](const NetworkStation& s) { return s.placed > 0 && s.mva.replicas > 1; });
  }

  void state_error() {
    const ErrorClass found =
        closed_error({kind(), out_.ratio, out_.batch_cv, batches_ahead(access_, w_),
                      static_cast<double>(steps_) / static_cast<double>(access_.producers)});
    const double error = out_.error = found.error;
    out_.error_class = found.name;
    const double top = std::min(1.0, out_.ratio);
    out_.au_low = std::max(0.0, out_.au - error);
    out_.au_high = std::clamp(out_.au + error, out_.au, std::max(out_.au, top));
    out_.near = error <= kNearError && access_.order != BatchOrder::kInOrder &&
                access_.order != BatchOrder::kBatchWhole && storage_.caches.empty() &&
                now_->network.as_simulated;
    out_.notes.insert(out_.notes.end(), now_->network.notes.begin(), now_->network.notes.end());
    if (access_.order == BatchOrder::kInOrder)
      out_.notes.push_back("readers that deliver in order are approximated by their mean efficiency");
    if (access_.kind == ReadKind::kStream && on_places())
      out_.notes.push_back(
          "shards are taken to lie on disks at random, where the fullest holds up all others");
    if (storage_.caches.size() > 1)
      out_.notes.push_back("each cache is taken to see the others' misses in random order");
    if (!out_.near)
      out_.notes.push_back(
          fmt::format("such jobs were predicted within {:.1f} points in 19 of 20 cases", 100 * error));
  }

  const Workload& w_;
  const StorageSpec& storage_;
  const ClosedOptions& options_;
  const std::uint64_t steps_;
  const Access access_;
  const double hosts_;
  NetworkMaker maker_;
  double slowest_ = 1;
  double last_ = 1;   // AU of the last epoch
  double whole_ = 1;  // of all of them, without checkpoints
  Seconds step_{0};   // of the slowest rank
  // Of the caches, and what comes of it.
  struct State {
    std::vector<double> hits;
    ClosedNetwork network;
    Point point;
  };
  std::deque<State> states_;
  const State* now_ = nullptr;  // of these, the one that was looked at last
  double correction_ = 1;       // of its network
  ClosedPrediction out_;
};

std::uint64_t steps_of(const Workload& w) {
  if (w.training.steps > 0) return w.training.steps;
  const std::uint64_t global = w.loader.batch_size * w.accelerator.count;
  return w.dataset.samples / global + (!w.loader.drop_last && w.dataset.samples % global != 0);
}

}  // namespace

ClosedPrediction predict_closed(const Workload& workload, const StorageSpec& storage, std::uint64_t steps,
                                const ClosedOptions& options) {
  if (steps == 0) steps = steps_of(workload);
  if (steps == 0)
    throw UserError(
        fmt::format("expected a dataset of at least one whole step of {} samples, found {}; give --steps",
                    workload.loader.batch_size * workload.accelerator.count, workload.dataset.samples));
  if (!(law_mean(workload.accelerator.step_time) > 0))
    throw UserError(
        fmt::format("expected a step time above 0 for '{}', found 0; give --step-time", workload.name));
  return ClosedForm(workload, storage, steps, options).run();
}

}  // namespace aforo
