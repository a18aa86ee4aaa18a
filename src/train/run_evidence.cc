#include "train/run_evidence.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "pipeline/plan_job.h"
#include "pipeline/readers.h"
#include "storage/machine.h"
#include "train/job_setup.h"

namespace aforo {
namespace {

double open_share(const MeasuredJob& job) {
  const OpenTimes& opens = job.opens;
  if (opens.observed_whole.value > 0) return opens.observed_open / opens.observed_whole;
  const Seconds busy = job.result.readers.busy;
  return busy.value > 0 ? std::min(1.0, opens.open.sum() / busy) : 0;
}

struct Shares {
  double total = 0, load = 0, compute = 0, barrier = 0, start = 0, checkpoint = 0;

  void add(const std::vector<RankEpoch>& ranks) {
    for (const RankEpoch& rank : ranks) {
      total += (rank.end - rank.start).value;
      load += rank.load_wait.value;
      start += rank.first_load_wait.value;
      compute += rank.compute.value;
      barrier += rank.barrier_wait.value;
      checkpoint += rank.checkpoint.value;
    }
  }
};

Shares time_shares(std::span<const std::vector<RankEpoch>> epochs) {
  Shares s;
  for (const auto& epoch : epochs) s.add(epoch);
  return s;
}

// The first epoch beside the later ones, by what they take for as much compute: the last may have been cut
// off.
void add_epochs(Evidence& e, const std::vector<std::vector<RankEpoch>>& epochs) {
  std::uint64_t steps = 0;
  for (const auto& epoch : epochs)
    if (!epoch.empty()) steps += epoch.front().steps;
  e.epochs = static_cast<double>(epochs.size());
  if (!epochs.empty()) e.steps = static_cast<double>(steps) / e.epochs;
  if (epochs.size() < 2) return;
  const Shares first = time_shares(std::span(epochs).first(1)),
               later = time_shares(std::span(epochs).subspan(1));
  if (first.compute <= 0 || later.compute <= 0) return;
  e.first_epoch_au = first.compute / first.total;
  e.later_epochs_au = later.compute / later.total;
  const double cold = first.total - first.compute / *e.later_epochs_au;
  e.cold_share = std::max(0.0, cold / (first.total + later.total));
}

// Of the cores that the process may use; with the kernel's threads, which no quota holds, of the machine's.
void add_cpu(Evidence& e, const MeasuredJob& job) {
  const double wall = job.wall().value;
  const double machine = wall * (job.cores ? job.cores : describe_machine().cores);
  const double process = job.usage.cpu().value / (wall * (job.cores ? job.cores : available_cores()));
  e.client_cpu_share = std::max(process, job.usage.client_cpu().value / machine);
  e.kernel_cpu_share = job.usage.kernel_cpu.value_or(Seconds{0}).value / machine;
  e.kernel_thread_share = job.usage.kernel_busiest.value / wall;
  e.kernel_thread = job.usage.kernel_thread;
}

// Per sample that was read, what was read ahead in vain too.
void add_remote(Evidence& e, const MeasuredJob& job) {
  if (const auto& link = job.usage.link) e.network_busy_share = link->busy_share(job.wall());
  if (!job.usage.remote) return;
  const RemoteCounts& counts = *job.usage.remote;
  RemoteEvidence& remote = e.remote.emplace();
  remote.requests = static_cast<double>(counts.requests());
  remote.throttled = static_cast<double>(counts.throttled);
  remote.reset = static_cast<double>(counts.reset);
  remote.connections = static_cast<double>(counts.connections);
  remote.connections_failed = static_cast<double>(counts.connections_failed);
  if (job.result.readers.samples > 0)
    remote.requests_per_sample = remote.requests / static_cast<double>(job.result.readers.samples);
}

bool has_storage_below(const MeasuredJob& job) { return job.usage.device || !job.memory_only; }

}  // namespace

std::optional<double> Traffic::cache_share() const {
  if (!from_storage || requested == 0) return std::nullopt;
  return std::clamp(1.0 - static_cast<double>(*from_storage) / static_cast<double>(requested), 0.0, 1.0);
}

Traffic traffic_of(const MeasuredJob& job) {
  Traffic traffic;
  traffic.requested = job.result.readers.bytes;
  if (!moves_bytes(job.engine) || job.compressed) return traffic;
  if (!has_storage_below(job)) {
    traffic.from_storage = 0;
    traffic.source = "memory filesystem";
  } else if (job.usage.process_bytes_read) {
    // Network and FUSE filesystems may not account to the process: nothing counted and
    // no device is "unknown"; a cache's disk is local, and counted.
    if (*job.usage.process_bytes_read == 0 && !job.usage.device && !job.usage.cached) return traffic;
    traffic.from_storage = *job.usage.process_bytes_read;
    traffic.source = job.usage.cached   ? "network and the cache's disk"
                     : job.usage.remote ? "network"
                                        : "process read_bytes";
  } else if (job.usage.device) {
    traffic.from_storage = job.usage.device->bytes_read;
    traffic.source = "block device";
  }
  return traffic;
}

Evidence evidence_of(const MeasuredJob& job, const JobPlan& plan, const RunOptions& options) {
  const JobResult& result = job.result;
  Evidence e;
  const AuResult led = utilisation(Statistic::kWall, result.epochs, plan.loader.batch_size);
  e.au = led.au.value_or(0);
  e.au_target = options.workload.training.au_target;
  e.samples_per_second = led.samples_per_second.value_or(static_cast<double>(result.samples_delivered) /
                                                         job.wall().value);  // one throughput on one page
  const double step = law_mean(plan.step_time);
  if (step > 0)
    e.demand_samples_per_second = plan.ranks.all * static_cast<double>(plan.loader.batch_size) / step;
  const Shares shares = time_shares(result.epochs);
  e.step_time = Seconds{step};
  add_epochs(e, result.epochs);
  if (shares.total > 0) {
    e.load_wait_share = shares.load / shares.total;
    e.barrier_wait_share = shares.barrier / shares.total;
    e.compute_share = shares.compute / shares.total;
    e.start_up_share = shares.start / shares.total;
    e.checkpoint_share = shares.checkpoint / shares.total;
    e.failure_share = result.readers.failing / Seconds{shares.total};
  }
  e.compute_excess = job.watch->compute_excess();
  e.overdue_share = job.watch->overdue_share();
  add_cpu(e, job);
  if (!job.lane_cpu_share.empty())
    e.io_cpu_share = *std::max_element(job.lane_cpu_share.begin(), job.lane_cpu_share.end());
  e.null_storage = !moves_bytes(job.engine);
  if (!e.null_storage) add_remote(e, job);
  if (job.usage.device && !e.null_storage) e.device_busy_share = job.usage.device->busy / job.wall();
  e.open_share = open_share(job);
  e.read_latency_mean = result.readers.sample_read.mean();
  e.read_latency_p99 = result.readers.sample_read.quantile(0.99);
  if (!e.null_storage)
    e.bytes_per_second = BytesPerSecond{static_cast<double>(result.readers.bytes) / job.wall().value};
  if (result.readers.requests) e.read_size = Bytes{result.readers.bytes / result.readers.requests};
  e.transfer_size = plan.loader.transfer_size;
  const Access access = access_of(plan);
  e.read_whole = Bytes{static_cast<std::uint64_t>(access.whole_bytes)};
  if (access.kind == ReadKind::kFile) e.packed_layout = to_string(packed_layout_of(plan.loader));
  e.workers = plan.loader.workers;
  e.readers = readers_of(plan);
  e.prefetch = plan.loader.prefetch;
  e.window_batches = static_cast<double>(access.window_batches);
  e.producers = static_cast<double>(access.producers);
  e.requests_in_flight = result.readers.busy / job.wall();
  const double working = (result.readers.busy + result.readers.preparing) / job.wall();
  e.worker_busy_share = std::min(1.0, working / static_cast<double>(plan.ranks.here * e.readers.now));
  e.cache_share = traffic_of(job).cache_share().value_or(-1);
  e.cache_expected = options.cache_expected;
  e.ended_by_error = result.failed;
  e.ended_by_client = result.failed && result.readers.of_client();
  e.memory_filesystem = moves_bytes(job.engine) && !has_storage_below(job);
  e.errors = static_cast<double>(result.readers.fault_count());
  return e;
}

}  // namespace aforo
