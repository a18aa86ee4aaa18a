#include "train/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "storage/counters.h"
#include "train/content_checks.h"
#include "workload/client.h"

namespace aforo {
namespace {

constexpr double kDisturbed = 0.1;  // of all cores, used by others; chosen: more can move AU by points

void add_statistics(Json& record, const MeasuredJob& job, const JobPlan& plan) {
  Json statistics = Json::object();
  for (Statistic s : {Statistic::kWall, Statistic::kMlpsV1, Statistic::kMlpsV2, Statistic::kMlpsV3}) {
    const AuResult result = utilisation(s, job.result.epochs, plan.loader.batch_size);
    Json one = Json::object();
    if (result.au) set_number(one, "au", *result.au);
    if (result.samples_per_second) set_number(one, "samples_per_second", *result.samples_per_second);
    if (!one.empty()) statistics[std::string(to_string(s))] = one;
    if (s != Statistic::kWall) continue;
    if (result.au) set_number(record, "au", *result.au);
    Json epochs = Json::array();
    for (const auto& au : result.per_epoch)
      if (au) epochs.push_back(*au);
    record["au_per_epoch"] = epochs;
    if (result.samples_per_second) set_number(record, "samples_per_second", *result.samples_per_second);
  }
  record["statistics"] = statistics;
}

// Seconds that accelerators waited for data, all ranks together; and what they cost.
void add_stalls(Json& record, const MeasuredJob& job, const JobPlan& plan, const RunOptions& options) {
  double stall = 0, total = 0, load = 0, barrier = 0;
  for (const auto& epoch : job.result.epochs)
    for (const RankEpoch& rank : epoch) {
      const double wall = (rank.end - rank.start).value;
      stall += wall - rank.compute.value;
      total += wall;
      load += rank.load_wait.value;
      barrier += rank.barrier_wait.value;
    }
  set_number(record, "stall_seconds", stall);
  record["stalls"] = {
      {"load_wait_seconds", load}, {"barrier_wait_seconds", barrier}, {"accelerator_seconds", total}};
  if (!options.accelerator_price_per_hour || total <= 0) return;
  const double price = options.accelerator_price_per_hour->value;
  set_number(record, "accelerator_usd_per_hour", price);
  set_number(record, "stall_cost_usd", stall / 3600 * price);
  set_number(record, "stall_cost_usd_per_month", stall / total * plan.ranks.all * price * kHoursPerMonth);
}

// What was asked of a store over the network.
Json requests_of(const RemoteCounts& counts, std::uint64_t samples) {
  Json json{{"get", counts.gets},
            {"head", counts.heads},
            {"list", counts.lists},
            {"bytes_received", counts.bytes_received},
            {"bytes_wasted", counts.bytes_wasted},
            {"connections", counts.connections},
            {"connections_failed", counts.connections_failed}};
  const std::uint64_t made = counts.connections - std::min(counts.connections, counts.connections_failed);
  if (made > 0)
    set_number(json, "connect_seconds_mean",
               static_cast<double>(counts.connect_nanoseconds) * 1e-9 / static_cast<double>(made));
  if (samples > 0)
    set_number(json, "per_sample", static_cast<double>(counts.requests()) / static_cast<double>(samples));
  json["again"] = {{"throttled", counts.throttled}, {"failed", counts.failed},
                   {"reset", counts.reset},         {"truncated", counts.truncated},
                   {"timed_out", counts.timed_out}, {"mismatched", counts.mismatched}};
  return json;
}

// The parts of a read over the network, measured apart.
void add_answers(Json& json, const AnswerTimes& answers) {
  json["connection_seconds"] = percentiles(answers.connection);
  json["first_byte_seconds"] = percentiles(answers.first_byte);
  json["transfer_seconds"] = percentiles(answers.transfer);
  if (const Seconds transfer = answers.transfer.sum(); transfer.value > 0)
    set_number(json, "connection_bytes_per_second", static_cast<double>(answers.bytes) / transfer.value);
}

Json cache_of(const CacheCounts& counts) {
  Json json{{"hits", counts.hits},
            {"waited", counts.waited},
            {"misses", counts.misses},
            {"passed", counts.passed},
            {"bytes_hit", counts.bytes_hit},
            {"bytes_missed", counts.bytes_missed},
            {"bytes_passed", counts.bytes_passed},
            {"objects_fetched", counts.filled},
            {"bytes_fetched", counts.bytes_filled},
            {"objects_evicted", counts.evicted},
            {"disk_full", counts.disk_full},
            {"disk_failed", counts.disk_failed}};
  if (counts.bytes() > 0) set_number(json, "hit_share", counts.hit_share());
  return json;
}

void add_cache(Json& record, const CacheCounts& counts) {
  record["cache"] = cache_of(counts);
  const auto warn = [&](std::uint64_t objects, std::string_view why) {
    if (objects > 0)
      record["warnings"].push_back(
          fmt::format("the cache could not keep {} {}: {}; they were read and not kept", objects,
                      objects == 1 ? "object" : "objects", why));
  };
  warn(counts.disk_full, "its disk was full");
  warn(counts.disk_failed, "its disk failed");
}

void add_bytes(Json& record, const MeasuredJob& job, const RunOptions& options) {
  record["read_requests"] = job.result.readers.requests;
  if (!moves_bytes(options.engine)) return;  // nothing was read: bytes and devices have no part in it
  const Traffic traffic = traffic_of(job);
  const double wall = job.wall().value;
  set_number(record, "bytes_per_second", static_cast<double>(traffic.requested) / wall);
  record["bytes_requested"] = traffic.requested;
  if (traffic.from_storage) {
    record["bytes_from_storage"] = *traffic.from_storage;
    record["bytes_from_storage_source"] = traffic.source;
  }
  if (const auto share = traffic.cache_share()) set_number(record, "cache_share", *share);
  if (const auto& device = job.usage.device)
    record["device"] = {{"name", device->name},
                        {"bytes_read", device->bytes_read},
                        {"reads", device->reads},
                        {"busy_share", device->busy / job.wall()}};
  if (const auto& remote = job.usage.remote)
    record["requests"] = requests_of(*remote, job.result.readers.samples);
  if (const Client client = options.workload.loader.client;
      client != Client::kNone && record.contains("requests"))
    record["requests"]["client"] = style_of(client).software;
  if (job.usage.remote && job.result.readers.bytes > 0)
    set_number(record["requests"], "bytes_received_per_byte_wanted",
               static_cast<double>(job.usage.remote->bytes_received) /
                   static_cast<double>(job.result.readers.bytes));
  if (const AnswerTimes& answers = job.opens.answers;
      answers.transfer.count() > 0 && record.contains("requests"))
    add_answers(record["requests"], answers);
  if (const auto& cached = job.usage.cached) add_cache(record, *cached);
}

void add_client(Json& record, const MeasuredJob& job) {
  const double user = job.usage.cpu_user.value, system = job.usage.cpu_system.value;
  set_number(record, "cpu_seconds", user + system);
  record["cpu_seconds_user"] = user;
  record["cpu_seconds_system"] = system;
  if (const auto& kernel = job.usage.kernel_cpu) set_number(record, "cpu_seconds_kernel", kernel->value);
  if (job.result.readers.bytes && moves_bytes(job.engine))
    set_number(record, "cpu_seconds_per_gb",
               (user + system) / (static_cast<double>(job.result.readers.bytes) / 1e9));
  if (const auto share = other_cpu_share(job.usage, job.cores ? job.cores : describe_machine().cores)) {
    set_number(record, "other_cpu_share", *share);
    if (*share > kDisturbed)
      record["warnings"].push_back(
          fmt::format("other processes used {} of this machine's CPU during the run: it was "
                      "disturbed; repeat it on an idle machine",
                      format_percent(*share)));
  }
  record["resident_bytes"] = job.resident.value;
  record["io_threads"] = job.io_threads;
  record["engine"] = to_string(job.engine);
}

void add_errors(Json& record, const ReaderStats& stats, const Layout& layout, Seconds timeout) {
  Json errors = Json::object();
  errors["count"] = stats.fault_count();
  Json kinds = Json::object();
  for (std::size_t i = 0; i < kReadFaults; ++i)
    if (stats.faults[i]) kinds[to_string(static_cast<ReadFault>(i))] = stats.faults[i];
  if (!kinds.empty()) errors["by_kind"] = kinds;
  const std::vector<std::string> examples = failures_in_words(stats, layout, timeout);
  if (!examples.empty()) errors["examples"] = examples;
  record["errors"] = errors;
}

void add_steady(Json& record, const StepSeries& series) {
  const auto steady = series.steady();
  if (!steady) return;
  Json json{{"warm_up_steps", steady->warm_up_steps},
            {"warm_up_seconds", steady->warm_up.value},
            {"step_seconds", steady->step_mean.value},
            {"trustworthy", steady->trustworthy}};
  if (steady->interval) json["step_seconds_interval"] = {steady->interval->low(), steady->interval->high()};
  record["steady"] = json;
}

// What is drawn of it, bounded whatever the job.
void add_pictures(Json& record, const MeasuredJob& job) {
  add_series(record, job.watch->curve().series());
  add_series(record, distribution("step distribution", job.watch->step_seconds()));
  add_series(record, distribution("load wait distribution", job.watch->load_wait()));
  add_series(record, distribution("read distribution", job.result.readers.sample_read));
  add_series(record, distribution("open distribution", job.opens.open));
  if (Json timeline = job.watch->timeline().json(); !timeline.is_null())
    record["timeline"] = std::move(timeline);
}

}  // namespace

std::vector<std::string> failures_in_words(const ReaderStats& stats, const Layout& layout, Seconds timeout) {
  std::vector<std::string> examples;
  for (const FaultExample& e : stats.examples) {
    std::string text = fmt::format("{}: {}", layout.path(e.file), to_string(e.fault));
    if (e.fault == ReadFault::kTimeout)
      text += fmt::format(": no answer within {}", format_seconds(timeout));
    else if (e.error)
      text += fmt::format(": {}", describe_errno(e.error));
    if (!e.detail.empty()) text += fmt::format(": {}", e.detail);
    if (e.samples > 1)
      text += fmt::format(": {} {}", e.samples, layout.samples_in(e.file) > 1 ? "samples" : "times");
    examples.push_back(text);
  }
  return examples;
}

void add_measurement(Json& record, const MeasuredJob& job, const JobPlan& plan, const RunOptions& options,
                     const Layout& layout) {
  record["accelerators"] = plan.ranks.all;
  add_statistics(record, job, plan);
  add_bytes(record, job, options);
  std::uint64_t steps = 0;
  for (const auto& epoch : job.result.epochs) steps += epoch.front().steps;
  record["steps"] = steps;
  set_number(record, "wall_seconds", job.wall().value);
  record["samples"] = job.result.samples_delivered;
  record["checks"] = checks_of(layout, plan, !moves_bytes(options.engine));
  if (options.verify) record["verified_samples"] = job.result.readers.verified;
  record["step_seconds"] = percentiles(job.watch->step_seconds());
  record["load_wait_seconds"] = percentiles(job.watch->load_wait());
  record["barrier_wait_seconds"] = percentiles(job.watch->barrier_wait());
  record["read_seconds"] = percentiles(job.result.readers.sample_read);
  record["open_seconds"] = percentiles(job.opens.open);
  add_steady(record, job.watch->series());
  add_pictures(record, job);
  add_stalls(record, job, plan, options);
  add_client(record, job);
  if (job.result.first_step.value > 0)
    set_number(record, "first_step_seconds", (job.result.first_step - job.started).value);
  if (const Histogram& timing = job.watch->timing_error(); timing.count())
    record["step_timing"] = {{"asked_s", law_mean(plan.step_time)},
                             {"error_p50_s", timing.quantile(0.5).value},
                             {"error_p99_s", timing.quantile(0.99).value},
                             {"excess_share", job.watch->compute_excess()},
                             {"overdue_share", job.watch->overdue_share()}};
  if (const double late = job.watch->compute_excess(); late > kLateSteps)
    record["warnings"].push_back(fmt::format(
        "emulated steps took {} longer than asked: this machine is too busy to keep their time; the "
        "late time counts as compute, so AU is too high for the steps asked for",
        format_percent(late)));
  if (const double late = job.watch->overdue_share(); late > kLateSteps)
    record["warnings"].push_back(fmt::format(
        "accelerators lost {} of their time to this machine, which was too busy to wake them: it counts as "
        "waiting for data, so AU says what this client gives, not what the storage could",
        format_percent(late)));
  add_errors(record, job.result.readers, layout, options.io_timeout);
  if (const std::uint64_t again = job.result.samples_read_again) {
    record["samples_read_again"] = again;
    record["warnings"].push_back(
        fmt::format("{} of the samples delivered are others read again in place of ones that failed: every "
                    "step was whole, but the data set was not",
                    format_count(static_cast<double>(again))));
  }
  if (!job.engine_reason.empty()) record["warnings"].push_back(job.engine_reason);
  record["partial"] = job.result.stopped;
}

void add_verdict(Json& record, const Verdict& verdict) {
  record["verdict"] = {{"limit", to_string(verdict.limit)}, {"text", verdict.text},
                       {"reason", verdict.reason},          {"notes", verdict.notes},
                       {"evidence", verdict.evidence},      {"advice", verdict.advice}};
}

}  // namespace aforo
