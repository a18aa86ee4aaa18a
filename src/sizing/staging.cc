#include "sizing/staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "plan/cache_form.h"
#include "sizing/shelf.h"

namespace aforo {
namespace {

constexpr double kYear = 365.0 * 86400;

// A part of what a host, or all of them, read past a cache that is empty.
struct Behind {
  double share = 1;  // of the bytes
  double all = 0;    // B/s that it gives to all hosts together
  double one = 0;    // B/s, to those that read again
};

double full_speed(const Need& need) {
  double out = 0;
  for (const JobNeed& job : need.jobs) out += job.requirement.read_full.value * job.host.pace;
  return out;
}

// At most: where every epoch is shuffled anew, a host reads all that its job does.
Bytes lost_with_host(const Need& need) { return std::min(copy_in_host(need), need.datasets); }

void set_staging_times(const Need& need, Design& d) {
  d.staging = need.datasets / d.staging_rate;
  d.restaging = staged_in_hosts(d) ? lost_with_host(need) / d.staging_rate : d.staging;
}

// Memory is there anyway: what gives as much as is read at full speed does not rely on it, and nobody waits.
Seconds time_without_memory(const Need& need, Bytes lost, const std::vector<Behind>& from) {
  const double full = full_speed(need);
  double out = 0;
  for (const Behind& part : from)
    if (part.all < part.share * full) out += part.share * in_bytes(lost) / part.one;
  return {out};
}

// What no cache answers, to hosts that have so many of all the cards. 0 = no limit is stated.
Behind behind_caches(const Need& need, const Design& d, double share, std::uint32_t hosts) {
  const BytesPerSecond stated{d.read.value > 0 ? d.read.value : HUGE_VAL};
  const double rate = of_files(need, of_files(need, {stated, ""}, d.requests, ""), d.opens, "").value.value;
  const double cards = arriving(d).value;
  return {share, std::min(rate, cards * d.hosts), std::min(rate, cards * hosts)};
}

const JobNeed& largest_job(const Need& need) {
  return *std::max_element(need.jobs.begin(), need.jobs.end(), [](const JobNeed& a, const JobNeed& b) {
    return a.requirement.dataset < b.requirement.dataset;
  });
}

// What a host reads whose page cache is empty: from flash in front what that holds.
std::vector<Behind> behind_page_cache(const Need& need, const Design& d) {
  const double local = d.local_read.value;
  if (staged_in_hosts(d)) return {{1, local * d.hosts, local}};
  const JobNeed& job = largest_job(need);
  double hits = 0;
  Behind flash;
  if (!d.staged && d.local_cache.value > 0) {
    hits = steady_hits(d.local_cache, job.requirement.dataset, job.hosts);
    flash = {hits, local * d.hosts, local};
  } else if (!d.staged && d.fast.drives > 0) {
    hits = steady_hits(shelf_usable(d.fast), need.datasets, 1);
    flash = {hits, d.fast_read.value, std::min(d.fast_read.value, arriving(d).value)};
  }
  if (hits <= 0) return {behind_caches(need, d, 1, 1)};
  return {flash, behind_caches(need, d, 1 - hits, 1)};
}

}  // namespace

void set_staging(Design& d, const Need& need, Bytes copy, const StagingRate& from, const StagingRate& way,
                 const StagingRate& to) {
  const StagingRate& least =
      std::min({from, way, to}, [](const StagingRate& a, const StagingRate& b) { return a.value < b.value; });
  d.staged = true;
  d.copy = copy;
  d.staging_rate = least.value;
  set_staging_times(need, d);
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
  if (d.staged) set_staging_times(need, d);
  set_cache_losses(need, d);
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
  const double waited = d.staging.value + lost * d.restaging.value;
  return waited / (wall + waited);
}

void set_cache_losses(const Need& need, Design& d) {
  d.failed_drive = d.restarted_host = {};
  const Bytes of_host = lost_with_host(need);
  if (d.page_cache.value > 0) {
    d.restarted_host = {losses_of_memory(d.hosts), std::min(d.page_cache, of_host), Seconds{0}};
    d.restarted_host.refill = time_without_memory(need, d.restarted_host.lost, behind_page_cache(need, d));
  }
  if (d.staged || d.read.value <= 0) return;
  CacheLoss& loss = d.failed_drive;
  if (d.local_cache.value > 0) {
    // A host reads files over all of its drives.
    loss = {losses_of_drives(d.fast.drives > 0 ? d.fast.drives : d.hosts), std::min(d.local_cache, of_host),
            Seconds{0}};
    loss.refill = {in_bytes(loss.lost) / behind_caches(need, d, 1, 1).one};
  } else if (d.fast.drives > 0 && d.fast.parity == 0) {
    const double held =
        std::min(in_bytes(d.fast.drive->capacity) * kFill, in_bytes(need.datasets) / d.fast.drives);
    loss = {losses_of_drives(d.fast.drives), Bytes{static_cast<std::uint64_t>(held)}, Seconds{0}};
    loss.refill = {in_bytes(loss.lost) / behind_caches(need, d, 1, d.hosts).one};
  }
}

double refill_share(const CacheLoss& loss, const JobNeed& job) {
  return std::min(1.0, loss.times * loss.refill.value / (kYear * job.duty));
}

double refill_share(const Design& d, const JobNeed& job) {
  return std::min(1.0, refill_share(d.failed_drive, job) + refill_share(d.restarted_host, job));
}

std::vector<std::string> cache_loss_notes(const Design& d) {
  std::vector<std::string> out;
  const auto waits = [](const CacheLoss& loss, std::string_view times) {
    return fmt::format("{} times a year training waits up to {} for {} to be read again", times,
                       format_seconds(loss.refill), bytes_decimal(loss.lost));
  };
  if (d.failed_drive.refill.value > 0)
    out.push_back(fmt::format("nothing protects the flash {}: {}; {} the data",
                              d.local_cache.value > 0 ? "in the hosts" : "tier",
                              waits(d.failed_drive, fmt::format("{:.2g}", d.failed_drive.times)),
                              in_cloud(d.family) ? "the object store keeps" : "the disks keep"));
  if (staged_in_hosts(d) && d.archive_read.value > 0)
    out.push_back(
        fmt::format("nothing protects the copy in the hosts: {:.2g} times a year training waits up to {} for "
                    "a host's to be made again; the archive keeps the data",
                    d.losses, format_seconds(d.restaging)));
  if (d.restarted_host.refill.value > 0)
    out.push_back("a host that starts anew has lost what it cached in memory: some " +
                  waits(d.restarted_host, format_count(d.restarted_host.times)));
  return out;
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
          : (d.losses > 0
                 ? ", and to a host again when a drive of it is lost, since nothing protects the copy"
                 : "");
  return fmt::format(
      "Before training {} are copied {}, in {} at {:.3g} GB/s, limited by {}; once per project{}",
      bytes_decimal(need.datasets),
      staged_in_hosts(d) && d.hosts > 1 ? "to the hosts, which pass them on" : "once",
      format_seconds(d.staging), d.staging_rate.value / 1e9, d.staging_limit, again);
}

}  // namespace aforo
