#include "sizing/need.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/units.h"
#include "sizing/design.h"
#include "sizing/providers.h"
#include "workload/bounds.h"

namespace aforo {
namespace {

Bytes whole_bytes(double bytes) {
  if (!(bytes < 1e19))
    throw UserError(
        fmt::format("expected a capacity below 10 EB, found {:.3g} bytes after growth and snapshots; lower "
                    "--growth or --years",
                    bytes));
  return {static_cast<std::uint64_t>(std::round(bytes))};  // beyond llround's 9.2e18
}

void check_family(const SizingAsk& ask) {
  if (!ask.family) return;
  const bool cloud = in_cloud(*ask.family);
  const std::string_view word = to_string(*ask.family);
  if (ask.place == Place::kOnPremises && cloud)
    throw UserError(
        fmt::format("expected a family on premises beside --where on-premises, found '{}'", word));
  if (ask.place == Place::kCloud && !cloud)
    throw UserError(fmt::format("expected a family in the cloud beside --where cloud, found '{}'", word));
  if (ask.provider && !cloud)
    throw UserError(fmt::format("expected a family in the cloud beside --provider {}, found '{}'",
                                to_string(*ask.provider), word));
}

void check_copies(const SizingAsk& ask) {
  if (ask.extras.copies <= ask.sites || in_cloud_alone(ask)) return;
  throw UserError(fmt::format(
      "expected a site for each of {} copies, found {}: a copy beside the first is lost with it; give --sites "
      "{}, --where cloud (regions), or --backup archive",
      ask.extras.copies, ask.sites, ask.extras.copies));
}

void check(const SizingAsk& ask) {
  if (ask.jobs.empty()) throw UserError("expected at least one job to size for, found none");
  for (const SizedJob& job : ask.jobs)
    if (!(job.duty > 0 && job.duty <= 1))
      throw UserError(fmt::format("expected a duty above 0 and at most 1 for '{}', found {}",
                                  job.workload.name, job.duty));
  if (ask.place == Place::kOnPremises && ask.provider)
    throw UserError(fmt::format(
        "expected --provider with designs in the cloud, found it beside --where on-premises ('{}')",
        to_string(*ask.provider)));
  check_family(ask);
  check_provider(ask, Catalogue::shipped());
  check_copies(ask);
}

// At most what the data have one step for: fewer accelerators, a smaller batch, or more data.
std::string what_works(const Workload& w, std::uint64_t step) {
  const std::uint64_t samples = w.dataset.samples, batch = w.loader.batch_size, n = w.accelerator.count;
  std::string out;
  if (samples >= batch) out += fmt::format("at most {} accelerators, ", samples / batch);
  if (samples >= n) out += fmt::format("--batch-size {}, ", samples / n);
  constexpr double kMegabyte = 1e6;
  const double bytes = static_cast<double>(step) * law_mean(w.dataset.sample_size);
  return out +
         fmt::format("{}--dataset-size {:.0f}MB", out.empty() ? "" : "or ", std::ceil(bytes / kMegabyte));
}

void check_step(const Workload& w) {
  const std::uint64_t step = std::uint64_t{w.accelerator.count} * w.loader.batch_size;
  if (w.dataset.samples < step)
    throw UserError(fmt::format(
        "expected data for at least one step of '{}', {} samples for {} accelerators of batch {}, found "
        "{}; what works: {}",
        w.name, step, w.accelerator.count, w.loader.batch_size, w.dataset.samples, what_works(w, step)));
}

// Epochs that the project's time holds, of a job that runs for its duty: rounded down, since the last one may
// not end. Computed at full speed, so that it does not depend on the design.
std::uint32_t project_epochs(const SizedJob& job, const JobNeed& need, double months) {
  const double epoch = static_cast<double>(need.requirement.steps_per_epoch) *
                       law_mean(job.workload.accelerator.step_time) / need.host.pace;
  const double held = months * kHoursPerMonth * 3600 * job.duty / epoch;
  return static_cast<std::uint32_t>(std::clamp(held, 1.0, double{kMostTrainingEpochs}));
}

// Of what hosts do not prepare nothing has to be read: the target is that share of the asked one.
void set_pace(const SizingAsk& ask, const RequirementAsk& each, JobNeed& out,
              std::vector<std::string>& notes) {
  out.host = host_pace(out.workload, out.requirement, ask, Catalogue::shipped());
  if (out.host.pace >= 1) return;
  notes.push_back(out.host.note);
  out.workload.training.au_target *= out.host.pace;
  out.requirement = requirement(out.workload, each);
}

JobNeed job_need(const SizedJob& job, const SizingAsk& ask, std::vector<std::string>& notes) {
  check_step(job.workload);
  JobNeed out;
  out.workload = job.workload;
  out.duty = job.duty;
  out.read = access_of(job.workload);
  RequirementAsk each;
  each.accelerators_per_host = ask.accelerators_per_host;
  each.failures = ask.failures;
  out.requirement = requirement(out.workload, each);
  set_pace(ask, each, out, notes);
  out.hosts = out.requirement.hosts;
  if (ask.project_months)
    out.workload.training.epochs =
        std::max(out.workload.training.epochs, project_epochs(job, out, *ask.project_months));
  return out;
}

std::string months_text(double months) { return fmt::format("{:g} month{}", months, months == 1 ? "" : "s"); }

constexpr double kWorthNoting = 0.01;  // chosen: of the capacity, below which nobody misses it

void add_capacity(const SizingAsk& ask, Need& out) {
  double jobs = 0, datasets = 0;
  for (const JobNeed& job : out.jobs) {
    jobs += static_cast<double>(job.requirement.capacity.value);
    datasets += static_cast<double>(job.requirement.dataset.value);
  }
  out.datasets = whole_bytes(datasets);
  const double today = ask.capacity ? static_cast<double>(ask.capacity->value) : jobs;
  if (today < jobs)
    throw UserError(
        fmt::format("expected --capacity to hold the jobs, which need {}, but found {}; raise --capacity or "
                    "lower --dataset-size",
                    format_bytes(whole_bytes(jobs)), format_bytes(*ask.capacity)));
  if (today - jobs > kWorthNoting * today) out.held_beside = whole_bytes(today - jobs);
  double files = 0;
  for (const JobNeed& job : out.jobs)
    files += static_cast<double>(job.workload.dataset.files()) * (datasets > 0 ? today / datasets : 1) *
             static_cast<double>(kFileOverhead.value);
  const double grown = std::pow(1 + ask.growth, ask.years);
  for (JobNeed& job : out.jobs)
    job.files_held = static_cast<double>(job.workload.dataset.files()) * grown *
                     (1 + (datasets > 0 ? static_cast<double>(out.held_beside.value) / datasets : 0));
  out.capacity = whole_bytes((today + files) * grown * (1 + ask.snapshots));
  out.objects = whole_bytes(today * grown * (1 + ask.snapshots));
  if (files > kWorthNoting * today)
    out.notes.push_back(fmt::format("small files take {} beyond their bytes, {} each, but in object stores",
                                    format_bytes(whole_bytes(files)), format_bytes(kFileOverhead)));
}

// Chosen: the job, its framework, the operating system and what accelerators are fed through take a
// quarter of a host's memory beside the loader's own batches.
constexpr double kMemoryTaken = 0.25;
constexpr double kWorthCaching = 0.05;  // chosen: a cache of less of a dataset changes no decision

Bytes page_cache_of(const SizingAsk& ask, const std::vector<JobNeed>& jobs) {
  if (!ask.host_memory) return {0};
  double loaders = 0, dataset = 0;
  for (const JobNeed& job : jobs) {
    if (job.workload.loader.read_mode != ReadMode::kBuffered) return {0};
    loaders = std::max(loaders, static_cast<double>(job.requirement.memory_per_host.value));
    dataset = std::max(dataset, static_cast<double>(job.requirement.dataset.value));
  }
  const double left = static_cast<double>(ask.host_memory->value) * (1 - kMemoryTaken) - loaders;
  return {left < kWorthCaching * dataset || left < 0 ? 0 : static_cast<std::uint64_t>(left)};
}

}  // namespace

Need need_of(const SizingAsk& ask) {
  check(ask);
  Need out;
  out.accelerator_terms = ask.accelerator_terms;
  out.extras = ask.extras;
  double bytes = 0;
  for (const SizedJob& job : ask.jobs) {
    JobNeed one = job_need(job, ask, out.notes);
    const Requirement& r = one.requirement;
    out.read += r.read;
    out.read_with_headroom += r.read_with_headroom;
    out.requests += r.iops;
    out.opens += r.opens;
    bytes += r.iops.value * r.request_bytes;
    if (r.checkpoint_write) out.checkpoint_write += *r.checkpoint_write;
    out.accelerators += one.workload.accelerator.count;
    out.hosts += one.hosts;
    out.network_per_host = std::max(out.network_per_host, r.network_per_host_full * one.host.pace);
    out.network_per_host = std::max(out.network_per_host, r.network_checkpoint);
    for (const std::string& warning : r.warnings) out.notes.push_back(warning);
    if (one.workload.training.epochs > job.workload.training.epochs)
      out.notes.push_back(fmt::format(
          "'{}' is taken to train on the same data for {}, as far as caches and copies go (--project-months, "
          "--epochs)",
          one.workload.name, months_text(*ask.project_months)));
    out.jobs.push_back(std::move(one));
  }
  out.request_bytes = out.requests.value > 0 ? bytes / out.requests.value : 0;
  out.page_cache = page_cache_of(ask, out.jobs);
  add_capacity(ask, out);
  return out;
}

double least_utilisation(const JobNeed& job) {
  constexpr double kHostQueueing = 0.85;
  if (job.host.pace >= 1) return job.requirement.target;
  return std::min(kHostQueueing, job.host.reach() / job.host.pace) * job.requirement.target;
}

bool could_serve(const JobNeed& job) {
  return std::min(job.host.pace, job.host.ideal.au) >= least_utilisation(job);
}

std::string subject_of(const Need& need, std::size_t job) {
  return need.jobs.size() < 2 ? "" : fmt::format("'{}' ", need.jobs[job].workload.name);
}

}  // namespace aforo
