#include "train/train_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/error.h"
#include "dataset/format.h"
#include "dataset/generated_layout.h"
#include "dataset/manifest.h"
#include "pipeline/plan_job.h"
#include "storage/cache/cached_store.h"
#include "storage/open_store.h"
#include "survey/dataset_words.h"
#include "train/host_record.h"
#include "train/live_progress.h"
#include "train/run_checkpoints.h"
#include "train/run_record.h"
#include "train/trials.h"
#include "world/cache_reset.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

JobSettings settings_of(const RunOptions& options, const Store& store) {
  return {&store, options.engine, options.io_threads, options.io_timeout};
}

WatchOptions watch_options(const RunOptions& options, const JobPlan& plan, StepsCsv* csv, CacheReset& reset,
                           const Agreement& agreed) {
  WatchOptions watch;
  watch.clock_offset = agreed.clock.offset;
  watch.ranks = plan.ranks.here;
  watch.first_rank = plan.ranks.first;
  watch.batch_size = plan.loader.batch_size;
  watch.total_steps = plan.epochs * plan.steps;
  watch.csv = csv;
  if (options.time_limit.value > 0) watch.deadline = monotonic_now() + options.time_limit;
  if (options.drop_caches)
    watch.epoch_end = [&reset, last = plan.epochs - 1](std::uint64_t epoch) {
      if (epoch < last) reset.drop();
    };
  return watch;
}

// Where more readers gained nothing: is it requests that the store has no more of, or bytes?
void add_small_requests(Evidence& evidence, const JobPlan& plan, const Store& store, Json& record,
                        const std::stop_token& stop) {
  constexpr double kMostInFlight = 256;
  if (!evidence.remote || !evidence.more_workers || evidence.requests_in_flight <= 0) return;
  const double times = static_cast<double>(evidence.more_workers->workers) / std::max(1U, evidence.workers);
  const double in_flight = std::clamp(evidence.requests_in_flight * times, 1.0, kMostInFlight);
  evidence.remote->small_per_second = small_requests(store, plan, static_cast<unsigned>(in_flight), stop);
  if (evidence.remote->small_per_second > 0)
    set_number(record["requests"], "small_per_second", evidence.remote->small_per_second);
}

// The verdict, with short re-runs where the target was missed and something can still be learned.
Verdict judge_run(const MeasuredJob& job, const JobPlan& plan, const RunOptions& options, const Store& store,
                  std::stop_token stop, std::uint64_t damaged, Json& record) {
  Evidence evidence = evidence_of(job, plan, options);
  evidence.errors += static_cast<double>(damaged);
  const bool missed = evidence.au < evidence.au_target;
  if (options.diagnose && !record.contains("hosts") && moves_bytes(options.engine) && !job.result.stopped &&
      !stop.stop_requested()) {
    const JobSettings settings = settings_of(options, store);
    add_ceiling(evidence, plan, settings, record, stop);
    if (missed) {
      const ReaderTrials trials = try_readers(plan, settings, options, traffic_of(job), stop);
      evidence.more_workers = trials.more, evidence.fewer_readers = trials.fewer;
      add_small_requests(evidence, plan, store, record, stop);
      if (const auto& trial = trials.more ? trials.more : trials.fewer)
        record["counterfactuals"] = {
            {{"change", "no compute"}, {"samples_per_second", trial->baseline}},
            {{"change", trial->change + ", no compute"}, {"samples_per_second", trial->samples_per_second}}};
    }
  }
  set_number(record, "demand_samples_per_second", evidence.demand_samples_per_second);
  set_number(record, "requests_in_flight", evidence.requests_in_flight);
  set_number(record, "worker_busy_share", evidence.worker_busy_share);
  if (evidence.client_cpu_share) set_number(record, "client_cpu_share", *evidence.client_cpu_share);
  set_number(record, "open_share", evidence.open_share);
  if (const std::string flag = cache_flag(evidence); !flag.empty()) record["warnings"].push_back(flag);
  return verdict_of(evidence);
}

// Shards found damaged when the dataset was opened are failures like those met while reading.
void require_sound(const RunOptions& options, const OpenedDataset& dataset) {
  if (dataset.damaged_files == 0 || options.skip_errors) return;
  const Damage& first = dataset.damaged.front();
  throw UserError(fmt::format(
      "expected whole shards in {}, found {}: {}{}; {}, or use --on-error skip to train on what is sound",
      options.directory, first.path, first.what,
      dataset.damaged_files > 1 ? fmt::format(" ({} such shards)", dataset.damaged_files) : "",
      how_to_mend(dataset)));
}

// Shards whose samples are no part of the job. Of a generated dataset all are, and reading tells what is lost.
std::uint64_t left_out(const OpenedDataset& dataset) { return dataset.manifest ? 0 : dataset.damaged_files; }

void add_damage(Json& record, const OpenedDataset& dataset, std::uint64_t faults) {
  if (left_out(dataset) == 0) return;
  Json& errors = record["errors"];
  errors["count"] = faults + dataset.damaged_files;
  errors["by_kind"]["damaged shard"] = dataset.damaged_files;
  for (const Damage& damage : dataset.damaged) {
    if (errors["examples"].size() >= ReaderStats::kMaxExamples) return;
    errors["examples"].push_back(fmt::format("{}: {}", damage.path, damage.what));
  }
}

void add_left_out(std::vector<std::string>& failures, const OpenedDataset& dataset) {
  if (left_out(dataset) == 0) return;
  for (const Damage& damage : dataset.damaged)
    if (failures.size() < ReaderStats::kMaxExamples)
      failures.push_back(fmt::format("{}: {}", damage.path, damage.what));
}

void warn_of_laid_damage(Json& record, const OpenedDataset& dataset) {
  if (!dataset.manifest || dataset.damaged_files == 0) return;
  const Damage& first = dataset.damaged.front();
  record["warnings"].push_back(
      fmt::format("{} not as laid, such as {} ({}): what the job reads of it is skipped",
                  counted(dataset.damaged_files, "shard is", "shards are"), first.path, first.what));
}

// A step that ends soon after the time limit still counts; a longer one is not waited for, and storage that hangs ends
// none. Chosen: most steps are shorter, and nobody minds the difference.
Seconds hard_limit_of(Seconds time_limit) {
  if (time_limit.value <= 0) return {0};
  return time_limit + std::clamp(time_limit * 0.1, Seconds{0.1}, Seconds{1});
}

// Samples that may fail without AU saying too little of the job: beyond, it computed on other data. Chosen:
// one lost shard among a dozen is counted and said, and the rest still asks storage for nearly as much.
constexpr double kMostLost = 0.1;

// By its time limit, as nothing failed and nobody asked.
bool ended_without_step(const MeasuredJob& job) {
  return job.result.samples_delivered == 0 && !job.result.failed && job.unanswered == 0 &&
         job.result.readers.fault_count() == 0;
}

// Why AU says nothing of the storage; empty = it does. `damaged`: shards that were left out when the dataset was opened.
std::string why_not_judged(const MeasuredJob& job, std::uint64_t damaged, Seconds time_limit) {
  const ReaderStats& readers = job.result.readers;
  if (job.unanswered > 0)
    return fmt::format("storage had not answered {} {} when the run was ended", job.unanswered,
                       job.unanswered == 1 ? "request" : "requests");
  if (readers.of_client()) return fmt::format("{}: {}", kClientLack, kClientAdvice);
  if (ended_without_step(job))
    return fmt::format(
        "the time limit of {} ended the run before a step was done: give a longer --time-limit",
        format_seconds(time_limit));
  if (job.result.samples_delivered == 0)
    return fmt::format("no sample could be read, {} failed; see the errors", readers.fault_count());
  if (job.result.failed && job.result.checkpoints.failed > 0)
    return "a checkpoint that could not be written ended the run before it could be judged";
  if (job.result.failed) return "a read error ended the run before it could be judged; see the errors";
  if (!moves_bytes(job.engine))
    return "nothing was read (--null): this is what the client does without any storage";
  if (readers.bytes == 0) return "no byte was read: every sample is empty";
  const double lost = static_cast<double>(readers.fault_count() + damaged);
  const double share = lost / (lost + static_cast<double>(job.result.samples_delivered));
  if (share <= kMostLost) return "";
  return fmt::format("{} of the samples failed, more than the {} that a judgement allows",
                     format_percent(share), format_percent(kMostLost));
}

Verdict unknown_because(const std::string& why, const MeasuredJob& job) {
  Verdict verdict;
  verdict.text = "unknown: " + why;
  verdict.reason = why;
  if (job.result.readers.fault_count() > 0)
    verdict.advice.push_back("look at `errors` in the record: failed samples are missing from this result");
  return verdict;
}

bool nothing_lies_in(const Store& store) {
  const int error = store.check();
  if (const std::string why = store.why(); error != 0 && !why.empty()) throw UserError(why);
  if (error != 0) return error == ENOENT;
  return store.look(kManifestName).ownership == Ownership::kEmpty;
}

// The dataset that the workload describes, computed: for a plan before anything was laid.
OpenedDataset described_dataset(const RunOptions& options) {
  OpenedDataset dataset;
  dataset.spec = options.workload.dataset;
  const DatasetSpec laid = with_made_content(dataset.spec);
  dataset.layout = std::make_unique<GeneratedLayout>(GeneratedLayout::planned(laid, dataset_id_of(laid)));
  dataset.warnings.push_back(fmt::format(
      "nothing lies in {} yet: what would be read is computed from the workload's dataset; lay it "
      "there with 'aforo generate' before the run",
      options.directory));
  return dataset;
}

// The first process writes the file that was asked for, each other one beside it: they need not see the same disk.
std::string steps_path(const std::string& path, const Crew* crew) {
  return crew && !crew->first() ? fmt::format("{}.process-{}", path, crew->host()) : path;
}

// The one job of all hosts, and what the Record says of each.
MeasuredJob joined_of(const Crew& crew, std::vector<HostPart> parts, const JobPlan& plan, RunOutcome& out) {
  std::vector<bool> there(crew.hosts());
  for (const HostPart& part : parts) there[part.host] = true;
  for (std::uint32_t h = 0; h < crew.hosts(); ++h)
    if (!there[h]) out.missing.push_back(crew.name(h));
  add_hosts(out.record, parts, out.missing, plan);
  MeasuredJob all = merged(std::move(parts));
  if (!out.missing.empty()) all.result.stopped = true;
  return all;
}

Json begun_record(const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan,
                  const Store& store, const Agreement& agreed) {
  Json record = start_record("run", store);
  record["config"] = config_of(options, dataset, plan);
  add_warnings(record, options, dataset, plan);
  warn_of_laid_damage(record, dataset);
  for (const std::string& warning : agreed.warnings) record["warnings"].push_back(warning);
  return record;
}

// `before`: what the run was asked to do first (dropping caches), which is no part of the time to the first step.
void add_circumstances(RunOutcome& out, const MeasuredJob& job, const CacheReset& reset, Seconds before,
                       Seconds began) {
  if (job.result.first_step.value > 0)
    set_number(out.record, "first_step_seconds", (job.result.first_step - began - before).value);
  if (!reset.note().empty()) out.record["warnings"].push_back(reset.note());
}

void add_steps_lost(RunOutcome& out) {
  if (out.steps_incomplete.empty()) return;
  out.record["warnings"].push_back(out.steps_incomplete);
  out.record["steps_csv_incomplete"] = true;
}

// How the run ended, as whoever asked hears it. `nothing`: no sample came through.
void conclude(RunOutcome& out, const MeasuredJob& job, const JobPlan& plan, const RunOptions& options,
              const OpenedDataset& dataset, bool nothing, const std::stop_token& stop) {
  out.au = utilisation(Statistic::kWall, job.result.epochs, plan.loader.batch_size).au;
  out.stopped = job.result.stopped;
  out.interrupted = job.result.ending.ending == Ending::kInterrupted && stop.stop_requested();
  out.unanswered = job.unanswered;
  out.of_client = job.result.readers.of_client();
  out.out_of_time = ended_without_step(job);
  out.failed =
      job.result.failed || !out.missing.empty() || (nothing && !out.out_of_time) || job.unanswered > 0;
  if (out.failed) out.record["failed"] = true;
  out.failures = failures_in_words(job.result.readers, *dataset.layout, options.io_timeout);
  add_left_out(out.failures, dataset);
  out.not_judged = why_not_judged(job, left_out(dataset), options.time_limit);
  if (!out.not_judged.empty()) out.record["not_judged"] = out.not_judged;
}

}  // namespace

Json plan_run(const RunOptions& options, std::stop_token stop) {
  const auto store = open_store(options.directory, options.access);
  const OpenedDataset dataset =
      options.workload.dataset.samples > 0 && nothing_lies_in(*store)
          ? described_dataset(options)
          : open_dataset(*store, options.workload.dataset, options.io_threads, stop);
  require_sound(options, dataset);
  JobPlan plan = make_plan(options, dataset);
  plan_checkpoints(options, plan);
  Json record = start_record("run", *store);
  record["dry_run"] = true;
  record["config"] = config_of(options, dataset, plan);
  const double samples = static_cast<double>(plan.epochs * plan.steps) * plan.ranks.all *
                         static_cast<double>(plan.loader.batch_size);
  record["would_read"] = {
      {"epochs", plan.epochs},
      {"steps_per_epoch", plan.steps},
      {"samples", samples},
      {"bytes", samples * access_of(plan).bytes_per_sample},
      {"dataset_passes", samples / static_cast<double>(dataset.layout->samples())},
      {"compute_seconds", static_cast<double>(plan.epochs * plan.steps) * law_mean(plan.step_time)},
      {"read_buffer_bytes",
       memory_need(plan, options.io_threads ? options.io_threads : available_cores()).read_buffers.value}};
  add_warnings(record, options, dataset, plan);
  add_planned_checkpoints(record, options, plan);
  return record;
}

OpenedRun open_run(const RunOptions& options, std::stop_token stop) {
  const Seconds began = monotonic_now();
  OpenedRun opened;
  opened.store = open_store(options.directory, options.access);
  opened.dataset = open_dataset(*opened.store, options.workload.dataset, options.io_threads, std::move(stop));
  require_sound(options, opened.dataset);
  if (!options.cache.directory.empty())
    opened.store = open_cached_store(std::move(opened.store), options.cache);
  opened.took = monotonic_now() - began;
  return opened;
}

RunOutcome train(const RunOptions& options, const OpenedRun& opened, std::stop_token stop,
                 const ProgressSink& progress, Crew* crew) {
  const Seconds began = monotonic_now() - opened.took;
  const OpenedDataset& dataset = opened.dataset;
  const Store& store = *opened.store;
  JobPlan plan = make_plan(options, dataset, crew);
  plan_checkpoints(options, plan);
  const std::unique_ptr<CheckpointTarget> target = open_checkpoints(options, plan, crew);
  std::unique_ptr<StepsCsv> csv;
  if (!options.steps_csv.empty()) csv = std::make_unique<StepsCsv>(steps_path(options.steps_csv, crew));
  const Agreement agreed = crew ? agree(*crew, options, dataset, plan) : Agreement{};
  RunOutcome out;
  Json& record = out.record = begun_record(options, dataset, plan, store, agreed);

  CacheReset reset(store, *dataset.layout);
  if (options.drop_caches) reset.drop();
  std::unique_ptr<ProgressTicker> ticker;
  const Seconds prepared = monotonic_now();
  JobSettings settings = settings_of(options, store);
  settings.hard_limit = hard_limit_of(options.time_limit);
  MeasuredJob job = run_job(
      plan, settings, watch_options(options, plan, csv.get(), reset, agreed), stop,
      [&](const RunningJob& running) {
        if (progress)
          ticker = std::make_unique<ProgressTicker>(progress, LiveProgress(running, plan, options, store));
      },
      target ? checkpoint_writers(*target, plan, settings) : std::vector<std::unique_ptr<Lane>>(), crew);
  ticker.reset();
  if (crew) {
    std::string incomplete = csv ? csv->finish() : "";
    std::vector<HostPart> parts = gather(*crew, std::move(job), agreed.clock);
    if (!crew->first()) return out;
    job = joined_of(*crew, std::move(parts), plan, out);
    plan.ranks = plan.ranks.all;
    out.steps_incomplete = incomplete;
  }
  const bool nothing = job.result.samples_delivered == 0;
  if (nothing && stop.stop_requested() && !job.result.failed && job.unanswered == 0) throw Interrupted();

  add_measurement(record, job, plan, options, *dataset.layout);
  add_damage(record, dataset, job.result.readers.fault_count());
  add_checkpoints(record, options, plan, job, target.get());
  out.checkpoint_failure = checkpoint_failure(job, target.get());
  add_circumstances(out, job, reset, options.drop_caches ? prepared - began : Seconds{0}, began);
  if (csv && !crew) out.steps_incomplete = csv->finish();
  add_steps_lost(out);
  conclude(out, job, plan, options, dataset, nothing, stop);
  const bool whole = out.not_judged.empty() || (!moves_bytes(job.engine) && !nothing) ||
                     (job.result.failed && !nothing && job.unanswered == 0);
  add_verdict(record, whole ? judge_run(job, without_checkpoints(plan), options, store, stop,
                                        left_out(dataset), record)
                            : unknown_because(out.not_judged, job));
  return out;
}

}  // namespace aforo
