#include "train/trials.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "pipeline/plan_job.h"
#include "pipeline/readers.h"
#include "storage/machine.h"
#include "storage/request_rate.h"
#include "train/job_setup.h"
#include "world/cache_reset.h"

namespace aforo {
namespace {

// Chosen: what a missed target may cost beyond the run itself, for a re-run on null storage
// and for each with other settings. Their noise is what the verdict's kWorthwhile and
// kNearCeiling allow for.
constexpr Seconds kCeilingTime{1.0};
constexpr Seconds kWindowTime{1.5};
constexpr Seconds kRequestTime{0.5};
constexpr Bytes kSmallPiece{4096};             // takes a connection no time beside the request itself
constexpr Bytes kMostMeasured{8 << 20};        // of one request
constexpr std::uint32_t kMoreConcurrency = 4;  // times the workers: a gain of 15 % shows, wherever it starts
constexpr FileId kMostDropped = 200'000;       // files: a second or two
// Of the run's bytes, from the cache: more is a warm run, whose storage hardly matters.
constexpr double kMostlyCached = 0.5;
constexpr double kOtherCache = 0.2;  // of the bytes: more than this warmer says nothing of the storage

// Of the readers, whoever took the samples: for re-runs without compute.
double samples_per_second(const MeasuredJob& job) {
  return static_cast<double>(job.result.readers.samples) / job.wall().value;
}

// At most one pass over the data, so that nothing is read twice within it, in batches small enough that
// `workers` of every rank have some to read.
JobPlan one_pass(JobPlan plan, std::uint32_t workers) {
  const std::uint64_t per_rank = std::max<std::uint64_t>(plan.layout->samples() / plan.ranks.all, 1);
  plan.loader.batch_size = std::clamp<std::uint64_t>(per_rank / (4 * workers), 1, plan.loader.batch_size);
  plan.steps = std::max<std::uint64_t>(per_rank / plan.loader.batch_size, 1);
  return plan;
}

// Runs one after another on the storage that a job was run on.
class Trial {
 public:
  Trial(const JobSettings& settings, const RunOptions& options, const Traffic& traffic, std::stop_token stop)
      : settings_(settings), options_(options), stop_(std::move(stop)), share_(traffic.cache_share()) {
    settings_.hard_limit = kWindowTime;
  }

  std::optional<double> run(const JobPlan& plan) {
    forget(plan);
    WatchOptions watch;
    watch.ranks = plan.ranks.here;
    const MeasuredJob job = run_job(plan, settings_, std::move(watch), stop_);
    if (stop_.stop_requested() || job.result.readers.samples == 0) return std::nullopt;
    const auto share = traffic_of(job).cache_share();
    if (!share || !share_) return samples_per_second(job);
    if (*share > *share_ + kOtherCache) return std::nullopt;
    return samples_per_second(job) * (*share_ < kMostlyCached ? (1 - *share) / (1 - *share_) : 1);
  }

  bool lacks_files(const JobPlan& plan) const {
    return files_lack(plan, settings_.engine, settings_.io_threads).has_value();
  }

 private:
  void forget(const JobPlan& plan) {
    CacheReset reset(*settings_.store, *plan.layout);
    if (options_.drop_caches)
      reset.drop(stop_);
    else if (!options_.cache_expected && share_.value_or(0) < kMostlyCached &&
             plan.layout->files() <= kMostDropped)
      reset.drop_data(plan.layout->files(), stop_);
  }

  JobSettings settings_;
  const RunOptions& options_;
  std::stop_token stop_;
  std::optional<double> share_;  // of the job itself
};

// As it is, and with other readers; `change` in words.
std::optional<Counterfactual> compare(Trial trial, const JobPlan& now, JobPlan other, std::string change) {
  other.loader.seed += 1;
  if (trial.lacks_files(other)) return std::nullopt;
  const auto first = trial.run(now);
  if (!first) return std::nullopt;
  const auto second = trial.run(other);
  if (!second) return std::nullopt;
  return Counterfactual{std::move(change), *second, other.loader.workers, *first};
}

}  // namespace

std::optional<double> null_ceiling(const JobPlan& plan, const JobSettings& settings, std::stop_token stop) {
  JobSettings null = settings;
  null.engine = EngineKind::kNull;
  null.hard_limit = kCeilingTime;
  WatchOptions watch;
  watch.ranks = plan.ranks.here;
  const MeasuredJob job = run_job(without_compute(plan), null, std::move(watch), stop);
  if (stop.stop_requested() || job.result.readers.samples == 0) return std::nullopt;
  return samples_per_second(job);
}

std::optional<RequestCeiling> request_ceiling(const Store& store, Bytes size, unsigned io_threads,
                                              std::stop_token stop) {
  constexpr unsigned kInFlight = 8;  // enough that the engine never waits for its server
  const std::unique_ptr<Store> twin = store.at_no_cost();
  if (!twin) return std::nullopt;
  const auto rate =
      request_rate(*twin, {"x"}, std::clamp(size, Bytes{1}, kMostMeasured), kInFlight, kRequestTime, stop);
  if (!rate || rate->cpu.value <= 0) return std::nullopt;
  const unsigned cores = available_cores();
  const unsigned loops = io_threads == 0 ? cores : std::min(io_threads, cores);
  return RequestCeiling{loops / rate->cpu.value};
}

double with_requests(double null_ceiling, const RequestCeiling& ceiling, double requests_per_sample) {
  if (null_ceiling <= 0 || requests_per_sample <= 0) return null_ceiling;
  return 1 / (1 / null_ceiling + requests_per_sample / ceiling.per_second);
}

void add_ceiling(Evidence& evidence, const JobPlan& plan, const JobSettings& settings, Json& record,
                 const std::stop_token& stop) {
  evidence.null_ceiling = null_ceiling(plan, settings, stop);
  if (!evidence.null_ceiling) return;
  if (evidence.remote)
    if (const auto requests =
            request_ceiling(*settings.store, evidence.read_size, settings.io_threads, stop)) {
      evidence.null_ceiling =
          with_requests(*evidence.null_ceiling, *requests, evidence.remote->requests_per_sample);
      set_number(record["requests"], "client_per_second", requests->per_second);
    }
  set_number(record, "null_ceiling_samples_per_second", *evidence.null_ceiling);
}

double small_requests(const Store& store, const JobPlan& plan, unsigned in_flight, std::stop_token stop) {
  constexpr FileId kMostNames = 10'000;
  std::vector<std::string> names;
  const FileId files = plan.layout->files(), step = std::max<FileId>(1, files / kMostNames);
  for (FileId file = 0; file < files; file += step) names.push_back(plan.layout->path(file));
  const auto rate = request_rate(store, names, kSmallPiece, in_flight, kWindowTime, stop);
  return rate ? rate->per_second : 0;
}

ReaderTrials try_readers(const JobPlan& plan, const JobSettings& settings, const RunOptions& options,
                         const Traffic& traffic, std::stop_token stop) {
  const Readers readers = readers_of(plan);
  const std::uint32_t workers = plan.loader.workers;
  const Trial trial(settings, options, traffic, std::move(stop));
  ReaderTrials out;
  if (readers.have_room()) {
    const std::uint32_t more = readers.useful_workers(std::max(workers, 1U) * kMoreConcurrency);
    const JobPlan now = one_pass(without_compute(plan), more);
    JobPlan other = now;
    other.loader.workers = more;
    out.more = compare(trial, now, other, fmt::format("{} workers instead of {}", more, workers));
    return out;
  }
  const JobPlan now = one_pass(without_compute(plan), std::max(workers, 1U));
  JobPlan other = now;
  if (const auto busy = static_cast<std::uint32_t>(readers.now); busy >= 2) {
    other.loader.workers = busy / 2;
    out.fewer = compare(trial, now, other, fmt::format("{} workers instead of {}", busy / 2, workers));
  } else if (const std::uint32_t all = plan.ranks.all; plan.ranks.in_one_process() && all >= 2) {
    other.ranks = all / 2;
    out.fewer = compare(trial, now, other, fmt::format("{} accelerators instead of {}", all / 2, all));
  }
  return out;
}

}  // namespace aforo
