#include "sim/simulate.h"

#include <memory>
#include <stdexcept>

#include "pipeline/frame_pool.h"
#include "pipeline/plan_job.h"
#include "pipeline/training_job.h"
#include "sim/sim_storage.h"
#include "sim/sim_world.h"
#include "sim/step_log.h"

namespace aforo {
namespace {

// Between looks at the stop token. Chosen: a look then costs nothing, and Ctrl-C is still heard at once.
constexpr std::uint64_t kEventsPerLook = 4096;

// What of a plan has a meaning in virtual time: there are no bytes to deliver or to check.
JobPlan without_bytes(JobPlan plan) {
  plan.loader.deliver = Deliver::kDiscard;
  plan.check = nullptr;
  plan.stream_check = nullptr;
  return plan;
}

std::uint32_t ranks_per_host(const SimJob& job) {
  return job.ranks_per_host ? job.ranks_per_host : std::max<std::uint32_t>(job.plan.ranks.here, 1);
}

std::vector<StorageClient> clients_of(const SimSetup& setup) {
  std::vector<StorageClient> clients;
  HostId first = 0;
  for (const SimJob& job : setup.jobs) {
    const HostId hosts = (job.plan.ranks.here + ranks_per_host(job) - 1) / ranks_per_host(job);
    clients.push_back(
        {job.plan.layout, &job.plan.loader, first, std::max<HostId>(hosts, 1), &job.plan.checkpoint});
    first += clients.back().hosts;
  }
  return clients;
}

struct RunningJob {
  RunningJob(const SimJob& job, const StorageClient& client, VirtualClock& clock, ReadPaths& ways,
             const SimSetup& setup, std::uint16_t number)
      : window(access_of(job.plan).window_batches),
        producers(access_of(job.plan).producers),
        steps(job.plan.steps),
        paths(ways),
        log(job.plan.ranks.here, job.plan.steps, setup.au_half_width, setup.least_steps,
            [&ways] {
              return StepLog::CacheCount{ways.accesses(), ways.hits()};
            }),
        world(clock, ways,
              {client, ranks_per_host(job), setup.aggregate, setup.gather_hits, number,
               mix64(setup.seed, number)}),
        training(world, without_bytes(job.plan), log) {}

  Task<> run() { result = co_await training.run(); }
  void stop() { training.stop(); }

  const std::uint64_t window, producers,
      steps;  // batches that its loader runs ahead, builds at a time; of an epoch
  ReadPaths& paths;
  StepLog log;
  SimWorld world;
  TrainingJob<SimWorld> training;
  JobResult result;
  bool ended = false;
};

SimJobResult result_of(RunningJob& job) {
  SimJobResult result;
  result.job = std::move(job.result);
  result.steps = job.log.steps();
  result.au = job.log.au();
  result.settled_au = job.log.au_from(std::min(job.window, job.steps / 2), job.producers);
  if (job.paths.accesses() > 0)
    result.cache_hit_share =
        static_cast<double>(job.paths.hits()) / static_cast<double>(job.paths.accesses());
  result.cache_hits_per_epoch = job.log.hits_per_epoch();
  return result;
}

}  // namespace

SimResult simulate(const SimSetup& setup, std::stop_token stop) {
  const FrameArena frames;  // before whatever lies in it
  VirtualClock clock;
  const std::vector<StorageClient> clients = clients_of(setup);
  SimStorage storage(*setup.storage, clock, clients, setup.seed);
  std::vector<std::unique_ptr<RunningJob>> jobs;
  for (std::size_t i = 0; i < setup.jobs.size(); ++i)
    jobs.push_back(std::make_unique<RunningJob>(setup.jobs[i], clients[i], clock, storage.paths(i), setup,
                                                static_cast<std::uint16_t>(i + 1)));
  SimResult result;
  std::size_t running = jobs.size();
  for (auto& job : jobs) {
    spawn(job->run(), [&running, &done = job->ended] {
      done = true;
      --running;
    });
  }
  bool others_stopped = !setup.until_first;
  while (running > 0) {
    if (!others_stopped && jobs.front()->ended) {
      others_stopped = true;
      for (auto& job : jobs)
        if (!job->ended) job->stop();
      continue;
    }
    if (clock.events() % kEventsPerLook == 0 && !result.stopped && stop.stop_requested()) {
      result.stopped = true;
      for (auto& job : jobs)
        if (!job->ended) job->stop();
      continue;
    }
    if (!clock.step()) throw std::logic_error("simulate: nothing is left to happen and a job has not ended");
  }
  result.simulated = clock.now();
  result.events = clock.events();
  for (auto& job : jobs) {
    result.ended_early = result.ended_early || job->log.ended();
    result.jobs.push_back(result_of(*job));
  }
  if (result.simulated.value > 0) result.stations = storage.stations(result.simulated);
  return result;
}

}  // namespace aforo
