#include "pipeline/plan_job.h"

#include <fmt/format.h>

#include "base/error.h"
#include "dataset/format.h"

namespace aforo {
namespace {

void require_one_step(const Workload& workload, const Layout& layout, const std::string& where) {
  const std::uint64_t per_step = workload.accelerator.count * workload.loader.batch_size;
  if (layout.samples() >= per_step || workload.training.steps > 0) {
    if (layout.samples() > 0) return;
  }
  throw UserError(
      fmt::format("expected at least {} samples in {} ({} accelerators x batch {}), found {}; generate "
                  "more samples, lower --accelerators or --batch-size, or give --steps to read the data "
                  "several times per epoch",
                  per_step, where, workload.accelerator.count, workload.loader.batch_size, layout.samples()));
}

}  // namespace

std::uint64_t steps_per_epoch(const Workload& workload, const Layout& layout) {
  if (workload.training.steps) return workload.training.steps;
  return layout.samples() / (workload.accelerator.count * workload.loader.batch_size);
}

JobPlan plan_job(const Workload& workload, const Layout& layout, const std::string& where) {
  require_readable(layout.kind(), where);
  require_one_step(workload, layout, where);
  JobPlan plan;
  plan.layout = &layout;
  plan.loader = workload.loader;
  plan.step_time = workload.accelerator.step_time;
  plan.ranks = workload.accelerator.count;
  plan.epochs = workload.training.epochs;
  plan.steps = steps_per_epoch(workload, layout);
  plan.synchronous = workload.training.synchronous;
  return plan;
}

Access access_of(const Layout& layout, const LoaderSpec& loader, std::uint32_t ranks) {
  const auto files = static_cast<double>(layout.files());
  return access_of(
      DatasetShape{.layout = layout.kind(),
                   .samples = layout.samples(),
                   .files = layout.files(),
                   .sample_bytes = layout.mean_sample(),
                   .file_bytes = files > 0 ? static_cast<double>(layout.total_bytes()) / files : 0,
                   .sample_stddev = layout.sample_stddev()},
      loader, ranks);
}

Access access_of(const JobPlan& plan) { return access_of(*plan.layout, plan.loader, plan.ranks.all); }

}  // namespace aforo
