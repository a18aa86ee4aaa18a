#include "save/save_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "save/checkpoint_target.h"
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

std::string failed_read(const RestoreStats& stats, const CheckpointLayout& layout, const std::string& where) {
  const std::string name = layout.path(stats.first_failed);
  if (stats.first_wrong)
    return fmt::format(
        "expected byte {} of '{}/{}' to be what was written there, found another: the file is damaged; "
        "restore another checkpoint, or write it again",
        *stats.first_wrong, where, name);
  return fmt::format("expected to read '{}/{}', found {}; restore another checkpoint, or write it again",
                     where, name, describe_errno(stats.first_error));
}

// What this machine remembers of the files, before they are restored: emptied, as a whole or file by file.
std::string empty_cache(const Store& store, const RestorePlan& plan, const CheckpointLayout& layout) {
  const CacheControl* cache = store.cache();
  if (cache == nullptr) return "none";
  if (cache->drop_all().done) return "emptied";
  cache->flush();
  bool all = true;
  for (const auto& pieces : plan.readers)
    for (const RestorePiece& piece : pieces) all = cache->drop(layout.path(piece.file)) && all;
  return all ? "emptied file by file" : "kept";
}

class Restorer {
 public:
  Restorer(const SaveOptions& options, const Store& store, std::vector<CheckpointManifest> whole)
      : options_(options), store_(store), whole_(std::move(whole)) {}

  // The i-th of `reads`: the newest ones in turn, the oldest of them first.
  const CheckpointManifest& chosen(std::uint64_t i) const {
    const std::uint64_t of =
        std::min<std::uint64_t>(std::max<std::uint64_t>(options_.reads, 1), whole_.size());
    return whole_[whole_.size() - of + i % of];
  }
  void require_all_files() const {
    const std::uint64_t of = std::min<std::uint64_t>(options_.reads, whole_.size());
    for (std::uint64_t i = 0; i < of; ++i) require_files(store_, chosen(i));
  }

  // False: it failed, or was stopped; the Record has it.
  bool restore(std::uint64_t i, std::stop_token stop, SaveCounters& counters, Json& record,
               SaveOutcome& out) {
    const CheckpointManifest& manifest = chosen(i);
    const CheckpointLayout layout(CheckpointShape::make(manifest.spec, 1).value());
    RestorePlan plan;
    plan.readers = restore_pieces(layout, manifest.number, options_.restore, options_.reshard_ranks);
    plan.chunk = options_.workload.checkpoint.chunk;
    plan.depth = options_.workload.checkpoint.depth;
    std::unique_ptr<CheckpointContent> content;
    if (options_.verify) {
      content = content_for(manifest);
      plan.check = [&content](FileId file, std::uint64_t offset, std::span<const std::byte> bytes) {
        return content->first_wrong(file, offset, bytes);
      };
    }
    const bool direct =
        options_.workload.checkpoint.write_mode == ReadMode::kDirect && !store_.info().memory_only;
    const std::string cache = options_.keep_cache ? "kept"
                              : direct            ? "passed"
                                                  : empty_cache(store_, plan, layout);
    const RestoredCheckpoint found =
        restore_checkpoint(plan, layout, direct, settings_for(options_, store_), stop, counters);
    Json one = restored_json(found.stats, manifest.number, found.usage);
    one["cache"] = cache;
    one["restore"] = to_string(options_.restore);
    if (options_.verify) one["verified_bytes"] = found.stats.bytes;
    record["checkpoints"].push_back(std::move(one));
    record["engine"] = to_string(found.engine);
    record["io_threads"] = found.io_threads;
    out.stopped = out.stopped || found.stopped;
    if (found.stats.failed > 0) out.error = failed_read(found.stats, layout, store_.where());
    return found.stats.failed == 0 && !found.stopped;
  }

 private:
  static std::unique_ptr<CheckpointContent> content_for(const CheckpointManifest& manifest) {
    auto content = std::make_unique<CheckpointContent>(manifest.content_key, manifest.spec.chunk);
    if (content->checksum() == manifest.content_checksum) return content;
    throw UserError(fmt::format(
        "expected the contents of checkpoint {} to be of this version of aforo, found others: read "
        "it without --verify, or write it again",
        manifest.number));
  }

  const SaveOptions& options_;
  const Store& store_;
  const std::vector<CheckpointManifest> whole_;
};

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

Progress progress_of(const SaveOptions& options, const SaveCounters& counters, Seconds begin) {
  Progress progress;
  progress.elapsed = monotonic_now() - begin;
  progress.step = counters.done;
  progress.steps = options.writes + options.reads;
  progress.fraction =
      static_cast<double>(progress.step) / static_cast<double>(std::max<std::uint64_t>(progress.steps, 1));
  if (progress.elapsed.value > 0)
    progress.bytes_per_second = static_cast<double>(counters.bytes) / progress.elapsed.value;
  progress.phase = counters.restoring ? "restoring" : "writing";
  return progress;
}

void write_some(const SaveOptions& options, const CheckpointTarget& target, std::stop_token stop,
                SaveCounters& counters, SaveOutcome& out) {
  const CheckpointShape& shape = target.layout().shape();
  Json& record = out.record;
  for (const std::string& note : target.notes()) record["warnings"].push_back(note);
  const WrittenCheckpoints written = write_checkpoints(target, options.writes, options.gap,
                                                       settings_for(options, target.store()), stop, counters);
  record["engine"] = to_string(written.engine);
  record["io_threads"] = written.io_threads;
  if (!written.engine_reason.empty()) record["warnings"].push_back(written.engine_reason);
  Seconds pause{0};
  for (std::size_t i = 0; i < written.stats.rounds.size(); ++i) {
    const CheckpointRound& round = written.stats.rounds[i];
    record["checkpoints"].push_back(
        written_json(round, shape, i < written.usage.size() ? &written.usage[i] : nullptr));
    pause += time_of(round);
  }
  out.stopped = written.stopped;
  if (written.stats.failed > 0) out.error = failed_write(written.stats, target);
  record["removed"] = written.stats.removed;
  if (written.stats.committed == 0) return;
  add_pause(record, options.workload.checkpoint, pause / static_cast<double>(written.stats.rounds.size()),
            std::max(shape.ranks(), options.workload.accelerator.count), written.stats.committed,
            options.failure_every, options.accelerator_price_per_hour);
}

}  // namespace

SaveOutcome plan_save(const SaveOptions& options) {
  const CheckpointShape shape = shape_for(options);
  const std::unique_ptr<Store> store = open_store(options.directory);
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

SaveOutcome save(const SaveOptions& options, std::stop_token stop, const ProgressSink& sink) {
  const CheckpointShape shape = shape_for(options);
  const CheckpointSpec asked = with_ranks(options.workload.checkpoint, shape);
  const std::unique_ptr<Store> store = open_store(options.directory);
  CheckpointPlace place = look_at_checkpoints(*store);
  if (options.writes == 0) {
    require_restorable(place, asked, options.directory);
    Restorer(options, *store, place.whole).require_all_files();
  }
  SaveOutcome out;
  out.record = first_of_record(options, *store, shape);
  out.record["checkpoints"] = Json::array();
  SaveCounters counters;
  const Seconds begin = monotonic_now();
  {
    std::unique_ptr<CheckpointTarget> target;
    if (options.writes > 0)
      target = std::make_unique<CheckpointTarget>(options.directory, options.workload.checkpoint, shape,
                                                  options.writes);
    const ProgressTicker ticker(sink, [&] { return progress_of(options, counters, begin); });
    if (target) write_some(options, *target, stop, counters, out);
    counters.restoring = true;
    if (out.error.empty() && !out.stopped && options.reads > 0) {
      place = look_at_checkpoints(*store);
      require_restorable(place, asked, options.directory);
      Restorer restorer(options, *store, place.whole);
      restorer.require_all_files();
      for (std::uint64_t i = 0; i < options.reads; ++i)
        if (!restorer.restore(i, stop, counters, out.record, out)) break;
    }
  }
  add_statistics(out.record, shape);
  out.record["partial"] = out.stopped;
  if (!out.error.empty()) out.record["error"] = out.error;
  return out;
}

}  // namespace aforo
