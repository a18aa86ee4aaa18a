#include "accuracy/cross_check_jobs.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/random.h"
#include "measure/au.h"
#include "sim/simulate.h"

namespace aforo {
namespace {

constexpr double kSample = 100e3;     // bytes
constexpr double kRead = 1e-3;        // seconds of a read that is alone
constexpr double kHalfWidth = 0.003;  // AU; the simulation ends there
constexpr std::uint64_t kLeastSteps = 300, kMostSteps = 100000;

constexpr std::array<std::pair<CheckGroup, std::size_t>, 12> kCounts = {{{CheckGroup::kIndependent, 400},
                                                                         {CheckGroup::kPipe, 150},
                                                                         {CheckGroup::kCurve, 220},
                                                                         {CheckGroup::kTandem, 150},
                                                                         {CheckGroup::kMetadata, 50},
                                                                         {CheckGroup::kAsynchronous, 60},
                                                                         {CheckGroup::kFewSteps, 60},
                                                                         {CheckGroup::kInOrder, 40},
                                                                         {CheckGroup::kOnDemand, 40},
                                                                         {CheckGroup::kCached, 40},
                                                                         {CheckGroup::kPlaced, 60},
                                                                         {CheckGroup::kStreams, 30}}};

// Files whose sizes are a table's, over and over; or shards of samples that are all alike.
class TableLayout final : public Layout {
 public:
  TableLayout(const DatasetSpec& spec)
      : Layout(spec.layout, Content::kRaw), count_(spec.samples), per_file_(spec.samples_per_file) {
    Random random(spec.seed);
    const std::uint64_t entries =
        spec.sample_size.kind == LawKind::kConstant ? 1 : std::min<std::uint64_t>(count_, 1 << 16);
    for (std::uint64_t i = 0; i < entries; ++i) {
      sizes_.push_back(static_cast<std::uint64_t>(std::max(1.0, draw(spec.sample_size, random))));
      largest_ = std::max(largest_, sizes_.back());
    }
    for (std::uint64_t i = 0; i < files(); ++i) total_ += file_size(i);
  }
  std::uint64_t samples() const override { return count_; }
  std::uint64_t files() const override { return count_ / per_file_; }
  SampleLocation locate(SampleId sample) const override {
    const std::uint64_t size = sizes_[sample % sizes_.size()];
    return {sample / per_file_, sample % per_file_ * size, size, per_file_ == 1};
  }
  std::uint64_t samples_in(FileId) const override { return per_file_; }
  SampleId first_sample(FileId file) const override { return file * per_file_; }
  std::uint64_t file_size(FileId file) const override { return sizes_[file % sizes_.size()] * per_file_; }
  std::size_t path(FileId, std::span<char, kMaxPath> out) const override { return out[0] = 0; }
  std::uint64_t largest_sample() const override { return largest_; }
  std::uint64_t total_bytes() const override { return total_; }

 private:
  std::uint64_t count_, per_file_, largest_ = 0, total_ = 0;
  std::vector<std::uint64_t> sizes_;
};

Law law(LawKind kind, double mean, double cv) { return {kind, mean, mean * cv, 0, 0, {}}; }

double normal_quantile(double p) {
  double low = -8, high = 8;
  for (int i = 0; i < 60; ++i) {
    const double x = (low + high) / 2;
    (0.5 * std::erfc(-x / std::sqrt(2.0)) < p ? low : high) = x;
  }
  return low;
}

Station latency(double cv) {
  Station s;
  s.name = "latency";
  s.kind = StationKind::kLatency;
  s.latency = law(LawKind::kGamma, kRead, cv);
  return s;
}
Station pipe(double per_second) {
  Station s;
  s.name = "pipe";
  s.kind = StationKind::kBandwidth;
  s.bandwidth = {kSample * per_second};
  return s;
}

// Constant latency up to `saturation` in flight, lognormal jitter.
ReadCurve curve(double saturation, double cv) {
  std::vector<double> jitter;
  const double variance = std::log1p(cv * cv);
  constexpr int kParts = 512;
  for (int i = 0; i <= kParts; ++i) {
    const double u = std::clamp(static_cast<double>(i) / kParts, 0.0002, 0.9998);
    jitter.push_back(std::exp(std::sqrt(variance) * normal_quantile(u) - variance / 2));
  }
  ReadCurve out;
  out.size = kSample;
  out.points = {{1, {1 / kRead}, 0, jitter, 0}};
  if (saturation > 1) out.points.push_back({saturation, {saturation / kRead}, 0, jitter, 0});
  return out;
}

template <class T>
T one_of(Random& random, std::initializer_list<T> values) {
  return *(values.begin() + random.below(values.size()));
}

TierSpec& tier_of(CheckJob& job) {
  job.storage.tiers.resize(1);
  job.storage.tiers[0].name = "tier";
  return job.storage.tiers[0];
}

void draw_storage(CheckJob& job, Random& random) {
  const double readers = job.workload.accelerator.count * std::max<double>(1, job.workload.loader.workers);
  // Where the pipe saturates: fewer readers than there are, or more.
  const double place = std::exp(std::log(4.0) * (2 * random.uniform() - 1.4));
  TierSpec& tier = tier_of(job);
  switch (job.group) {
    case CheckGroup::kIndependent:
      tier.stations = {latency(job.cv)};
      break;
    case CheckGroup::kPipe:
      job.workload.dataset.sample_size = law(LawKind::kLognormal, kSample, job.cv);
      tier.stations = {pipe(1 / kRead)};
      break;
    case CheckGroup::kMetadata: {
      Station names;
      names.name = "names";
      names.kind = StationKind::kMetadata;
      names.servers = static_cast<std::uint32_t>(1 + random.below(4));
      names.rate = {readers * place / kRead / names.servers};
      tier.stations = {names, latency(job.cv), pipe(readers * place * (0.5 + random.uniform()) / kRead)};
      break;
    }
    case CheckGroup::kTandem:
    case CheckGroup::kFewSteps:
      tier.stations = {latency(job.cv), pipe(readers * place / kRead)};
      break;
    case CheckGroup::kCached: {
      tier.stations = {pipe(1 / kRead)};
      CacheSpec cache;
      cache.name = "page cache";
      cache.size = Bytes{static_cast<std::uint64_t>((0.2 + 0.7 * random.uniform()) * kSample *
                                                    static_cast<double>(job.workload.dataset.samples))};
      cache.policy = one_of(random, {CachePolicy::kPinned, CachePolicy::kLru, CachePolicy::kRandom});
      job.storage.caches = {cache};
      break;
    }
    case CheckGroup::kPlaced: {
      Station disks;
      disks.name = "disks";
      disks.kind = StationKind::kDisk;
      disks.servers =
          static_cast<std::uint32_t>(std::max(2.0, readers * 0.05 * std::pow(20.0, random.uniform())));
      disks.seek = {3e-3 + 5e-3 * random.uniform()};
      disks.bandwidth = {200e6 + 200e6 * random.uniform()};
      disks.chunk = Bytes{4 << 20};
      tier.stations = {latency(0), disks};
      break;
    }
    case CheckGroup::kStreams:
      tier.stations = {latency(job.cv), pipe(readers * place / kRead)};
      tier.stations[0].latency.mean *= 30, tier.stations[0].latency.stddev *= 30;
      break;
    default:
      tier.curves = {curve(one_of(random, {1.0, 4.0, 16.0, 64.0, 256.0}), job.cv)};
  }
}

bool of_shards(CheckGroup group) { return group == CheckGroup::kPlaced || group == CheckGroup::kStreams; }

// Latency, then a pipe, sample by sample.
bool in_series(const CheckJob& job) {
  return job.group == CheckGroup::kTandem || job.group == CheckGroup::kFewSteps || of_shards(job.group);
}

// As frameworks pack them: a shard of 30 to 150 MB lasts some steps, and each reader finds twenty.
void draw_shards(CheckJob& job, Random& random) {
  Workload& w = job.workload;
  w.loader.framework = Framework::kTensorflow;
  w.loader.batch_size = one_of<std::uint64_t>(random, {16, 64, 256});
  w.loader.transfer_size = Bytes{one_of<std::uint64_t>(random, {1 << 20, 4 << 20, 8 << 20})};
  w.dataset.layout = LayoutKind::kTfrecord;
  w.dataset.samples_per_file = 300 + random.below(1200);
  w.accelerator.count = static_cast<std::uint32_t>(1U << random.below(7));
  w.dataset.samples = 20 * w.dataset.samples_per_file * w.accelerator.count * w.loader.workers;
}

std::uint64_t steps_for(const CheckJob& job, Random& random) {
  const LoaderSpec& loader = job.workload.loader;
  const double ranks = job.workload.accelerator.count, batch = static_cast<double>(loader.batch_size);
  if (job.group == CheckGroup::kFewSteps) return 8 + random.below(100);
  if (job.group == CheckGroup::kCached)
    return job.workload.dataset.samples / (job.workload.accelerator.count * loader.batch_size);
  const bool one_by_one =
      job.group == CheckGroup::kMetadata || job.group == CheckGroup::kInOrder || in_series(job);
  if (of_shards(job.group)) {  // each sample takes its turn, and each request passes the stations
    const double requests = batch * kSample / static_cast<double>(loader.transfer_size.value);
    return static_cast<std::uint64_t>(std::clamp(3e6 / ranks / (batch / 4 + 4 * requests), 200.0, 5000.0));
  }
  const double events = ranks * (one_by_one ? 4 * batch : 4 + batch / 4);
  return static_cast<std::uint64_t>(
      std::clamp((one_by_one ? 1.2e7 : 4e7) / events, double{kLeastSteps}, double{kMostSteps}));
}

CheckJob draw_job(CheckGroup group, std::uint64_t seed) {
  Random random(seed);
  CheckJob job;
  job.group = group;
  job.fitted = seed >> 20 & 1;
  Workload& w = job.workload;
  w.name = "check";
  w.dataset.samples = 1'000'000;
  w.dataset.sample_size = law(LawKind::kConstant, kSample, 0);
  w.loader.batch_size = one_of<std::uint64_t>(random, {1, 2, 4, 8, 16, 32});
  w.loader.workers = static_cast<std::uint32_t>(1 + random.below(8));
  w.loader.prefetch = static_cast<std::uint32_t>(1 + random.below(4));
  const bool small =
      group == CheckGroup::kMetadata || group == CheckGroup::kInOrder || group == CheckGroup::kCached;
  w.accelerator.count = static_cast<std::uint32_t>(1U << random.below(small ? 6 : 10));
  w.training.synchronous = group != CheckGroup::kAsynchronous;
  job.cv = 0.1 * std::pow(10.0, random.uniform());
  if (group == CheckGroup::kOnDemand) w.loader.workers = 0;
  if (group == CheckGroup::kInOrder) w.loader.framework = Framework::kTensorflow;
  if (of_shards(group)) draw_shards(job, random);
  if (group == CheckGroup::kFewSteps) w.training.epochs = 12;
  if (group == CheckGroup::kCached) {
    w.training.epochs = 4;
    w.dataset.samples = w.loader.batch_size * w.accelerator.count * (100 + random.below(400));
  }
  job.whole_epochs = group == CheckGroup::kFewSteps || group == CheckGroup::kCached;
  draw_storage(job, random);
  job.steps = steps_for(job, random);
  // The step time that makes the wanted ratio; r is in proportion to it.
  w.accelerator.step_time = law(LawKind::kConstant, 1, 0);
  const double wanted = 0.5 * std::pow(group == CheckGroup::kPlaced ? 8.0 : 4.0, random.uniform());
  const double ratio = predict_closed(w, job.storage, job.steps).ratio;
  w.accelerator.step_time.mean = wanted / ratio;
  return job;
}

}  // namespace

std::string_view to_string(CheckGroup group) {
  static constexpr std::array<std::string_view, 12> kWords = {"independent readers",
                                                              "one pipe",
                                                              "curve",
                                                              "latency and pipe",
                                                              "metadata, latency, pipe",
                                                              "curve, no barrier",
                                                              "few steps",
                                                              "readers in order",
                                                              "workers = 0",
                                                              "cache and pipe",
                                                              "shards on disks",
                                                              "shards, latency and pipe"};
  return kWords.at(static_cast<std::size_t>(group));
}

std::string CheckJob::describe() const {
  const LoaderSpec& l = workload.loader;
  std::string out = fmt::format("{}: N {} W {} P {} B {} cv {:.2f}, {} steps", to_string(group),
                                workload.accelerator.count, l.workers, l.prefetch, l.batch_size, cv, steps);
  if (!storage.tiers[0].curves.empty())
    out += fmt::format(", saturates at {:g}", storage.tiers[0].curves[0].points.back().concurrency);
  if (group == CheckGroup::kPlaced)
    out += fmt::format(", {} disks, shards of {} read in {} MiB", storage.tiers[0].stations[1].servers,
                       workload.dataset.samples_per_file, workload.loader.transfer_size.value >> 20);
  if (!storage.caches.empty())
    out += fmt::format(", {} {:.2f}", to_string(storage.caches[0].policy),
                       static_cast<double>(storage.caches[0].size.value) / kSample /
                           static_cast<double>(workload.dataset.samples));
  return out;
}

std::vector<CheckJob> draw_jobs() {
  std::vector<CheckJob> jobs;
  std::uint64_t serial = 0;
  for (const auto& [group, count] : kCounts)
    for (std::size_t i = 0; i < count; ++i) jobs.push_back(draw_job(group, mix64(2026, ++serial)));
  return jobs;
}

CheckResult simulate_job(const CheckJob& job) {
  const Workload& w = job.workload;
  const TableLayout layout(w.dataset);
  SimJob sim;
  sim.plan.layout = &layout;
  sim.plan.loader = w.loader;
  sim.plan.step_time = w.accelerator.step_time;
  sim.plan.ranks = w.accelerator.count;
  sim.plan.epochs = w.training.epochs;
  sim.plan.steps = job.steps;
  sim.plan.synchronous = w.training.synchronous;
  SimSetup setup;
  setup.storage = &job.storage;
  setup.jobs = {sim};
  // Where all wait for the latency of a whole batch before any of it passes the pipe, ranks in step leave the
  // pipe idle.
  setup.aggregate = !in_series(job);
  setup.au_half_width = job.whole_epochs ? 0 : kHalfWidth;
  // Where shards lie does not change for many steps, of which one or two say nothing.
  setup.least_steps = of_shards(job.group) ? job.steps : kLeastSteps;
  const SimResult result = simulate(setup);
  if (job.whole_epochs) return {utilisation(Statistic::kWall, result.jobs[0].job.epochs, 1).au.value(), 0};
  return {result.jobs[0].au->mean, result.jobs[0].au->half_width};
}

ClosedPrediction predict_job(const CheckJob& job) {
  return predict_closed(job.workload, job.storage, job.steps);
}

}  // namespace aforo
