#include "train/live_progress.h"

#include <algorithm>

#include "pipeline/plan_job.h"

namespace aforo {
namespace {

constexpr Seconds kLatencyOver{3};  // chosen: enough reads for a p99, and soon up to date

}  // namespace

LiveProgress::LiveProgress(const RunningJob& job, const JobPlan& plan, const RunOptions& options,
                           const Store& store)
    : watch_(job.watch),
      lanes_(job.lanes),
      store_(store),
      steps_(plan.steps),
      bytes_per_sample_(access_of(plan).bytes_per_sample),
      hosts_(static_cast<double>(plan.ranks.all) / plan.ranks.here),
      begin_(monotonic_now()),
      last_(begin_),
      served_before_(store.process_bytes_read()) {
  known_.accelerators = plan.ranks.all;
  known_.workload = options.workload.name;
  known_.place = options.directory;
  known_.engine = to_string(job.engine);
  known_.epochs = plan.epochs;
  known_.au_target = options.workload.training.au_target;
}

Progress LiveProgress::operator()() {
  const LiveView live = watch_.live();
  const Seconds now = monotonic_now();
  Progress p;
  p.phase = "training";
  p.elapsed = now - begin_;
  p.au = live.au;
  p.epoch = live.epoch + 1;
  p.steps = steps_;
  p.step = live.steps - live.epoch * steps_;
  p.fraction = std::min(1.0, static_cast<double>(live.steps) / static_cast<double>(known_.epochs * steps_));
  if (now > last_) speed_ = (live.samples - samples_) / (now - last_).value;
  p.samples_per_second = speed_ * hosts_;
  p.bytes_per_second = p.samples_per_second * bytes_per_sample_;
  samples_ = live.samples;
  last_ = now;
  p.job = job_progress(now);
  return p;
}

JobProgress LiveProgress::job_progress(Seconds now) {
  JobProgress job = known_;
  LaneCounters::View requests;
  for (const auto& lane : lanes_) lane->add_to(requests);
  job.bytes_read = static_cast<double>(requests.bytes);
  job.in_flight = requests.begun - std::min(requests.begun, requests.done);
  job.failed = requests.failed;
  if (const auto served = store_.process_bytes_read(); served && served_before_)
    job.bytes_from_storage = static_cast<double>(*served - std::min(*served, *served_before_));
  while (looks_.size() > 1 && looks_[1].at + kLatencyOver <= now) looks_.pop_front();
  const LatencyCounts recent = looks_.empty() ? requests.reads : requests.reads.since(looks_.front().reads);
  job.read_p50 = recent.quantile(0.5);
  job.read_p99 = recent.quantile(0.99);
  looks_.push_back({now, requests.reads});
  job.ranks = watch_.live_ranks();
  return job;
}

}  // namespace aforo
