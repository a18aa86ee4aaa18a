#include "measure/verdict_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace aforo {
namespace {

// Thresholds, all of them chosen, each with what it trades; verdict_rules.h has two more. verdict.h states
// those that name a limit.

// A pipeline with bursts does not reach its ceiling; null runs repeat within 10 %. Higher, and a
// run that is bound by its client is blamed on the storage.
constexpr double kNearCeiling = 0.8;
constexpr double kCpuFull = 0.9;     // beyond this, queueing for a core dominates
constexpr double kLoopFull = 0.95;   // one thread on one core: only the scheduler's share is missing
constexpr double kSkewRatio = 2;     // two thirds or more of the waiting is for other ranks
constexpr double kAlwaysBusy = 0.9;  // workers that never got ahead of the accelerators
constexpr double kOften = 0.7;       // workers that idle a third of the time had finished their window
constexpr double kDeviceFull = 0.9;  // of a device or a link: as for a core, the rest is bursts
constexpr double kSomeDepth = 4;     // "busy" counts time with any request; below this it may be one by one
constexpr double kFromMemory = 0.9;  // storage was hardly at work
constexpr double kSmallRead = 64 * 1024;  // below, devices are limited by requests rather than by bytes

bool from_memory(const Evidence& e) { return e.cache_share >= kFromMemory; }

// Samples/s of the re-runs without compute, the best of them; 0 = none was made.
double reading_alone(const Evidence& e) {
  double best = 0;
  for (const auto* trial : {&e.more_workers, &e.fewer_readers})
    if (*trial) best = std::max({best, (*trial)->baseline, (*trial)->samples_per_second});
  return best;
}

// Storage and readers cannot feed the accelerators, however they wait for one another.
bool reads_too_little(const Evidence& e) {
  const double alone = reading_alone(e);
  return alone > 0 && alone < e.au_target * e.demand_samples_per_second;
}

std::string workers_flag(std::uint32_t workers) {
  return workers == 0 ? "a larger --set loader.workers=N" : fmt::format("--set loader.workers={}", workers);
}

// Little's law: throughput grows with the requests in flight while latency holds. Rounded up to a power of
// two, at most 8 times what was measured, since latency does not hold for ever. Of one rank; 0 = unknown.
std::uint32_t readers_needed(const Evidence& e) {
  const std::uint64_t readers = e.readers.now > 0 ? e.readers.now : e.workers;
  if (readers == 0) return 0;
  const double factor = e.au_target * e.demand_samples_per_second / e.samples_per_second;
  const double wanted = static_cast<double>(readers) * std::clamp(factor, 1.01, 8.0);
  return static_cast<std::uint32_t>(
      std::min(std::bit_ceil(static_cast<std::uint64_t>(std::ceil(wanted))), 8 * readers));
}

// No more than find something to read; 0 = some number.
std::uint32_t workers_needed(const Evidence& e) {
  return e.workers == 0 ? 0 : e.readers.useful_workers(readers_needed(e));
}

std::string prefetch_flag(const Evidence& e) {
  if (e.prefetch == 0) return "a larger --set loader.prefetch=N";
  return fmt::format("--set loader.prefetch={}", 2 * e.prefetch);
}

std::string at_rate(const Evidence& e) {
  if (e.bytes_per_second.value > 0) return " at " + format_rate(e.bytes_per_second);
  return fmt::format(" at {} samples/s", format_count(e.samples_per_second));
}

// More workers as a further piece of advice, unless that was tried and gained nothing, or they would find
// nothing to read.
std::vector<std::string> with_workers(const Evidence& e, std::vector<std::string> advice,
                                      const std::string& why) {
  if (!e.more_workers && e.readers.have_room()) advice.push_back(workers_flag(workers_needed(e)) + why);
  return advice;
}

// What puts more reads in flight: workers, or a deeper window where readers are as many as that has room for.
std::string more_reads_flag(const Evidence& e) {
  return e.readers.have_room() ? workers_flag(workers_needed(e)) : prefetch_flag(e);
}

// The search for the largest number of accelerators, as an option and as advice; empty where it is running,
// as it is not to be tried next.
std::string find_max(const Evidence& e) { return e.searching ? "" : "--find-max"; }
std::string find_max_advice(const Evidence& e) {
  return e.searching ? "" : "--find-max: how many accelerators this storage does feed";
}

std::optional<Finding> not_limited(const Evidence& e) {
  if (e.au < e.au_target) return std::nullopt;
  return Finding{
      Limit::kNone,
      fmt::format("AU {} meets the target of {}", format_percent(e.au), format_percent(e.au_target)),
      {e.searching ? "" : "--find-max: how many more accelerators this storage feeds"},
      ""};
}

std::optional<Finding> ended_by_error(const Evidence& e) {
  if (!e.ended_by_error) return std::nullopt;
  return Finding{Limit::kUnknown,
                 "a read error ended the run before it could be judged; see the errors",
                 {"--on-error skip: count failed samples and go on"},
                 ""};
}

std::optional<Finding> read_nothing(const Evidence& e) {
  if (!e.null_storage || e.au < e.au_target) return std::nullopt;
  return Finding{
      Limit::kUnknown,
      fmt::format("nothing was read (null engine): AU {} is what the client reaches without any storage",
                  format_percent(e.au)),
      {"the same run without --null: what storage makes of it"},
      ""};
}

// Reads that were not answered cost their whole timeout; what fails at once costs nothing here.
std::optional<Finding> failures(const Evidence& e) {
  const double waiting = e.load_wait_share + e.barrier_wait_share;
  if (e.errors <= 0 || e.au >= e.au_target || e.failure_share < kHalf * waiting) return std::nullopt;
  return Finding{
      Limit::kStorageLatency,
      fmt::format(
          "reads of {} samples failed or were not answered, which takes {} of the accelerators' time, {}",
          format_count(e.errors), format_percent(std::min(1.0, e.failure_share)), au_clause(e)),
      {"look at the files named in `errors`; --timeout bounds what one of them can cost"},
      ""};
}

std::optional<Finding> client_cpu(const Evidence& e) {
  const bool near_ceiling = e.null_ceiling && e.samples_per_second >= kNearCeiling * *e.null_ceiling;
  const bool had_room = gain(e) >= kWorthwhile;
  const bool cores_full = e.client_cpu_share && *e.client_cpu_share >= kCpuFull && !had_room;
  const bool loop_full = e.io_cpu_share && *e.io_cpu_share >= kLoopFull && !had_room;
  const bool thread_full = e.kernel_thread_share >= kCpuFull && !had_room;
  const bool too_late =
      e.overdue_share >= kNoticeable && e.overdue_share >= kHalf * (e.load_wait_share + e.barrier_wait_share);
  if (!near_ceiling && !cores_full && !loop_full && !thread_full && !too_late) return std::nullopt;
  std::string reason;
  if (near_ceiling) {
    reason = fmt::format("{} samples/s is {} of what this client does without any storage",
                         format_count(e.samples_per_second),
                         format_percent(e.samples_per_second / *e.null_ceiling));
  } else if (cores_full) {
    reason = fmt::format("{} of the client's cores are used", format_percent(*e.client_cpu_share));
    if (e.kernel_cpu_share >= kNoticeable)
      reason += fmt::format(" ({} by the kernel, for the file system or its devices)",
                            format_percent(e.kernel_cpu_share));
  } else if (thread_full) {
    reason = fmt::format("one thread of this client's kernel ({}) uses {} of its core", e.kernel_thread,
                         format_percent(e.kernel_thread_share));
  } else if (too_late) {
    reason =
        fmt::format("accelerators lost {} of their time to this machine, which was too busy to wake them",
                    format_percent(e.overdue_share));
  } else {
    reason = fmt::format("the busiest I/O loop uses {} of its core", format_percent(*e.io_cpu_share));
  }
  return Finding{Limit::kClientCpu,
                 reason + ", " + au_clause(e),
                 {"more client cores or hosts: this result says nothing about the storage",
                  "--read direct: no copy through the page cache",
                  "fewer accelerators on this client: --accelerators N"},
                 "more client cores or hosts"};
}

std::optional<Finding> more_workers_help(const Evidence& e) {
  if (gain(e) < kWorthwhile) return std::nullopt;
  std::string reason = fmt::format("{} read {:.1f} x as many samples/s from the same storage",
                                   e.more_workers->change, gain(e));
  std::vector<std::string> advice = {workers_flag(e.more_workers->workers)};
  const double reach = e.more_workers->samples_per_second / std::max(e.demand_samples_per_second, 1e-9);
  if (e.demand_samples_per_second > 0 && reach < e.au_target) {
    advice.push_back(
        fmt::format("that alone allows an AU of at most {}: then measure again", format_percent(reach)));
  }
  return Finding{Limit::kLoaderSettings, reason + ", " + au_clause(e), advice, advice.front()};
}

std::optional<Finding> barrier_skew(const Evidence& e) {
  const bool skewed =
      e.barrier_wait_share >= kNoticeable && e.barrier_wait_share >= kSkewRatio * e.load_wait_share;
  const bool fast_enough = e.worker_busy_share < kAlwaysBusy && e.device_busy_share.value_or(0) < kDeviceFull;
  if (!skewed || !fast_enough || reads_too_little(e)) return std::nullopt;
  return Finding{
      Limit::kBarrierSkew,
      fmt::format("{} of the time is spent waiting for the slowest rank and {} for data, while workers "
                  "idle {} of the time, {}",
                  format_percent(e.barrier_wait_share), format_percent(e.load_wait_share),
                  format_percent(1 - e.worker_busy_share), au_clause(e)),
      {prefetch_flag(e) + ": a deeper window evens out slow batches",
       "look at the tail of `read_seconds`: one slow read holds up all ranks",
       "--set training.synchronous=false shows the AU without the barrier"},
      prefetch_flag(e)};
}

std::optional<Finding> metadata(const Evidence& e) {
  if (e.open_share < kHalf) return std::nullopt;
  const std::string flag = e.packed_layout.empty() ? "" : "--set dataset.layout=" + e.packed_layout;
  return Finding{Limit::kMetadata,
                 fmt::format("{} of a sample's read time is spent opening its file, {}",
                             format_percent(e.open_share), au_clause(e)),
                 {"pack samples into fewer, larger files" + (flag.empty() ? "" : ": " + flag),
                  e.readers.have_room() ? workers_flag(workers_needed(e)) + ": more opens at a time" : "",
                  "a faster metadata service, or metadata on flash"},
                 flag.empty() ? "fewer, larger files" : "a packed layout: " + flag};
}

std::optional<Finding> network(const Evidence& e) {
  if (from_memory(e) || e.network_busy_share.value_or(0) < kDeviceFull) return std::nullopt;
  return Finding{Limit::kNetwork,
                 fmt::format("the link is {} busy{}, {}", format_percent(*e.network_busy_share), at_rate(e),
                             au_clause(e)),
                 {"a faster link, or the accelerators on more hosts", find_max_advice(e)},
                 find_max(e)};
}

std::optional<Finding> storage_bandwidth(const Evidence& e) {
  if (from_memory(e)) return std::nullopt;
  // A gain was answered before. Without one, the storage is the limit if workers were always busy, or if
  // reading alone, at either concurrency, stays below what the accelerators need.
  const bool too_little = reads_too_little(e);
  const bool no_gain = e.more_workers && (e.worker_busy_share >= kAlwaysBusy || too_little);
  const bool no_loss = e.fewer_readers && too_little &&
                       kWorthwhile * e.fewer_readers->samples_per_second >= e.fewer_readers->baseline;
  // A station of a prediction is busy by what it serves, however few are in flight.
  const bool deep = e.predicted || e.requests_in_flight == 0 || e.requests_in_flight >= kSomeDepth;
  const bool device_full = e.device_busy_share.value_or(0) >= kDeviceFull && (deep || e.more_workers);
  if (!no_gain && !no_loss && !device_full) return std::nullopt;
  std::string reason =
      device_full ? fmt::format("the device is {} busy{}", format_percent(*e.device_busy_share), at_rate(e))
      : no_gain   ? fmt::format("{} gain nothing{}", e.more_workers->change, at_rate(e))
                  : fmt::format("{} lose nothing{}", e.fewer_readers->change, at_rate(e));
  if (too_little)
    reason += fmt::format(", and reading alone gives {} samples/s of the {} wanted",
                          format_count(reading_alone(e)), format_count(e.demand_samples_per_second));
  std::vector<std::string> advice = {find_max_advice(e),
                                     "faster or more devices, or a cache that holds the dataset"};
  if (e.read_size.value > 0 && static_cast<double>(e.read_size.value) < kSmallRead) {
    reason += fmt::format(" in reads of {} (requests, not bytes, are the limit)", format_bytes(e.read_size));
    const bool cut_up = e.transfer_size.value > 0 && e.transfer_size < e.read_whole;
    advice.insert(advice.begin(), cut_up ? "larger reads: --set loader.read.transfer_size='1 MiB'"
                                         : "larger reads: pack samples into fewer, larger files");
  }
  return Finding{Limit::kStorageBandwidth, reason + ", " + au_clause(e), advice, find_max(e)};
}

std::optional<Finding> few_shards(const Evidence& e) {
  const Readers& readers = e.readers;
  // Readers that hand over in turn wait for one another: half of the time is much.
  const bool busy = e.load_wait_share >= kNoticeable && e.worker_busy_share >= kHalf;
  if (!readers.own_shards || readers.have_room() || !busy) return std::nullopt;
  const bool idle = readers.now < e.workers;
  const std::uint32_t wanted = idle ? e.workers : readers_needed(e);
  const std::string flag = fmt::format("more, smaller shards: {} or more for every accelerator", wanted);
  return Finding{Limit::kFewShards,
                 lack_of_shards(readers, e.workers) + ", " + au_clause(e),
                 {flag + " (a smaller dataset.samples_per_file)",
                  idle ? "" : workers_flag(wanted) + ", once there are as many shards",
                  "storage that answers faster: flash, or closer to the client"},
                 flag};
}

std::optional<Finding> window_too_small(const Evidence& e) {
  const bool idle =
      e.load_wait_share >= kNoticeable && e.worker_busy_share > 0 && e.worker_busy_share < kOften;
  const bool memory_bound = from_memory(e) && e.worker_busy_share >= kAlwaysBusy && !e.more_workers;
  if (idle) {
    return Finding{
        Limit::kLoaderSettings,
        fmt::format("accelerators wait {} of the time for data while workers idle {} of it: the prefetch "
                    "window is full behind one slow batch, {}",
                    format_percent(e.load_wait_share), format_percent(1 - e.worker_busy_share), au_clause(e)),
        with_workers(e, {prefetch_flag(e)}, ""), prefetch_flag(e)};
  }
  if (!memory_bound) return std::nullopt;
  const std::string flag = more_reads_flag(e);
  return Finding{Limit::kLoaderSettings,
                 fmt::format("workers are busy {} of the time although the bytes come from memory, {}",
                             format_percent(e.worker_busy_share), au_clause(e)),
                 {flag},
                 flag};
}

std::optional<Finding> storage_latency(const Evidence& e) {
  if (from_memory(e) || e.worker_busy_share < kAlwaysBusy) return std::nullopt;
  const std::string flag = more_reads_flag(e);
  std::string reason = fmt::format("workers are busy {} of the time", format_percent(e.worker_busy_share));
  if (e.read_latency_mean.value > 0) {
    reason += fmt::format(" in reads of {} mean", format_seconds(e.read_latency_mean));
  }
  if (e.requests_in_flight > 0) reason += fmt::format(", {} in flight", format_count(e.requests_in_flight));
  return Finding{Limit::kStorageLatency,
                 reason + ", " + au_clause(e),
                 {flag + ": more requests in flight hide latency",
                  "storage that answers faster: flash, or closer to the client"},
                 flag};
}

std::optional<Finding> unknown(const Evidence& e) {
  const double other = 1 - e.compute_share - e.load_wait_share - e.barrier_wait_share;
  if (other >= kNoticeable && other > e.load_wait_share + e.barrier_wait_share) {
    return Finding{Limit::kUnknown,
                   fmt::format("{} of the time lies outside the steps (start-up, between epochs), {}",
                               format_percent(other), au_clause(e)),
                   {"a longer run: --steps N, --epochs E"},
                   "a longer run: --steps N"};
  }
  return Finding{
      Limit::kUnknown,
      fmt::format("load wait {}, barrier {}{}: no single cause stands out, {}",
                  format_percent(e.load_wait_share), format_percent(e.barrier_wait_share),
                  e.client_cpu_share ? ", client CPU " + format_percent(*e.client_cpu_share) : "",
                  au_clause(e)),
      with_workers(e, {prefetch_flag(e), find_max_advice(e)}, ": see whether more concurrency helps"),
      e.more_workers ? prefetch_flag(e) : more_reads_flag(e)};
}

constexpr std::array<Rule*, 20> kRules = {
    ended_by_error,    read_nothing, not_limited,      failures,         client_cpu,
    checkpoints,       cold_cache,   start_up,         connection_limit, throttled,
    more_workers_help, barrier_skew, metadata,         network,          flat_requests,
    storage_bandwidth, few_shards,   window_too_small, storage_latency,  unknown};

}  // namespace

// Against a re-run without compute where there is one: the job itself also waited at barriers and at its start.
double gain(const Evidence& e) {
  if (!e.more_workers) return 0;
  const double baseline = std::max(e.more_workers->baseline, e.samples_per_second);
  return e.more_workers->samples_per_second / baseline;
}

std::string au_clause(const Evidence& e) {
  return fmt::format("AU {} of the {} wanted", format_percent(e.au), format_percent(e.au_target));
}

std::span<Rule* const> verdict_rules() { return kRules; }

}  // namespace aforo
