#include "pipeline/readers.h"

#include <limits>

#include "pipeline/plan_job.h"

namespace aforo {
namespace {

LoaderSpec with_most_workers(LoaderSpec loader) {
  loader.workers = std::numeric_limits<std::uint32_t>::max();
  return loader;
}

Readers readers_between(const Access& now, const Access& most) {
  return {now.readers, most.readers, now.kind == ReadKind::kStream};
}

}  // namespace

Readers readers_of(const JobPlan& plan) {
  return readers_between(access_of(plan),
                         access_of(*plan.layout, with_most_workers(plan.loader), plan.ranks.all));
}

Readers readers_of(const Workload& workload) {
  return readers_between(access_of(workload), access_of(workload.dataset, with_most_workers(workload.loader),
                                                        workload.accelerator.count));
}

}  // namespace aforo
