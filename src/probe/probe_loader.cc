#include "probe/probe_loader.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "pipeline/plan_job.h"
#include "pipeline/training_job.h"
#include "train/job_setup.h"
#include "train/run_evidence.h"
#include "workload/access.h"

namespace aforo {
namespace {

// Chosen: CPU time is counted in ticks and spent in batches; fewer samples would tell their noise.
constexpr double kLeastSamples = 200;
constexpr const char* kTooFew = "it read fewer than 200 samples";

// Readers, at least: a client that wakes up for every read spends CPU time that a busy one does not, and that the windows
// it is compared with did not spend. Chosen: twice as many as those had, at least (probe_record.cc).
constexpr std::uint64_t kBusyReaders = 8;

// As many epochs as fit into the time: the job is stopped.
std::optional<JobPlan> endless(const Workload& workload, const Layout& layout, std::uint32_t accelerators) {
  Workload asked = workload;
  asked.accelerator.count = accelerators;
  asked.training.synchronous = false;
  asked.training.steps = 0;
  const std::uint64_t per_rank = layout.samples() / accelerators;
  if (per_rank == 0) return std::nullopt;
  asked.loader.batch_size = std::clamp<std::uint64_t>(asked.loader.batch_size, 1, per_rank);
  JobPlan plan = without_compute(plan_job(asked, layout, "the probe's dataset"));
  plan.epochs = 1'000'000;
  plan.checkpoint = {};
  plan.loader.preprocess = Law{};  // a job's own, which a prediction adds
  return plan;
}

std::optional<std::string> room_lack(const JobPlan& plan, const JobSettings& settings) {
  if (const auto lack = memory_lack(plan, settings.io_threads))
    return "its batches do not fit into memory (" + *lack + ")";
  return files_lack(plan, settings.engine, settings.io_threads);
}

}  // namespace

std::uint32_t loader_accelerators(const Workload& workload, const Layout& layout) {
  const std::uint32_t asked = std::clamp(workload.accelerator.count, 1U, kMostOfOneHost);
  std::uint32_t busy = asked;
  while (busy < kMostOfOneHost) {
    const Access now = access_of(layout, workload.loader, busy);
    if (static_cast<std::uint64_t>(busy) * now.readers >= kBusyReaders ||
        access_of(layout, workload.loader, busy + 1).every_rank_reads_all)
      break;
    ++busy;
  }
  return busy;
}

LoaderOutcome loader_cost(const Workload& workload, const Layout& layout, JobSettings settings, Seconds time,
                          std::stop_token stop) {
  std::optional<JobPlan> plan;
  std::optional<std::string> lack;
  for (auto n = loader_accelerators(workload, layout); n > 0 && (!plan || lack); n /= 2) {
    plan = endless(workload, layout, n);
    lack = plan ? room_lack(*plan, settings) : std::nullopt;
  }
  if (lack) return {{}, *lack};
  if (!plan) return {{}, kTooFew};
  settings.hard_limit = time;
  WatchOptions watch;
  watch.ranks = plan->ranks.here;
  const MeasuredJob job = run_job(*plan, settings, std::move(watch), stop);
  const auto samples = static_cast<double>(job.result.readers.samples);
  if (stop.stop_requested()) return {};
  if (samples < kLeastSamples || job.wall().value <= 0) return {{}, kTooFew};
  const double cached = traffic_of(job).cache_share().value_or(0);
  return {LoaderCost{job.usage.client_cpu() / samples, PerSecond{samples / job.wall().value}, cached,
                     access_of(workload).waits_per_sample},
          ""};
}

}  // namespace aforo
