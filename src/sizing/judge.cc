#include "sizing/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "plan/cache_form.h"
#include "plan/closed_predict.h"
#include "sizing/cloud_limits.h"
#include "sizing/design_storage.h"
#include "sizing/shelf.h"
#include "sizing/staging.h"

namespace aforo {
namespace {

// Of a design that was judged by itself: it can be the nearest miss, however far.
constexpr double kLeastReach = 1e-6;
// Chosen: what several jobs leave of a storage that is far too small for them;
// 0 would divide by it.
constexpr double kLeastLeft = 0.01;
// Chosen: of what the hosts allow, above which they and not storage are said to be the limit.
constexpr double kNearHost = 0.95;

// Words are made of the one that a design lacks most.
struct Check {
  std::string_view name;
  double have, need;
  const char* what = "";  // "reads": 41.2 GiB/s where 152 GiB/s are needed
  std::string (*shown)(double) = nullptr;
};

template <class Value>
Check check_of(std::string_view name, Value have, Value need, const char* what,
               std::string (*shown)(double)) {
  return {name, static_cast<double>(have.value), static_cast<double>(need.value), what, shown};
}

std::string bytes_text(double bytes) { return bytes_decimal({static_cast<std::uint64_t>(bytes)}); }
std::string rate_text(double rate) { return format_rate({rate}); }
std::string count_text(double rate) { return format_count(rate) + " /s"; }

// Of a service: requests that read, unless a cache takes them away, and that write checkpoints.
void add_requests(const Design& d, const Need& need, std::vector<Check>& checks) {
  const Bytes piece = piece_of(*d.service);
  const bool block = d.service->kind == ServiceKind::kBlock;
  if (!has_cache(d) && !staged_in_hosts(d))
    checks.push_back(check_of("requests", d.requests, block ? need.requests : read_requests(need, piece),
                              "serves requests at", count_text));
  checks.push_back(check_of("writes", d.writes, write_requests(need, piece), "takes writes at", count_text));
}

// Of a design that was made for other jobs.
void add_copy(const Design& d, const Need& need, std::vector<Check>& checks) {
  if (d.staged) checks.push_back({"copy", in_bytes(d.copy), in_bytes(copy_wanted(d, need))});
  if (d.local_cache.value > 0)
    checks.push_back({"hosts", static_cast<double>(d.hosts), static_cast<double>(need.hosts)});
}

std::string text_of(const Check& lacking, const Design& d, const Need& need) {
  const auto& [name, have, wanted, what, shown] = lacking;
  if (name == "copy")
    return fmt::format("{} of what is trained on fit where {} are needed{}", bytes_decimal(d.copy),
                       bytes_decimal(copy_wanted(d, need)), staged_in_hosts(d) ? " in each host" : "");
  if (name == "hosts") return fmt::format("flash lies in {} hosts where {} train", d.hosts, need.hosts);
  return fmt::format("{} {} where {} {} needed", what, shown(have), shown(wanted),
                     name == "capacity" ? "is" : "are");
}

// Of a tier that all jobs fill, the part that holds this job's data; all of it in a host, which runs one job.
double part_of_cache(const Design& d, const Need& need, const JobNeed& job) {
  if (d.local_cache.value > 0 || need.datasets.value == 0) return 1;
  return static_cast<double>(job.requirement.dataset.value) / static_cast<double>(need.datasets.value);
}

// Hits of the design's caches in the steady state; of a shared one the job has `part`.
double hits_of_caches(const Design& d, const JobNeed& job, double part) {
  const Bytes dataset = job.requirement.dataset;
  double missed = d.page_cache.value > 0 ? 1 - steady_hits(d.page_cache, dataset, job.hosts) : 1;
  if (d.staged) return 1 - missed;
  if (d.local_cache.value > 0)
    missed *= 1 - steady_hits(d.local_cache, dataset, job.hosts);
  else if (d.fast.drives > 0)
    missed *=
        1 - steady_hits({static_cast<std::uint64_t>(part * in_bytes(shelf_usable(d.fast)))}, dataset, 1);
  return 1 - missed;
}

// Share of the reads that miss the design's caches, over all epochs of the job.
double missed_share(const Design& d, const JobNeed& job, double part) {
  const double epochs = std::max<double>(1, job.workload.training.epochs);
  if (staged_in_hosts(d)) return 1 / epochs;  // copied from the archive once
  return (1 + (epochs - 1) * (1 - hits_of_caches(d, job, part))) / epochs;
}

Served serve(const Design& d, const Need& need, std::size_t i, const ClosedOptions& options) {
  const JobNeed job = as_read(need.jobs[i], d);
  const ClosedPrediction found = predict_closed(job.workload, storage_for(d, need, i), 0, options);
  Served out{std::clamp(found.au, 0.0, 1.0),
             std::max(0.0, found.au_low),
             std::min(1.0, found.au_high),
             found.limit,
             missed_share(d, job, part_of_cache(d, need, job)),
             found.limit_station,
             found.loss};
  subtract_pauses(d, need.jobs[i], out);
  return out;
}

ClosedOptions options_of(std::uint32_t per_host, SolvedNetworks* solved, bool at_most) {
  ClosedOptions out;
  out.ranks_per_host = per_host;
  out.solved = solved;
  out.at_most = at_most;
  return out;
}

// Nobody else there and no cache: how long one sample takes to read.
Seconds time_alone(const Design& d, JobNeed job, double hosts) {
  job.workload.loader.preprocess = Law{};  // no part of what a sample's read may take (plan/requirement.h)
  const StorageSpec storage = storage_of_design(d, 1, &job.read);
  const std::vector<double> no_hits(storage.caches.size(), 0.0);
  const ClosedNetwork network = closed_network(job.workload, storage, hosts, no_hits);
  return {1 / mva_schweitzer(network.mva, 1).throughput.value};
}

}  // namespace

StorageSpec storage_for(const Design& design, const Need& need, std::size_t i) {
  const JobNeed job = as_read(need.jobs[i], design);
  const double part = part_of_cache(design, need, job);
  StorageSpec out = storage_of_design(design, left_for(design, need, i), &job.read);
  for (CacheSpec& cache : out.caches)
    if (cache.scope == StationScope::kShared)
      cache.size = {static_cast<std::uint64_t>(part * static_cast<double>(cache.size.value))};
  return out;
}

void hold_to_host(const JobNeed& job, Served& served) {
  if (job.host.pace >= 1) return;
  for (double* part : {&served.au, &served.low, &served.high}) *part = std::min(*part, job.host.pace);
  if (served.au < kNearHost * job.host.pace && !served.limit.starts_with(to_string(Limit::kNone))) return;
  served.limit = job.host.limit();
  served.limit_station.clear();
}

void subtract_pauses(const Design& d, const JobNeed& job, Served& served) {
  hold_to_host(job, served);
  const double running = 1 - paused_share(d, job);
  if (1 - running > 1 - served.au) {
    served.limit = served.loss = "checkpoint writes";
    served.limit_station.clear();
  }
  for (double* part : {&served.au, &served.low, &served.high}) *part *= running;
  const double staging = staging_share(d, job, served.au);
  if (staging > 1 - served.au) {
    served.limit = served.loss = "staging";
    served.limit_station.clear();
  }
  for (double* part : {&served.au, &served.low, &served.high}) *part *= 1 - staging;
}

Judgement check_figures(const Design& d, const Need& need, bool words) {
  const CloudService* keeper = keeper_of(d);
  if (keeper != nullptr && keeper->durability == Durability::kScratch && need.held_beside.value > 0)
    return {
        {},
        "durability",
        fmt::format(
            "durability: it is scratch, which a failed server takes along, and {} beside the jobs' own "
            "data would lie nowhere else; hold those in an object store, and ask for the jobs' data alone",
            bytes_decimal(need.held_beside)),
        kLeastReach};
  std::vector<Check> checks = {
      check_of("capacity", d.usable, to_hold(d, need), "holds", bytes_text),
      check_of("write", d.write, need.checkpoint_write, "writes checkpoints at", rate_text)};
  add_copy(d, need, checks);
  if (!has_cache(d)) {
    checks.push_back(check_of("read", d.read, need.read, "reads", rate_text));
    if (!staged_in_hosts(d) && (d.service == nullptr || d.service->kind == ServiceKind::kFile))
      checks.push_back(check_of("opens", d.opens, need.opens, "opens", count_text));
  }
  if (d.service != nullptr) add_requests(d, need, checks);
  BytesPerSecond host{0};
  for (const JobNeed& job : need.jobs) {
    host = std::max(host, job.requirement.network_checkpoint);
    if (d.page_cache.value == 0) host = std::max(host, job.requirement.network_per_host);
  }
  if (!d.local_cache.value)
    checks.push_back(check_of("network", d.client_network, host, "brings to a host", rate_text));
  // What it lacks most: a miss is as near as its furthest check.
  const auto reach = [](const Check& c) { return c.need > 0 ? c.have / c.need : HUGE_VAL; };
  const auto worst = std::min_element(checks.begin(), checks.end(),
                                      [&](const Check& a, const Check& b) { return reach(a) < reach(b); });
  if (reach(*worst) < 1)
    return {{},
            std::string(worst->name),
            words ? fmt::format("{}: {}", worst->name, text_of(*worst, d, need)) : "",
            std::max(reach(*worst), kLeastReach)};
  if (std::string refused = staging_refusal(d, need); !refused.empty())
    return {{}, "staging", std::move(refused), kLeastReach};
  return {};
}

std::vector<Served> served_by(const Design& d, const Need& need, std::uint32_t per_host,
                              SolvedNetworks* solved, bool at_most) {
  const ClosedOptions options = options_of(per_host, solved, at_most);
  std::vector<Served> out;
  for (std::size_t i = 0; i < need.jobs.size(); ++i) out.push_back(serve(d, need, i, options));
  return out;
}

Judgement judge_design(const Design& d, const Need& need, std::uint32_t per_host, SolvedNetworks* solved,
                       bool at_most) {
  const ClosedOptions options = options_of(per_host, solved, at_most);
  Judgement out;
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const JobNeed& job = need.jobs[i];
    if (!has_cache(d) && job.read.kind != ReadKind::kStream) {
      const Seconds alone = time_alone(d, job, job.hosts);
      const Seconds allowed = job.requirement.sample_latency;
      if (alone > allowed)
        return {{},
                "latency",
                fmt::format(
                    "latency: a sample of '{}' takes {} with nobody else there where {} are allowed; more "
                    "workers would hide it",
                    job.workload.name, format_seconds(alone), format_seconds(allowed)),
                std::max(allowed / alone, kLeastReach)};
    }
    out.served.push_back(serve(d, need, i, options));
  }
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const double target = least_utilisation(need.jobs[i]), au = out.served[i].au;
    if (au >= target || au / target >= out.reach) continue;
    out.check = "utilisation";
    out.reach = std::max(au / target, kLeastReach);
    out.reason =
        fmt::format("utilisation: {}would reach {} where {} are wanted, limited by {}", subject_of(need, i),
                    format_percent_below(au, target), format_percent(target), out.served[i].limit);
  }
  return out;
}

double left_for(const Design& d, const Need& need, std::size_t job) {
  const bool networks_alone = d.service != nullptr && d.provisioned.value <= 0;  // of each job its own
  if (need.jobs.size() < 2 || d.read.value <= 0 || networks_alone) return 1;
  double others = 0;
  for (std::size_t i = 0; i < need.jobs.size(); ++i)
    if (i != job) others += need.jobs[i].requirement.read.value;
  const double own = need.jobs[job].requirement.read.value;
  return std::clamp(std::max(1 - others / d.read.value, own / (own + others)), kLeastLeft, 1.0);
}

double mean_au(const std::vector<Served>& served, const Need& need) {
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < served.size(); ++i) {
    const double weight = need.jobs[i].workload.accelerator.count * need.jobs[i].duty;
    sum += weight * served[i].au;
    weights += weight;
  }
  return weights > 0 ? sum / weights : 0;
}

}  // namespace aforo
