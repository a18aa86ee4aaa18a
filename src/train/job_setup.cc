#include "train/job_setup.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "dataset/verify.h"
#include "hosts/same_job.h"
#include "pipeline/plan_job.h"
#include "storage/counters.h"
#include "storage/machine.h"
#include "storage/thread_engine.h"
#include "train/content_checks.h"
#include "workload/client.h"
#include "workload/parse.h"
#include "world/lane_setup.h"

namespace aforo {
namespace {

void require_memory(const RunOptions& options, const JobPlan& plan) {
  if (const auto lack = memory_lack(plan, options.io_threads))
    throw UserError(
        fmt::format("expected the prefetched batches to fit into memory, found {}; "
                    "lower --workers, --prefetch, --batch-size or --accelerators, or use --deliver discard",
                    *lack));
}

void require_files(const RunOptions& options, const JobPlan& plan) {
  if (const auto lack = files_lack(plan, options.engine, options.io_threads)) throw UserError(*lack);
}

// Whole files that one engine opens and reads in one operation, at once: io_uring keeps them in a table of its own, which
// it gets where the process may open as many.
std::uint64_t files_under_way(EngineKind engine) {
  if (engine == EngineKind::kThreads) return threads_by_default();
  const std::uint64_t depth = EngineOptions{}.depth;
  return open_files_limit() < depth ? depth : 0;
}

}  // namespace

std::uint64_t files_held(const JobPlan& plan, EngineKind engine, unsigned io_threads) {
  if (!moves_bytes(engine)) return 0;
  const Access access = access_of(plan);
  const std::uint64_t readers = std::uint64_t{plan.ranks.here} * access.readers;
  if (access.kind != ReadKind::kFile || !is_one_request(plan.loader, plan.layout->largest_sample()))
    return readers;
  const unsigned lanes = io_threads ? io_threads : available_cores();
  return std::min<std::uint64_t>(readers, std::uint64_t{lanes} * files_under_way(engine));
}

std::optional<std::string> files_lack(const JobPlan& plan, EngineKind engine, unsigned io_threads) {
  return open_files_lack(files_held(plan, engine, io_threads), io_threads);
}

std::optional<std::string> memory_lack(const JobPlan& plan, unsigned io_threads) {
  const MemoryNeed need = memory_need(plan, io_threads ? io_threads : available_cores());
  const Bytes available = read_memory().available;
  if ((need.batches + need.read_buffers).value <= available.value / 10 * 9) return std::nullopt;
  return fmt::format("{} needed and {} available", format_bytes(need.batches + need.read_buffers),
                     format_bytes(available));
}

// Bytes that a reader holds of one read: of a client all parts of it.
static std::uint64_t largest_request(const JobPlan& plan, bool stream) {
  const std::uint64_t largest = plan.layout->largest_sample();
  if (plan.loader.client == Client::kNone)
    return stream ? stream_request(plan.loader) : std::min(largest, request_size(plan.loader));
  const Access access = access_of(plan);
  if (access.kind == ReadKind::kFile) return largest;
  std::uint64_t object = 0;
  const FileId files = plan.layout->files(), step = std::max<FileId>(1, files / 1000);
  for (FileId file = 0; file < files; file += step) object = std::max(object, plan.layout->file_size(file));
  return stream ? object
                : asked_range(style_of(plan.loader.client), 0, largest, std::max(object, largest)).length;
}

// A reader's buffer holds a request. Batches lie in the window and in the step where readers build
// them; readers that share a sequence hold a copy of what they read, and no longer than that takes.
MemoryNeed memory_need(const JobPlan& plan, unsigned io_threads) {
  const Access access = access_of(plan);
  const bool stream = access.kind == ReadKind::kStream;
  const std::uint64_t largest = plan.layout->largest_sample();
  const std::uint64_t request = largest_request(plan, stream) + 8192;
  const std::uint64_t readers = std::uint64_t{plan.ranks.here} * access.readers;
  MemoryNeed need;
  // A client's parts are held until the last is there, and kept together.
  const bool held = plan.loader.client != Client::kNone;
  need.read_buffers = Bytes{
      request * (held ? 2 * readers : std::min<std::uint64_t>(readers, std::uint64_t{256} * io_threads))};
  if (plan.check && !stream && largest > kFusedReadLimit) need.read_buffers += Bytes{readers * largest};
  if (plan.loader.deliver != Deliver::kBatch) return need;
  const auto mean = static_cast<std::uint64_t>(access.sample_bytes);
  if (access.order == BatchOrder::kInOrder)
    need.batches = Bytes{readers * (stream ? stream_request(plan.loader) : mean)};
  else
    need.batches = Bytes{(access.window_batches + 1) * plan.ranks.here * plan.loader.batch_size * mean};
  return need;
}

JobPlan make_plan(const RunOptions& options, const OpenedDataset& dataset, const Crew* crew) {
  JobPlan plan = plan_job(options.workload, *dataset.layout, options.directory);
  if (crew)
    plan.ranks = ranks_of_host(plan.ranks.all, *crew, "an accelerator",
                               fmt::format("or give --accelerators {} or more", crew->hosts()));
  plan.skip_errors = options.skip_errors;
  if (moves_bytes(options.engine)) {
    plan.stream_check = make_stream_checks(dataset, options.verify);
    if (options.verify) plan.check = make_sample_check(dataset);
  }
  require_memory(options, plan);
  require_files(options, plan);
  return plan;
}

JobPlan without_compute(JobPlan plan) {
  plan.step_time = Law{};
  plan.synchronous = false;
  plan.check = nullptr;
  plan.stream_check = nullptr;
  plan.skip_errors = true;
  plan.epochs = 1;
  plan.steps = kEndlessSteps;
  plan.loader.seed += 1;
  return plan;
}

void add_warnings(Json& record, const RunOptions& options, const OpenedDataset& dataset,
                  const JobPlan& plan) {
  const auto warn = [&](std::string text) { record["warnings"].push_back(std::move(text)); };
  for (const auto& w : options.workload.warnings) warn(w);
  for (const auto& w : dataset.differences) warn(w);
  for (const auto& w : dataset.warnings) warn(w);
  if (!plan.loader.drop_last)
    warn("loader.drop_last: false is not carried out: an incomplete last batch is left out");
  if (plan.loader.shuffle == ShuffleKind::kBuffer && access_of(plan).kind != ReadKind::kStream)
    warn(
        "loader.shuffle: a shuffle buffer is carried out on shards read front to back only; "
        "here every epoch is a new random order of all samples");
}

Json config_of(const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan) {
  Workload resolved = options.workload;
  resolved.dataset = dataset.spec;
  resolved.accelerator.count = plan.ranks.all;
  resolved.warnings.clear();  // they are the Record's own
  if (plan.steps != kEndlessSteps) resolved.training.steps = plan.steps;
  Json config;
  config["workload"] = options.workload.name;
  config["origin"] = options.workload.origin;
  config["directory"] = options.directory;
  config["read"] = plan.loader.read_mode == ReadMode::kDirect ? "direct" : "buffered";
  config["drop_caches"] = options.drop_caches;
  config["cache_expected"] = options.cache_expected;
  if (!options.cache.directory.empty())
    config["cache"] = {{"directory", options.cache.directory},
                       {"size_bytes", options.cache.size.value},
                       {"policy", to_string(options.cache.policy)}};
  config["verify"] = options.verify;
  config["on_error"] = options.skip_errors ? "skip" : "stop";
  config["au_target"] = options.workload.training.au_target;
  config["dataset_samples"] = dataset.layout->samples();
  config["dataset_files"] = dataset.layout->files();
  config["dataset_bytes"] = dataset.layout->total_bytes();
  config["generated"] = dataset.manifest.has_value();
  config["yaml"] = to_yaml(resolved);
  Json provenance = Json::array();
  for (const auto& p : options.workload.provenance)
    provenance.push_back({{"field", p.field}, {"kind", p.kind}, {"source", p.source}, {"date", p.date}});
  config["provenance"] = provenance;
  return config;
}

}  // namespace aforo
