#include "train/host_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "base/units.h"
#include "measure/au.h"
#include "storage/counters.h"
#include "train/run_evidence.h"

namespace aforo {
namespace {

constexpr double kBusyCpu = 0.9;  // of a host's cores; chosen: beyond, readers wait for them

// Means over the steps of one host's ranks, or of one rank, in seconds.
struct Pace {
  double steps = 0, load = 0, compute = 0, barrier = 0, late = 0;
  double ready() const { return load + compute; }
  double step() const { return load + compute + barrier; }

  void add(const RankEpoch& rank) {
    steps += static_cast<double>(rank.steps);
    load += rank.load_wait.value, compute += rank.compute.value, barrier += rank.barrier_wait.value;
  }
  void divide() {
    if (steps == 0) return;
    load /= steps, compute /= steps, barrier /= steps;
  }
};

Pace pace_of(const HostPart& part) {
  Pace pace;
  for (const auto& epoch : part.job.result.epochs)
    for (const RankEpoch& rank : epoch) pace.add(rank);
  pace.divide();
  pace.late = part.job.watch->overdue_share() * pace.step();
  return pace;
}

double cpu_share(const HostPart& part) {
  const double wall = part.job.wall().value;
  return wall > 0 ? part.job.usage.cpu().value / (wall * std::max(1u, part.cores)) : 0;
}

Json host_json(const HostPart& part, const Pace& pace, const JobPlan& plan) {
  const MeasuredJob& job = part.job;
  const AuResult led = utilisation(Statistic::kWall, job.result.epochs, plan.loader.batch_size);
  Json one{{"name", part.name},
           {"process", part.host},
           {"first_rank", job.result.ranks.first},
           {"ranks", job.result.ranks.here}};
  if (led.au) set_number(one, "au", *led.au);
  if (led.samples_per_second) set_number(one, "samples_per_second", *led.samples_per_second);
  if (moves_bytes(job.engine)) {
    const Traffic traffic = traffic_of(job);
    set_number(one, "bytes_per_second", static_cast<double>(traffic.requested) / job.wall().value);
    if (const auto share = traffic.cache_share()) set_number(one, "cache_share", *share);
    one["read_seconds"] = percentiles(job.result.readers.sample_read);
  }
  set_number(one, "load_wait_seconds_mean", pace.load);
  set_number(one, "barrier_wait_seconds_mean", pace.barrier);
  set_number(one, "ready_seconds_mean", pace.ready());
  set_number(one, "overdue_share", job.watch->overdue_share());
  set_number(one, "cpu_share", cpu_share(part));
  one["cores"] = part.cores;
  one["io_threads"] = job.io_threads;
  one["engine"] = to_string(job.engine);
  set_number(one, "clock_offset_seconds", part.clock.offset.value);
  set_number(one, "clock_uncertainty_seconds", part.clock.uncertainty.value);
  set_number(one, "clock_drift_seconds", part.drift.value);
  if (const std::uint64_t faults = job.result.readers.fault_count()) one["errors"] = faults;
  return one;
}

// The last to be ready, and the median of all others; nothing where fewer than two did steps.
struct Slowest {
  std::size_t index = 0;
  Pace own, others;
  double behind() const { return own.ready() - others.ready(); }
};
std::optional<Slowest> slowest_of(const std::vector<Pace>& paces) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < paces.size(); ++i)
    if (paces[i].steps > 0) order.push_back(i);
  if (order.size() < 2) return std::nullopt;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return paces[a].ready() < paces[b].ready(); });
  return Slowest{order.back(), paces[order.back()], paces[order[(order.size() - 1) / 2]]};
}
bool is_slow(const Slowest& slowest) { return slowest.behind() > kSlowHost * slowest.own.step(); }

std::string milliseconds(double seconds) { return format_seconds(Seconds{seconds}); }

void add_slow_host(Json& record, const std::vector<HostPart>& parts, const Slowest& slow) {
  const HostPart& part = parts[slow.index];
  const double late = slow.own.late - slow.others.late + slow.own.compute - slow.others.compute;
  const double cpu = cpu_share(part);
  const bool of_cpu = cpu > kBusyCpu;
  const bool of_host = late > slow.behind() / 2 || of_cpu;
  std::string reason;
  const Histogram& reads = part.job.result.readers.sample_read;
  if (of_host)
    reason = of_cpu
                 ? fmt::format("it is the host: its CPU is used to {}", format_percent(cpu))
                 : fmt::format("it is the host: {} of that are steps that it ended late", milliseconds(late));
  else
    reason = fmt::format("it is its way to storage: {} of that are waiting for data{}",
                         milliseconds(slow.own.load - slow.others.load),
                         reads.count() > 0 ? fmt::format(", and a read takes {} at the median",
                                                         milliseconds(reads.quantile(0.5).value))
                                           : "");
  const std::string text =
      fmt::format("{} keeps the others waiting: its accelerators are ready {} later in a step of {}; {}",
                  part.name, milliseconds(slow.behind()), milliseconds(slow.own.step()), reason);
  record["slow_host"] = {{"name", part.name},
                         {"process", part.host},
                         {"behind_seconds", slow.behind()},
                         {"behind_share", slow.behind() / slow.own.step()},
                         {"cause", of_host ? "host" : "storage"},
                         {"text", text}};
  record["warnings"].push_back(text);
}

// A rank that is slow beside the others of its own host.
void add_slow_rank(Json& record, const std::vector<HostPart>& parts) {
  std::optional<Slowest> found;
  const HostPart* host = nullptr;
  for (const HostPart& part : parts) {
    std::vector<Pace> ranks(part.job.result.ranks.here);
    for (const auto& epoch : part.job.result.epochs)
      for (std::size_t r = 0; r < epoch.size() && r < ranks.size(); ++r) ranks[r].add(epoch[r]);
    for (Pace& pace : ranks) pace.divide();
    const auto slow = slowest_of(ranks);
    if (slow && is_slow(*slow) && (!found || slow->behind() > found->behind())) found = slow, host = &part;
  }
  if (!found) return;
  record["slow_rank"] = {{"rank", host->job.result.ranks.first + found->index},
                         {"host", host->name},
                         {"behind_seconds", found->behind()},
                         {"behind_share", found->behind() / found->own.step()}};
}

}  // namespace

void add_hosts(Json& record, const std::vector<HostPart>& parts, const std::vector<std::string>& missing,
               const JobPlan& plan) {
  Json hosts = Json::array();
  std::vector<Pace> paces;
  for (const HostPart& part : parts) {
    paces.push_back(pace_of(part));
    hosts.push_back(host_json(part, paces.back(), plan));
  }
  record["hosts"] = std::move(hosts);
  if (!missing.empty()) {
    record["hosts_missing"] = missing;
    record["warnings"].push_back(fmt::format(
        "nothing came from {}: it ended or was cut off, and what it measured is not in this Record",
        join(missing, ", ")));
  }
  if (!plan.synchronous) return;
  if (const auto slow = slowest_of(paces); slow && is_slow(*slow)) add_slow_host(record, parts, *slow);
  add_slow_rank(record, parts);
}

}  // namespace aforo
