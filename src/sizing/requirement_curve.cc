#include "sizing/requirement_curve.h"

#include <algorithm>
#include <limits>
#include <set>

#include "plan/requirement.h"

namespace aforo {
namespace {

std::set<double> targets_of(const SizingAsk& ask) {
  std::set<double> out = {0.5, 0.7, 0.8, 0.9, 0.95, 0.99};
  for (const SizedJob& job : ask.jobs) out.insert(job.workload.training.au_target);
  return out;
}

TargetPoint point_at(const SizingAsk& ask, double target) {
  TargetPoint out;
  out.target = target;
  out.sample_latency = Seconds{std::numeric_limits<double>::infinity()};
  for (const SizedJob& job : ask.jobs) {
    Workload workload = job.workload;
    workload.training.au_target = target;
    RequirementAsk alone;
    alone.accelerators_per_host = ask.accelerators_per_host;
    const Requirement r = requirement(workload, alone);
    out.read += r.read;
    out.iops += r.iops;
    out.opens += r.opens;
    out.sample_latency = std::min(out.sample_latency, r.sample_latency);
  }
  return out;
}

}  // namespace

std::vector<TargetPoint> requirement_curve(const SizingAsk& ask) {
  std::vector<TargetPoint> out;
  for (const double target : targets_of(ask)) out.push_back(point_at(ask, target));
  return out;
}

}  // namespace aforo
