// One job on one storage, ready to be simulated, and what a simulation of it says of the job in full.
//
// Long jobs are cut: an epoch to so many steps, a job to so many epochs. What was cut is added again at the
// steady state that was simulated (with caches, dataset and caches are made smaller instead), so that the
// numbers speak of the whole job: its epoch starts weigh what they weigh there.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "measure/au.h"
#include "pipeline/job.h"
#include "plan/prediction.h"
#include "sim/simulate.h"

namespace aforo {

struct SimulatedCase {
  std::shared_ptr<const Layout> layout;
  JobPlan plan;                         // what is simulated
  std::uint64_t epochs = 1, steps = 1;  // of the job in full
  // Of these, at the end, as many go as one on caches that are full: it is simulated by itself. 0 where the
  // last of plan.epochs stands for them.
  double warm_epochs = 0;
  bool mostly_warm() const { return warm_epochs > static_cast<double>(epochs) / 2; }
  // Checkpoints' pauses of an epoch, all together, which an epoch that was cut has had none of: few or none of them
  // would have fallen into it.
  Seconds pauses{0};
  double cache_scale = 1;  // of the caches' sizes, where the dataset was made smaller by as much
  std::uint32_t ranks_per_host = 0;
  // More samples than PredictOptions::most_samples all the same: its steps were asked for, or its accelerators
  // are too many. What costs in proportion and changes nothing that can be seen is then left out.
  bool large = false;
  // An epoch after the first is like one on caches that are full.
  bool full_after_first = false;
  std::function<void()> simulated;  // as PredictOptions has it
  struct Other {
    std::string name;
    std::shared_ptr<const Layout> layout;
    JobPlan plan;             // steps without an end: it runs for as long as the main job
    std::uint64_t steps = 1;  // of an epoch in full
  };
  std::vector<Other> others;
  std::vector<std::string> notes;
};

// Everything judged before anything is simulated. Where no layout is given, a dataset whose layout is only sized is
// taken in one that is read alike, with a note (known_layout.h). Throws UserError, Interrupted.
SimulatedCase make_case(const PredictOptions& options, const std::stop_token& stop = {});

// Checkpoints' pauses become those of an average epoch, of as many as the job in full makes: none falls into one that is
// simulated. Once.
void take_out_pauses(SimulatedCase& c);

// One simulation. AU and rates are ratios of sums over the job in full: what was cut off is added in seconds.
struct SimulatedOnce {
  double au = 0;  // of the job in full, as all that follows but what the storage itself saw
  // Of each epoch that was simulated.
  std::vector<StallTimes> per_epoch;
  // As many epochs of the job it stands for.
  std::vector<double> weights;
  PerSecond samples{0};
  BytesPerSecond bytes{0};
  StallTimes stalls;
  double cache_hit_share = 0;
  // Of what was simulated, not of the job in full; where it is mostly_warm(), of the epoch on full caches alone.
  Histogram step_times;
  double in_flight = 0, worker_busy = 0;
  Seconds read_mean{0}, read_p99{0};
  std::vector<SimStation> stations;
  std::vector<BesidePrediction> beside;
  std::uint64_t events = 0;
};

// Replication `replication` of `options.seed`: equal numbers give equal chance to different cases. Throws
// Interrupted.
SimulatedOnce simulate_once(const SimulatedCase& c, const StorageSpec& storage, std::uint64_t seed,
                            std::uint64_t replication, std::stop_token stop);

// An epoch of the job in full that finds every cache full, simulated by itself. Throws Interrupted.
StallTimes epoch_on_full_caches(const SimulatedCase& c, const StorageSpec& storage, std::uint64_t seed,
                                std::uint64_t replication, std::stop_token stop);

}  // namespace aforo
