#include "pipeline/job.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace aforo {

void JobResult::merge(JobResult next) {
  if (next.ranks.all != ranks.all || next.ranks.first != ranks.first + ranks.here)
    throw std::logic_error("JobResult::merge: not the ranks that follow");
  const std::size_t count = std::max(epochs.size(), next.epochs.size());
  epochs.resize(count, std::vector<RankEpoch>(ranks.here));
  next.epochs.resize(count, std::vector<RankEpoch>(next.ranks.here));
  for (std::size_t e = 0; e < count; ++e)
    std::copy(next.epochs[e].begin(), next.epochs[e].end(), std::back_inserter(epochs[e]));
  ranks.here += next.ranks.here;
  readers.merge(next.readers);
  const bool began = first_step.value > 0, next_began = next.first_step.value > 0;
  if (next_began && (!began || next.first_step < first_step)) first_step = next.first_step;
  samples_delivered += next.samples_delivered;
  checkpoints.merge(next.checkpoints);
  samples_read_again += next.samples_read_again;
  stopped = stopped || next.stopped;
  failed = failed || next.failed;
  ending = joined(ending, next.ending);
}

}  // namespace aforo
