#include "train/run_checkpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "save/save_record.h"
#include "storage/open_store.h"
#include "world/lane_setup.h"

namespace aforo {
namespace {

// Of all ranks' standing still, per checkpoint and rank.
Seconds mean_pause(const MeasuredJob& job, std::uint64_t checkpoints) {
  Seconds sum{0};
  std::size_t ranks = 0;
  for (const auto& epoch : job.result.epochs) {
    ranks = std::max(ranks, epoch.size());
    for (const RankEpoch& rank : epoch) sum += rank.checkpoint;
  }
  const double held = static_cast<double>(ranks) * static_cast<double>(checkpoints);
  return held > 0 ? sum / held : Seconds{0};
}

CheckpointShape shape_of_run(const RunOptions& options, std::uint32_t accelerators) {
  const CheckpointSpec& spec = options.workload.checkpoint;
  const auto shape = CheckpointShape::make(spec, accelerators);
  if (!shape) throw UserError(fmt::format("checkpoint: {}", shape.error()));
  const bool by_few = spec.files == CheckpointFiles::kTorch || spec.files == CheckpointFiles::kSafetensors;
  if (shape->ranks() > accelerators || (!by_few && shape->ranks() != accelerators))
    throw UserError(fmt::format(
        "expected as many accelerators as the checkpoint has ranks, {}, found {}; give --accelerators {}, or change "
        "checkpoint.ranks and its parallelism",
        shape->ranks(), accelerators, shape->ranks()));
  return *shape;
}

}  // namespace

void plan_checkpoints(const RunOptions& options, JobPlan& plan) {
  if (options.checkpoint_directory.empty()) return;
  const CheckpointSpec& spec = options.workload.checkpoint;
  if (!spec.any())
    throw UserError(
        "expected the workload to say what a checkpoint is beside --checkpoint-dir, found neither checkpoint.model nor "
        "checkpoint.parameters; set one of them");
  plan.checkpoint = checkpoint_plan(spec, shape_of_run(options, plan.ranks.all));
  plan.checkpoint.every_steps = checkpoint_steps(spec, Seconds{law_mean(plan.step_time)});
  if (plan.checkpoint.every_steps == 0)
    throw UserError(
        "expected the workload to say how often beside --checkpoint-dir, found neither checkpoint.every nor "
        "checkpoint.every_steps; set one of them");
  if (lies_within(options.checkpoint_directory, options.directory) ||
      lies_within(options.directory, options.checkpoint_directory))
    throw UserError(fmt::format(
        "expected checkpoints apart from the dataset, found '{}' and '{}', one inside the other; choose "
        "another --checkpoint-dir",
        options.checkpoint_directory, options.directory));
}

std::unique_ptr<CheckpointTarget> open_checkpoints(const RunOptions& options, JobPlan& plan, Crew* crew) {
  if (options.checkpoint_directory.empty()) return nullptr;
  const std::uint64_t writes = plan.epochs * plan.steps / plan.checkpoint.every_steps;
  std::unique_ptr<CheckpointTarget> target = take_target(
      options.checkpoint_directory, options.workload.checkpoint, plan.checkpoint.shape, writes, crew);
  const CheckpointPlan when = plan.checkpoint;
  plan.checkpoint = target->plan();
  plan.checkpoint.every_steps = when.every_steps;
  plan.checkpoint.asynchronous = when.asynchronous;
  plan.checkpoint.copy = when.copy;
  plan.checkpoint_manifest = [&place = *target](std::uint64_t number) { return place.manifest_text(number); };
  return target;
}

std::vector<std::unique_ptr<Lane>> checkpoint_writers(const CheckpointTarget& target, const JobPlan& plan,
                                                      JobSettings settings) {
  settings.store = &target.store();
  return make_writing_lanes(target.layout(), target.content(), &target.owned(), target.direct(), settings,
                            plan.checkpoint.shape.ranks())
      .lanes;
}

JobPlan without_checkpoints(JobPlan plan) {
  plan.checkpoint = {};
  plan.checkpoint_manifest = {};
  return plan;
}

void add_planned_checkpoints(Json& record, const RunOptions& options, const JobPlan& plan) {
  if (!plan.checkpoint.writes()) return;
  Json json = shape_json(options.workload.checkpoint, plan.checkpoint.shape);
  json["directory"] = options.checkpoint_directory;
  json["every_steps"] = plan.checkpoint.every_steps;
  json["mode"] = kCheckpointModeWords[static_cast<std::size_t>(options.workload.checkpoint.mode)];
  if (plan.checkpoint.asynchronous) json["copy_seconds"] = plan.checkpoint.copy.value;
  json["planned"] = plan.epochs * plan.steps / plan.checkpoint.every_steps;
  record["checkpoint"] = std::move(json);
}

void add_checkpoints(Json& record, const RunOptions& options, const JobPlan& plan, const MeasuredJob& job,
                     const CheckpointTarget* target) {
  if (target == nullptr) return;
  add_planned_checkpoints(record, options, plan);
  for (const std::string& note : target->notes()) record["warnings"].push_back(note);
  const CheckpointStats& stats = job.result.checkpoints;
  Json all = Json::array();
  for (const CheckpointRound& round : stats.rounds)
    all.push_back(written_json(round, plan.checkpoint.shape, nullptr));
  record["checkpoints"] = std::move(all);
  record["checkpoint"]["committed"] = stats.committed;
  record["checkpoint"]["removed"] = stats.removed;
  if (const std::string why = checkpoint_failure(job, target); !why.empty())
    record["warnings"].push_back(why);
  double held = 0;
  for (const auto& epoch : job.result.epochs)
    for (const RankEpoch& rank : epoch) held += rank.checkpoint.value;
  record["stalls"]["checkpoint_seconds"] = held;
  if (options.accelerator_price_per_hour)
    set_number(record, "checkpoint_cost_usd", held / 3600 * options.accelerator_price_per_hour->value);
  const Seconds pause = mean_pause(job, stats.rounds.size());
  Seconds every = options.workload.checkpoint.every;
  if (every.value <= 0)
    every = Seconds{law_mean(plan.step_time)} * static_cast<double>(plan.checkpoint.every_steps);
  record["interval"] = interval_json(every, pause, options.failure_every);
}

std::string checkpoint_failure(const MeasuredJob& job, const CheckpointTarget* target) {
  const CheckpointStats& stats = job.result.checkpoints;
  if (target == nullptr || stats.failed == 0) return "";
  return fmt::format(
      "expected to write '{}/{}', found {}: that checkpoint is none; those that were whole before still are",
      target->store().where(), target->layout().path(stats.first_failed), describe_errno(stats.first_error));
}

}  // namespace aforo
