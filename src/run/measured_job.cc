#include "run/measured_job.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "pipeline/training_job.h"
#include "run/real_world.h"
#include "storage/null_engine.h"

namespace aforo {
namespace {

struct Lanes {
  std::vector<std::unique_ptr<Lane>> lanes;
  std::string engine, reason;
};

// Engines are made on the lanes' own threads, so whether one can be had is tried out here first.
Lanes make_lanes(const JobPlan& plan, const JobSettings& settings) {
  const bool direct = plan.loader.read_mode == ReadMode::kDirect;
  EngineOptions options;
  options.root = settings.directory;
  options.timeout = settings.io_timeout;
  Lanes made;
  std::string which = settings.engine;
  if (which == "null") {
    made.engine = "null";
  } else {
    const EngineChoice trial = make_engine(which, options);
    made.engine = which = trial.engine->name();
    made.reason = trial.reason;
  }
  const unsigned count = settings.io_threads ? settings.io_threads : available_cores();
  for (unsigned i = 0; i < count; ++i) {
    LaneOptions lane;
    lane.index = i;
    lane.direct = direct;
    lane.layout = plan.layout;
    lane.make_engine = [which, options]() -> std::unique_ptr<Engine> {
      if (which == "null") return make_null_engine(options);
      return make_engine(which, options).engine;
    };
    made.lanes.push_back(std::make_unique<Lane>(std::move(lane)));
  }
  return made;
}

// Asks for a stop after `limit`, unless it ends before.
class Alarm {
 public:
  Alarm(Seconds limit, std::stop_source& stop) {
    if (limit.value <= 0) return;
    thread_ = std::jthread([this, limit, &stop](const std::stop_token& ended) {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, ended, std::chrono::duration<double>(limit.value), [] { return false; });
      if (!ended.stop_requested()) stop.request_stop();
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: ends before the rest does
};

Task<> drive(TrainingJob<RealWorld>& job, JobResult& result) { result = co_await job.run(); }

}  // namespace

MeasuredJob run_job(const JobPlan& plan, const JobSettings& settings, WatchOptions watch,
                    std::stop_token stop, const std::function<void(const StepWatch&)>& watching) {
  Lanes made = make_lanes(plan, settings);
  MeasuredJob measured;
  measured.engine = made.engine;
  measured.engine_reason = made.reason;
  measured.io_threads = static_cast<unsigned>(made.lanes.size());
  Usage paused;
  if (watch.epoch_end)
    watch.epoch_end = [&paused, &settings, between_epochs = std::move(watch.epoch_end)](std::uint64_t epoch) {
      const Moment begin = read_moment(settings.directory);
      between_epochs(epoch);
      paused = plus(std::move(paused), between(begin, read_moment(settings.directory)));
    };
  measured.watch = std::make_unique<StepWatch>(std::move(watch));

  RealWorld world(std::move(made.lanes));
  TrainingJob<RealWorld> job(world, plan, *measured.watch);
  std::vector<Seconds> cpu_before;
  for (LaneId i = 0; i < world.lanes(); ++i) cpu_before.push_back(world.lane(i).cpu_seconds());
  std::stop_source ending;
  const std::stop_callback forward(stop, [&ending] { ending.request_stop(); });
  if (watching) watching(*measured.watch);
  const Moment begin = read_moment(settings.directory);
  measured.started = begin.time;
  const Alarm alarm(settings.hard_limit, ending);
  world.run(drive(job, measured.result), ending.get_token(), [&] { job.stop(); });
  const Moment end = read_moment(settings.directory);
  measured.usage = without(between(begin, end), paused);
  measured.resident = end.counters.resident;
  for (LaneId i = 0; i < world.lanes(); ++i) {
    measured.lane_cpu_share.push_back((world.lane(i).cpu_seconds() - cpu_before[i]) / measured.wall());
    const OpenTimes& opens = world.lane(i).open_times();
    measured.opens.open.merge(opens.open);
    measured.opens.observed_open += opens.observed_open;
    measured.opens.observed_whole += opens.observed_whole;
  }
  return measured;
}

}  // namespace aforo
