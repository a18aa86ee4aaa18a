// For tests and benches of hosts: what a process would have measured of made-up steps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "train/host_part.h"

namespace aforo {

// `ranks` of the job's [0, all), `steps` each, of about `mean` load wait; every step ends with the job's slowest rank.
// The same for the same rank, whatever the part that holds it.
inline std::vector<StepTimes> made_steps(std::uint32_t rank, std::uint64_t steps, double mean) {
  Random random(mix64(rank, 5));
  std::vector<StepTimes> all;
  for (std::uint64_t s = 0; s < steps; ++s) {
    StepTimes step;
    step.rank = rank, step.step = s;
    step.begin = Seconds{1 + static_cast<double>(s) * 0.02};
    step.load_wait = Seconds{mean * random.uniform()};
    step.compute = step.asked = Seconds{0.004};
    step.barrier_wait = Seconds{0.02} - step.load_wait - step.compute;
    all.push_back(step);
  }
  return all;
}

inline MeasuredJob made_job(Ranks ranks, std::uint64_t steps, double mean) {
  MeasuredJob job;
  WatchOptions options;
  options.ranks = ranks.here, options.first_rank = ranks.first, options.total_steps = steps;
  job.watch = std::make_unique<StepWatch>(options);
  job.engine = EngineKind::kThreads;
  job.io_threads = 1;
  job.result.ranks = ranks;
  job.usage.wall = Seconds{static_cast<double>(steps) * 0.02};
  job.usage.cpu_user = Seconds{1};
  std::vector<RankEpoch> epoch(ranks.here);
  std::vector<std::vector<StepTimes>> of(ranks.here);
  for (std::uint32_t r = 0; r < ranks.here; ++r) of[r] = made_steps(ranks.first + r, steps, mean);
  for (std::uint64_t s = 0; s < steps; ++s)
    for (std::uint32_t r = 0; r < ranks.here; ++r) {
      const StepTimes& step = of[r][s];
      job.watch->on_step(step);
      RankEpoch& rank = epoch[r];
      if (rank.steps++ == 0) rank.start = step.begin;
      rank.end = step.begin + Seconds{0.02};
      rank.load_wait += step.load_wait, rank.compute += step.compute, rank.barrier_wait += step.barrier_wait;
      rank.samples += 1;
      job.result.readers.sample_read.add(step.load_wait);
      job.result.readers.samples += 1, job.result.readers.bytes += 1000, job.result.readers.requests += 1;
    }
  job.result.samples_delivered = steps * ranks.here;
  job.result.epochs = {std::move(epoch)};
  return job;
}

inline HostPart made_part(std::uint32_t host, Ranks ranks, std::uint64_t steps, double mean,
                          const std::string& machine) {
  return {host, "node" + std::to_string(host), machine, 2, 2, {}, Seconds{0}, made_job(ranks, steps, mean)};
}

}  // namespace aforo
