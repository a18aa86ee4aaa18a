#include "save/save_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "hosts/same_job.h"
#include "save/checkpoint_target.h"
#include "save/restorer.h"
#include "save/save_hosts.h"
#include "save/save_record.h"
#include "save/save_work.h"
#include "storage/open_store.h"
#include "workload/parse.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

// Of the benchmark's published figures: rank 0's time, the mean of the rates of each (docs/record.md).
constexpr const char* kBenchmarkStatistic = "mlps-v3.0-checkpoint";

CheckpointShape shape_for(const SaveOptions& options) {
  const auto shape = CheckpointShape::make(options.workload.checkpoint, options.workload.accelerator.count);
  if (!shape) throw UserError(fmt::format("checkpoint: {}", shape.error()));
  return *shape;
}

Json config_of(const SaveOptions& options) {
  return {{"workload", options.workload.name},
          {"origin", options.workload.origin},
          {"directory", options.directory},
          {"checkpoint", checkpoint_to_yaml(options.workload.checkpoint)},
          {"writes", options.writes},
          {"reads", options.reads},
          {"restore", to_string(options.restore)},
          {"verify", options.verify}};
}

Json first_of_record(const SaveOptions& options, const Store& store, const CheckpointShape& shape) {
  Json record = start_record("checkpoint", store);
  record["config"] = config_of(options);
  record["checkpoint"] = shape_json(options.workload.checkpoint, shape);
  for (const std::string& warning : options.workload.warnings) record["warnings"].push_back(warning);
  return record;
}

JobSettings settings_for(const SaveOptions& options, const Store& store) {
  return {&store, options.engine, options.io_threads, options.io_timeout, {}};
}

std::string failed_write(const CheckpointStats& stats, const CheckpointTarget& target) {
  return fmt::format(
      "expected to write '{}/{}', found {}: that checkpoint is none; those that were whole before still are",
      target.store().where(), target.layout().path(stats.first_failed), describe_errno(stats.first_error));
}

double mean_of(const Json& checkpoints, const char* kind, const char* key, std::uint64_t* count = nullptr) {
  double sum = 0;
  std::uint64_t n = 0;
  for (const Json& one : checkpoints)
    if (one["kind"] == kind && one["whole"] == true && one.contains(key)) sum += one[key].get<double>(), ++n;
  if (count != nullptr) *count = n;
  return n > 0 ? sum / static_cast<double>(n) : 0;
}

// Slowest rank: total bytes over the mean time. The benchmark's: the mean of the rates by rank 0's time.
void add_statistics(Json& record, const CheckpointShape& shape) {
  const Json& all = record["checkpoints"];
  Json slowest = Json::object(), benchmark = Json::object();
  for (const char* kind : {"write", "read"}) {
    std::uint64_t n = 0;
    const double seconds = mean_of(all, kind, "seconds", &n), bytes = mean_of(all, kind, "bytes");
    if (n == 0 || seconds <= 0) continue;
    set_number(slowest, fmt::format("{}_seconds", kind), seconds);
    set_number(slowest, fmt::format("{}_bytes_per_second", kind), bytes / seconds);
    set_number(benchmark, fmt::format("{}_seconds", kind), mean_of(all, kind, "rank0_seconds"));
    set_number(benchmark, fmt::format("{}_bytes_per_second", kind),
               mean_of(all, kind, "rank0_bytes_per_second"));
  }
  if (slowest.empty()) return;
  record["statistics"] = {{"slowest-rank", slowest}, {kBenchmarkStatistic, benchmark}};
  record["bytes"] = shape.bytes().value;
}

// Other hosts are taken to be as fast for each rank.
Progress progress_of(const SaveOptions& options, const Ranks& ranks, const SaveCounters& counters,
                     Seconds begin) {
  Progress progress;
  progress.elapsed = monotonic_now() - begin;
  progress.step = counters.done;
  progress.steps = options.writes + options.reads;
  progress.fraction =
      static_cast<double>(progress.step) / static_cast<double>(std::max<std::uint64_t>(progress.steps, 1));
  if (progress.elapsed.value > 0)
    progress.bytes_per_second =
        static_cast<double>(counters.bytes) * ranks.all / ranks.here / progress.elapsed.value;
  progress.phase = counters.restoring ? "restoring" : "writing";
  return progress;
}

// Whether all hosts go on.
bool write_some(const SaveOptions& options, const CheckpointTarget& target, SaveHosts& hosts,
                std::stop_token stop, SaveCounters& counters, SaveOutcome& out) {
  const CheckpointShape& shape = target.layout().shape();
  bool go_on = true;
  const std::optional<WrittenCheckpoints> written =
      hosts.gather(write_checkpoints(target, options.writes, options.gap,
                                     settings_for(options, target.store()), stop, counters, hosts.crew()),
                   go_on);
  if (!written) return go_on;
  Json& record = out.record;
  for (const std::string& note : target.notes()) record["warnings"].push_back(note);
  record["engine"] = to_string(written->engine);
  record["io_threads"] = written->io_threads;
  if (!written->engine_reason.empty()) record["warnings"].push_back(written->engine_reason);
  Seconds pause{0};
  for (std::size_t i = 0; i < written->stats.rounds.size(); ++i) {
    const CheckpointRound& round = written->stats.rounds[i];
    Json one = written_json(round, shape, i < written->usage.size() ? &written->usage[i] : nullptr);
    if (hosts.crew()) one["host_seconds"] = hosts.host_seconds(i);
    record["checkpoints"].push_back(std::move(one));
    pause += time_of(round);
  }
  out.stopped = written->stopped;
  if (written->stats.failed > 0)
    out.error = hosts.named(hosts.failed_host()) + failed_write(written->stats, target);
  record["removed"] = written->stats.removed;
  if (written->stats.committed == 0) return go_on;
  add_pause(record, options.workload.checkpoint, pause / static_cast<double>(written->stats.rounds.size()),
            std::max(shape.ranks(), options.workload.accelerator.count), written->stats.committed,
            options.failure_every, options.accelerator_price_per_hour);
  return go_on;
}

// `store`: of the first alone, which says what there is to restore.
void restore_some(const SaveOptions& options, const CheckpointSpec& asked, const Store& store,
                  SaveHosts& hosts, std::stop_token stop, SaveCounters& counters, SaveOutcome& out) {
  std::vector<CheckpointManifest> chosen;
  if (hosts.first()) {
    const CheckpointPlace place = look_at_checkpoints(store);
    require_restorable(place, asked, options.directory);
    const Restorer all(options, store, place.whole);
    all.require_all_files();
    chosen = all.chosen();
  }
  Restorer restorer(options, store, hosts.share(chosen, store));
  for (std::uint64_t i = 0; i < options.reads; ++i)
    if (!restorer.restore(i, hosts, stop, counters, out)) break;
}

// What is done, to be the same on all hosts.
std::string words_of(const SaveOptions& options) {
  return fmt::format("{}{} {} {} {} {} {} {} {}", to_yaml(options.workload), options.writes, options.reads,
                     to_string(options.restore), options.reshard_ranks, options.verify, options.keep_cache,
                     options.gap.value, to_string(options.engine));
}

}  // namespace

SaveOutcome plan_save(const SaveOptions& options) {
  const CheckpointShape shape = shape_for(options);
  const std::unique_ptr<Store> store = open_directory(options.directory, "checkpoints");
  const CheckpointPlace place = look_at_checkpoints(*store);
  const CheckpointSpec asked = with_ranks(options.workload.checkpoint, shape);
  if (options.writes == 0) require_restorable(place, asked, options.directory);
  require_alike(place, asked, options.directory);
  SaveOutcome out;
  out.record = first_of_record(options, *store, shape);
  out.record["dry_run"] = true;
  out.record["free_bytes_before"] = store->space().free.value;
  out.record["whole_checkpoints"] = place.whole.size();
  const auto lack =
      checkpoints_lack(*store, shape, options.writes, options.workload.checkpoint.keep, place.whole.size());
  out.record["fits"] = !lack;
  if (lack) out.record["warnings"].push_back(*lack);
  return out;
}

SaveOutcome save(const SaveOptions& options, std::stop_token stop, const ProgressSink& sink, Crew* crew) {
  const CheckpointShape shape = shape_for(options);
  const CheckpointSpec asked = with_ranks(options.workload.checkpoint, shape);
  SaveHosts hosts(crew, shape.ranks());
  hosts.agree(words_of(options));
  SaveOutcome out;
  std::unique_ptr<Store> store;
  if (hosts.first()) {
    store = open_directory(options.directory, "checkpoints");
    if (options.writes == 0) {
      const CheckpointPlace place = look_at_checkpoints(*store);
      require_restorable(place, asked, options.directory);
      Restorer(options, *store, place.whole).require_all_files();
    }
    out.record = first_of_record(options, *store, shape);
    out.record["checkpoints"] = Json::array();
  }
  SaveCounters counters;
  const Seconds begin = monotonic_now();
  {
    std::unique_ptr<CheckpointTarget> target;
    if (options.writes > 0)
      target = take_target(options.directory, options.workload.checkpoint, shape, options.writes, crew);
    hosts.wait_for_all();  // all see the place
    const ProgressTicker ticker(hosts.first() ? sink : ProgressSink{},
                                [&] { return progress_of(options, hosts.ranks(), counters, begin); });
    const bool go_on = !target || write_some(options, *target, hosts, stop, counters, out);
    counters.restoring = true;
    // The others look at the place when the first has made it.
    if (!store) store = open_directory(options.directory, "checkpoints");
    if (go_on && options.reads > 0) restore_some(options, asked, *store, hosts, stop, counters, out);
  }
  if (!hosts.first()) return out;
  add_statistics(out.record, shape);
  hosts.add_hosts(out.record);
  const std::vector<std::string> missing = hosts.missing();
  if (!missing.empty() && out.error.empty())
    out.error = nothing_of(missing, "checkpoints that are whole stay");
  out.record["partial"] = out.stopped || !missing.empty();
  if (!out.error.empty()) out.record["error"] = out.error;
  return out;
}

}  // namespace aforo
