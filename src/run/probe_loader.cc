#include "run/probe_loader.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "pipeline/plan_job.h"
#include "pipeline/training_job.h"
#include "run/job_setup.h"
#include "run/run_evidence.h"

namespace aforo {
namespace {

constexpr double kLeastSamples = 200;

// As many epochs as fit into the time: the job is stopped.
std::optional<JobPlan> endless(const Workload& workload, const Layout& layout) {
  Workload asked = workload;
  asked.training.synchronous = false;
  asked.training.steps = 0;
  asked.accelerator.count = std::min(asked.accelerator.count, kMostOfOneHost);
  const std::uint64_t per_rank = layout.samples() / std::max<std::uint64_t>(asked.accelerator.count, 1);
  if (per_rank == 0) return std::nullopt;
  asked.loader.batch_size = std::clamp<std::uint64_t>(asked.loader.batch_size, 1, per_rank);
  JobPlan plan = without_compute(plan_job(asked, layout, "the probe's dataset"));
  plan.epochs = 1'000'000;
  plan.checkpoint_steps = 0;
  plan.loader.preprocess = Law{};  // a job's own, which a prediction adds
  return plan;
}

}  // namespace

std::optional<LoaderCost> loader_cost(const Workload& workload, const Layout& layout, JobSettings settings,
                                      Seconds time, std::stop_token stop) {
  const auto plan = endless(workload, layout);
  if (!plan) return std::nullopt;
  settings.hard_limit = time;
  WatchOptions watch;
  watch.ranks = plan->ranks;
  const MeasuredJob job = run_job(*plan, settings, std::move(watch), stop);
  const auto samples = static_cast<double>(job.result.readers.samples);
  if (stop.stop_requested() || samples < kLeastSamples || job.wall().value <= 0) return std::nullopt;
  const double cached = traffic_of(job, settings.directory).cache_share().value_or(0);
  return LoaderCost{job.usage.cpu() / samples, PerSecond{samples / job.wall().value}, cached};
}

}  // namespace aforo
