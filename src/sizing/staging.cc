#include "sizing/staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "sizing/shelf.h"

namespace aforo {
namespace {

constexpr double kYear = 365.0 * 86400;

}  // namespace

void set_staging(Design& d, const Need& need, Bytes copy, const StagingRate& from, const StagingRate& way,
                 const StagingRate& to) {
  const StagingRate& least =
      std::min({from, way, to}, [](const StagingRate& a, const StagingRate& b) { return a.value < b.value; });
  d.staged = true;
  d.copy = copy;
  d.staging = need.datasets / least.value;
  d.staging_rate = least.value;
  d.staging_limit = least.what;
}

StagingRate of_files(const Need& need, StagingRate bytes, PerSecond files, std::string_view what_files) {
  double all = 0;
  for (const JobNeed& job : need.jobs) all += static_cast<double>(job.workload.dataset.files());
  if (files.value <= 0 || all <= 0) return bytes;
  const BytesPerSecond by_files{files.value * in_bytes(need.datasets) / all};
  return by_files < bytes.value ? StagingRate{by_files, what_files} : bytes;
}

Design seen_by(const Need& need, Design d) {
  const bool files = d.service == nullptr || d.service->kind != ServiceKind::kObject;
  if (files && d.family != Family::kHostMemory) d.page_cache = need.page_cache;
  if (d.staged) d.staging = need.datasets / d.staging_rate;
  return d;
}

BytesPerSecond arriving(const Design& d) {
  return d.client_network.value > 0 ? d.client_network : kStagingNetwork;
}

Bytes copy_in_host(const Need& need) {
  double most = 0;
  for (const JobNeed& job : need.jobs) {
    const double share = job.workload.loader.shuffle == ShuffleKind::kEpoch ? 1 : 1.0 / job.hosts;
    most = std::max(most, share * in_bytes(job.requirement.dataset));
  }
  return {static_cast<std::uint64_t>(std::ceil(most))};
}

Bytes hot_bytes(const Need& need) {
  Bytes out{0};
  for (const JobNeed& job : need.jobs)
    out += job.requirement.capacity + kFileOverhead * job.workload.dataset.files();
  return out;
}

Bytes copy_wanted(const Design& d, const Need& need) {
  return staged_in_hosts(d) ? copy_in_host(need) : hot_bytes(need);
}

Seconds project_time(const JobNeed& job) {
  const double samples = static_cast<double>(job.workload.dataset.samples);
  return {std::max<double>(1, job.workload.training.epochs) * samples / job.requirement.samples_full.value};
}

double staging_share(const Design& d, const JobNeed& job, double au) {
  if (!d.staged || au <= 0) return 0;
  const double wall = project_time(job).value / au;
  const double lost = d.losses * wall / job.duty / kYear;
  const double waited = d.staging.value * (1 + lost);
  return waited / (wall + waited);
}

void set_cache_losses(const Need& need, Design& d) {
  if (d.staged || d.read.value <= 0) return;
  const double datasets = in_bytes(need.datasets);
  double lost = 0, rate = of_files(need, {d.read, ""}, d.requests, "").value.value;
  if (d.local_cache.value > 0) {
    // A host reads files over all of its drives.
    d.losses = losses_of_drives(d.fast.drives > 0 ? d.fast.drives : d.hosts);
    lost = in_bytes(d.local_cache);
    rate = std::min(rate, arriving(d).value);
  } else if (d.fast.drives > 0 && d.fast.parity == 0) {
    d.losses = losses_of_drives(d.fast.drives);
    lost = std::min(in_bytes(d.fast.drive->capacity) * kFill, datasets / d.fast.drives);
  } else {
    return;
  }
  d.lost = {static_cast<std::uint64_t>(std::min(lost, datasets))};
  d.refill = {in_bytes(d.lost) / rate};
}

double refill_share(const Design& d, const JobNeed& job) {
  return std::min(1.0, d.losses * d.refill.value / (kYear * job.duty));
}

std::string cache_loss_note(const Design& d) {
  if (d.refill.value <= 0) return "";
  const bool hosts = d.local_cache.value > 0;
  return fmt::format(
      "nothing protects the flash {}: {:.2g} times a year training waits up to {} for {} to be read again; {} the data",
      hosts ? "in the hosts" : "tier", d.losses, format_seconds(d.refill), bytes_decimal(d.lost),
      in_cloud(d.family) ? "the object store keeps" : "the disks keep");
}

namespace {

// Of a copy that is the only place to read from: copying alone leaves a job less than its target.
std::string only_copy_refusal(const Design& d, const Need& need) {
  for (const JobNeed& job : need.jobs) {
    if (1 - staging_share(d, job, 1) >= least_utilisation(job)) continue;
    const bool once = job.workload.training.epochs <= 1;
    return fmt::format(
        "staging: copying {} takes {} and {} {}; take a storage that the job reads from where the data are held, or "
        "train longer on them (--epochs, --project-months)",
        bytes_decimal(need.datasets), format_seconds(d.staging), once ? "the only epoch" : "all epochs",
        format_seconds(project_time(job)));
  }
  return "";
}

}  // namespace

std::string staging_refusal(const Design& d, const Need& need) {
  if (!d.staged) return "";
  if (d.archive_read.value <= 0) return only_copy_refusal(d, need);
  const auto once = [](const JobNeed& job) { return job.workload.training.epochs <= 1; };
  if (std::all_of(need.jobs.begin(), need.jobs.end(), once))
    return fmt::format(
        "staging: copying {} takes {} and reads them once, as the only epoch does; let the job read where "
        "the data are held",
        bytes_decimal(need.datasets), format_seconds(d.staging));
  Seconds longest{0};
  for (const JobNeed& job : need.jobs) longest = std::max(longest, project_time(job));
  if (d.staging < longest) return "";
  return fmt::format(
      "staging: copying {} takes {} and all epochs {}; let the jobs read where the data are held, or train "
      "longer on them (--epochs, --project-months)",
      bytes_decimal(need.datasets), format_seconds(d.staging), format_seconds(longest));
}

std::string schedule_of(const Design& d, const Need& need) {
  if (!d.staged) return "";
  const std::string_view again =
      d.family == Family::kHostMemory
          ? ", and to a host again when it starts anew"
          : (d.losses > 0 ? ", and again when a drive is lost, since nothing protects the copy" : "");
  return fmt::format(
      "Before training {} are copied {}, in {} at {:.3g} GB/s, limited by {}; once per project{}",
      bytes_decimal(need.datasets),
      staged_in_hosts(d) && d.hosts > 1 ? "to the hosts, which pass them on" : "once",
      format_seconds(d.staging), d.staging_rate.value / 1e9, d.staging_limit, again);
}

}  // namespace aforo
