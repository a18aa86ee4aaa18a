#include "measure/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "measure/verdict_rules.h"

namespace aforo {
namespace {

constexpr double kCacheFlag = 0.5;  // chosen: more from memory than from storage

std::string or_unknown(std::optional<double> share) {
  return share ? format_percent(*share) : "not measured";
}

// What this machine did for the job, and to it.
void add_client(const Evidence& e, std::vector<std::string>& lines) {
  if (e.overdue_share > kLateSteps)
    lines.push_back(fmt::format("accelerators: {} of their time lost to this machine, which woke them late",
                                format_percent(e.overdue_share)));
  if (e.client_cpu_share)
    lines.push_back(fmt::format("client CPU: {} of its cores, busiest I/O loop {}",
                                format_percent(*e.client_cpu_share), or_unknown(e.io_cpu_share)));
  if (e.kernel_cpu_share >= kNoticeable)
    lines.push_back(fmt::format(
        "client CPU: {} of its cores in the kernel's own threads, the busiest ({}) {} of one",
        format_percent(e.kernel_cpu_share), e.kernel_thread, format_percent(e.kernel_thread_share)));
}

// Every number that a reader may want to argue with, known ones only.
void add_remote(const RemoteEvidence& remote, std::vector<std::string>& lines) {
  lines.push_back(fmt::format(
      "requests: {}, of them {} throttled and {} without an answer; connections: {}, of them {} not taken",
      format_count(remote.requests), format_count(remote.throttled), format_count(remote.reset),
      format_count(remote.connections), format_count(remote.connections_failed)));
  if (remote.small_per_second > 0)
    lines.push_back(
        fmt::format("small pieces of the same objects: {}/s", format_count(remote.small_per_second)));
}

std::vector<std::string> list_evidence(const Evidence& e) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("AU {}, target {}", format_percent(e.au), format_percent(e.au_target)));
  if (e.demand_samples_per_second > 0) {
    lines.push_back(fmt::format("{} samples/s of the {} that the accelerators could use",
                                format_count(e.samples_per_second),
                                format_count(e.demand_samples_per_second)));
  }
  lines.push_back(fmt::format("accelerators: {} compute, {} load wait, {} barrier",
                              format_percent(e.compute_share), format_percent(e.load_wait_share),
                              format_percent(e.barrier_wait_share)));
  if (e.checkpoint_share > 0)
    lines.push_back(fmt::format("checkpoints: {} of the time", format_percent(e.checkpoint_share)));
  if (e.start_up_share > 0)
    lines.push_back(
        fmt::format("first batches of the epochs: {} of the time{}", format_percent(e.start_up_share),
                    e.steps > 0 ? fmt::format(", {} steps an epoch", format_count(e.steps)) : ""));
  if (e.first_epoch_au && e.later_epochs_au)
    lines.push_back(fmt::format("AU of the first epoch {}, of the later ones {}",
                                format_percent(*e.first_epoch_au), format_percent(*e.later_epochs_au)));
  lines.push_back(fmt::format("loader: workers busy {} of the time, {} requests in flight",
                              format_percent(e.worker_busy_share), format_count(e.requests_in_flight)));
  if (e.readers.own_shards)
    lines.push_back(
        fmt::format("readers of one accelerator: {} of {} workers have a shard", e.readers.now, e.workers));
  if (e.compute_excess > kLateSteps)
    lines.push_back(fmt::format("emulated steps: {} longer than asked", format_percent(e.compute_excess)));
  if (e.read_latency_mean.value > 0) {
    lines.push_back(fmt::format("read: {} mean, {} at p99, {} of a sample's time in open",
                                format_seconds(e.read_latency_mean), format_seconds(e.read_latency_p99),
                                format_percent(e.open_share)));
  }
  if (e.device_busy_share || !e.predicted)  // a prediction names the busiest station alone
    lines.push_back(fmt::format("storage device busy: {}", or_unknown(e.device_busy_share)));
  if (e.network_busy_share)
    lines.push_back(fmt::format("client network: {} busy", format_percent(*e.network_busy_share)));
  if (e.remote) add_remote(*e.remote, lines);
  add_client(e, lines);
  if (e.null_ceiling) {
    lines.push_back(fmt::format("this client on null storage: {} samples/s", format_count(*e.null_ceiling)));
  }
  if (e.more_workers) {
    const double baseline = std::max(e.more_workers->baseline, e.samples_per_second);
    lines.push_back(fmt::format("{}: {} samples/s, against {} as it is", e.more_workers->change,
                                format_count(e.more_workers->samples_per_second), format_count(baseline)));
  }
  if (e.fewer_readers)
    lines.push_back(fmt::format("{}: {} samples/s, against {} as it is, neither computing",
                                e.fewer_readers->change, format_count(e.fewer_readers->samples_per_second),
                                format_count(e.fewer_readers->baseline)));
  if (e.cache_share >= 0)
    lines.push_back(fmt::format("{}: {} of the bytes", e.predicted ? "caches" : "page cache",
                                format_percent(e.cache_share)));
  if (e.errors > 0) lines.push_back(fmt::format("{} samples failed", format_count(e.errors)));
  return lines;
}

// The client is not the limit now, but it would be the next one.
bool client_is_next(const Evidence& e, Limit limit) {
  return limit != Limit::kClientCpu && limit != Limit::kNone && e.null_ceiling &&
         *e.null_ceiling < e.au_target * e.demand_samples_per_second;
}

void note(Verdict& verdict, const std::string& clause) {
  verdict.text += ". NOTE: " + clause;
  verdict.notes.push_back(clause);
}

Finding nothing_measured() {
  return {Limit::kUnknown, "no step was measured", {"run more steps: --steps 100"}, ""};
}

// Without advice that is none; of a search that is running there is always some.
Finding advised(const Evidence& e, Finding finding) {
  std::erase(finding.advice, "");
  if (e.searching && finding.advice.empty())
    finding.advice.push_back("a larger --max-accelerators, or a dataset with more samples: no number missed");
  return finding;
}

Finding find(const Evidence& e) {
  if (e.ended_by_client) return {Limit::kUnknown, std::string(kClientLack), {std::string(kClientAdvice)}, ""};
  if (!(e.samples_per_second > 0)) return nothing_measured();
  for (Rule* rule : verdict_rules()) {
    if (std::optional<Finding> finding = rule(e)) return advised(e, *std::move(finding));
  }
  return nothing_measured();  // not reached: the last rule always answers
}

}  // namespace

std::string cache_flag(const Evidence& e) {
  if (e.null_storage || e.memory_filesystem || e.cache_expected || e.cache_share < kCacheFlag) return "";
  return fmt::format("{} of the bytes came from the page cache: this measured memory, not the storage",
                     format_percent(e.cache_share));
}

Verdict verdict_of(const Evidence& e) {
  const Finding finding = find(e);
  Verdict verdict{finding.limit,    to_string(finding.limit) + ": " + finding.reason,
                  finding.reason,   {},
                  list_evidence(e), finding.advice};
  if (!finding.flag.empty()) verdict.text += "; try " + finding.flag;
  if (client_is_next(e, finding.limit)) {
    verdict.advice.push_back(
        fmt::format("more client cores or hosts: on null storage this client reaches {} "
                    "samples/s, the target needs {}",
                    format_count(*e.null_ceiling), format_count(e.au_target * e.demand_samples_per_second)));
  }
  if (e.errors > 0) {
    if (!e.ended_by_error) verdict.text += fmt::format("; {} samples FAILED", format_count(e.errors));
    verdict.advice.push_back("look at `errors` in the record: failed samples are missing from this result");
  }
  if (e.compute_excess > kLateSteps) {
    note(verdict,
         fmt::format(
             "emulated steps took {} longer than asked, which counts as compute: this machine is too busy "
             "for this AU to be believed",
             format_percent(e.compute_excess)));
    verdict.advice.push_back("an idle machine, more client cores, or fewer accelerators: --accelerators N");
  }
  if (e.null_storage && e.au >= e.au_target) return verdict;
  if (e.null_storage) {
    note(verdict, "nothing was read (null engine): this is what the client does without any storage");
  } else if (e.memory_filesystem) {
    if (!e.cache_expected)
      note(verdict, "this is a memory filesystem, there is no storage below: this measured memory");
  } else if (const std::string flag = cache_flag(e); !flag.empty()) {
    note(verdict, flag);
    verdict.advice.insert(verdict.advice.begin(),
                          "--drop-caches, --read direct, or a dataset several times larger than memory; "
                          "--cache-expected if a warm run is wanted");
  }
  return verdict;
}

}  // namespace aforo
