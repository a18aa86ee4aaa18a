#include "train/measured_job.h"

#include <utility>

#include "pipeline/training_job.h"
#include "train/job_setup.h"
#include "world/alarm.h"
#include "world/lane_setup.h"
#include "world/real_world.h"

namespace aforo {
namespace {

Task<> drive(TrainingJob<RealWorld>& job, JobResult& result) { result = co_await job.run(); }

}  // namespace

MeasuredJob run_job(const JobPlan& plan, const JobSettings& settings, WatchOptions watch,
                    std::stop_token stop, const std::function<void(const RunningJob&)>& watching,
                    std::vector<std::unique_ptr<Lane>> writers, Crew* crew) {
  LaneSet made = make_lanes(*plan.layout, plan.loader.read_mode == ReadMode::kDirect, settings,
                            files_held(plan, settings.engine, settings.io_threads));
  MeasuredJob measured;
  measured.engine = made.engine;
  measured.memory_only = settings.store->info().memory_only;
  measured.compressed = settings.store->info().compressed;
  measured.engine_reason = made.reason;
  measured.io_threads = static_cast<unsigned>(made.lanes.size());
  Usage paused;
  if (watch.epoch_end)
    watch.epoch_end = [&paused, &settings, between_epochs = std::move(watch.epoch_end)](std::uint64_t epoch) {
      const Moment begin = read_moment(*settings.store);
      between_epochs(epoch);
      paused = plus(std::move(paused), between(begin, read_moment(*settings.store)));
    };
  measured.watch = std::make_unique<StepWatch>(std::move(watch));

  RealWorld world(std::move(made.lanes), std::move(writers), crew);
  TrainingJob<RealWorld> job(world, plan, *measured.watch);
  std::vector<Seconds> cpu_before;
  for (LaneId i = 0; i < world.lanes(); ++i) cpu_before.push_back(world.lane(i).cpu_seconds());
  std::stop_source ending;
  const std::stop_callback forward(stop, [&ending] { ending.request_stop(); });
  if (watching) {
    RunningJob running{*measured.watch, {}, measured.engine};
    for (LaneId i = 0; i < world.lanes(); ++i) running.lanes.push_back(world.lane(i).counters());
    watching(running);
  }
  const Moment begin = read_moment(*settings.store);
  measured.started = begin.time;
  const Alarm alarm(settings.hard_limit, ending);
  if (crew) crew->begin_job();
  world.run(drive(job, measured.result), ending.get_token(), [&] { job.stop(); });
  if (crew) crew->end_job();
  const Moment end = read_moment(*settings.store);
  measured.usage = without(between(begin, end), paused);
  measured.resident = end.counters.resident;
  for (LaneId i = 0; i < world.lanes(); ++i) {
    measured.lane_cpu_share.push_back((world.lane(i).cpu_seconds() - cpu_before[i]) / measured.wall());
    const OpenTimes& opens = world.lane(i).open_times();
    measured.unanswered += world.lane(i).unanswered();
    measured.opens.open.merge(opens.open);
    measured.opens.observed_open += opens.observed_open;
    measured.opens.observed_whole += opens.observed_whole;
    measured.opens.answers.merge(opens.answers);
  }
  return measured;
}

}  // namespace aforo
