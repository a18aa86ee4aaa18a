// What a prediction is asked with and what it says: plain data. predict.h makes the one from the other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/layout.h"
#include "measure/histogram.h"
#include "measure/verdict.h"
#include "model/storage_spec.h"
#include "sim/simulate.h"
#include "workload/spec.h"

namespace aforo {

// kAuto takes the closed form where it is known to be near, and simulates elsewhere.
enum class PredictMethod { kAuto, kClosed, kSimulate };
// "auto", "closed", "simulate".
std::string_view to_string(PredictMethod method);

// The whole question. All that is not a workload's or a storage's has a default that suits.
struct PredictOptions {
  Workload workload;  // accelerator.count is N
  StorageSpec storage;
  PredictMethod method = PredictMethod::kAuto;
  // The dataset's layout; empty = what generating the workload's dataset would give.
  std::shared_ptr<const Layout> layout;
  // Simulate training.steps, however many: they were asked for.
  bool every_step = false;
  // Caches are emptied before every epoch.
  bool cold_epochs = false;
  std::uint32_t ranks_per_host = 0;  // 0 = all on one host
  std::uint64_t checkpoint_steps = 0;
  Seconds checkpoint_pause{0};
  // Other jobs on the same storage meanwhile, epoch after epoch for as long as the job takes.
  std::vector<Workload> beside;
  // Of each of them: the caches' sizes are for a dataset so many times as large as its own. Empty: 1.
  std::vector<double> beside_scale;
  // Memory of one host: a job whose prefetched batches do not fit is refused. The default, 2
  // TiB, refuses slips only.
  Bytes host_memory{Bytes{2} * (std::uint64_t{1} << 40)};
  std::uint64_t seed = 1;
  unsigned replications = 5;  // >= 2
  bool spread = true;         // widen by the storage's own spread
  // Where the target is missed, say what twice the workers would do: two simulations more.
  bool counterfactual = true;
  unsigned threads = 2;  // simulations side by side
  // Of one simulation, where steps may be cut: bounds what it takes, some seconds.
  std::uint64_t most_samples = 4'000'000;
  std::uint64_t fewest_steps = 30;  // but no fewer steps of an epoch
  // Half a width by chance, of AU, that no page shows: of a large job that knows it after two replications more
  // would change nothing. Chosen so small that two which differ agree by luck once in some hundred times.
  double no_chance = 1e-4;
  // A job of more accelerators is simulated whole once, where a part of them can tell what chance and the storage's
  // spread change (simulated_part.h): a simulation costs in proportion to them.
  std::uint32_t most_whole = 4096;
  // Called after every simulation of the job, from any thread; may be empty.
  std::function<void()> simulated;
};

// Seconds of all accelerators together, over the whole job.
struct StallTimes {
  Seconds total{0};
  Seconds compute{0};
  Seconds load_wait{0};  // epoch_start included
  Seconds barrier_wait{0};
  Seconds checkpoint{0};
  Seconds epoch_start{0};  // waiting for the first batch of an epoch
  Seconds stall() const { return total - compute; }
  // `times` times what `other` took, beside what is here.
  void add(const StallTimes& other, double times = 1);
};

// Another job on the same storage, while the main one ran.
struct BesidePrediction {
  std::string name;
  std::uint32_t accelerators = 0;
  double au = 0;
  PerSecond samples{0};
};

inline void StallTimes::add(const StallTimes& other, double times) {
  total += other.total * times;
  compute += other.compute * times;
  load_wait += other.load_wait * times;
  barrier_wait += other.barrier_wait * times;
  checkpoint += other.checkpoint * times;
  epoch_start += other.epoch_start * times;
}

// What checkpoints cost the job (plan/saving.h).
struct SavingPrediction {
  Bytes bytes{0};  // of one, all ranks
  std::uint64_t every_steps = 0;
  Seconds every{0};  // of training between two, at the pace that it has without them
  bool asynchronous = false;
  std::uint32_t writers = 0;  // ranks that write
  // Of one alone: until it is committed, until the slowest rank has written, until the fastest has, until rank 0 has.
  Seconds whole{0}, slowest{0}, fastest{0}, rank0{0};
  Seconds whole_low{0}, whole_high{0};  // as far as the storage file says
  // Training stands still: for `whole`; asynchronous for the copy to memory.
  Seconds pause{0}, copy{0};
  // Asynchronous: of each that goes on beside the other, of its rate alone; of training's pace meanwhile.
  double reads_left = 1, writes_left = 1, pace_beside = 1;
  double au_without = 0;
};

// What was predicted. What a closed form does not know is left at its default.
struct Prediction {
  std::uint32_t accelerators = 0;
  // au_low <= au <= au_high, in [0, 1].
  double au = 0, au_low = 0, au_high = 0;
  // The interval that half of all measurements lie in; inside the other.
  double au_low_50 = 0, au_high_50 = 0;
  // What the storage's spread, slower and faster by half, takes from AU and adds to it.
  double slower = 0, faster = 0;
  double chance = 0;  // half width by chance alone
  // Relative spread of the storage's rates that was put in.
  double spread = 0;
  // Of AU, either way, that was put in.
  double model_error = 0;
  PerSecond samples{0};
  BytesPerSecond bytes{0};
  std::string limit;  // "station 'pipe', 98 % busy"
  std::string
      limit_station;  // the station or measured curve that it names, "pipe"; empty where it names none
  PredictMethod method = PredictMethod::kSimulate;
  // This method: a clause, "the closed form is not near: ...".
  std::string why;
  std::vector<std::string> notes;
  // Of a simulation only:
  std::vector<double> au_per_epoch;
  std::optional<StallTimes> stalls;
  Histogram step_times;
  // Simulated: epochs, and steps in each.
  std::uint64_t epochs = 0, steps = 0;
  // Of an epoch that the numbers speak of.
  std::uint64_t steps_in_full = 0;
  unsigned replications = 0;  // of all accelerators
  // Of so many accelerators, where these told chance and spread; else 0.
  std::uint32_t part_accelerators = 0;
  unsigned part_replications = 0;
  std::uint64_t events = 0;
  std::optional<double> cache_hit_share;
  double requests_in_flight = 0;
  std::vector<SimStation> stations;
  std::vector<BesidePrediction> beside;
  // Absent where the job writes no checkpoints that are known. Then AU, rates, intervals, stalls and the verdict are with
  // them, and all else is of the job without.
  std::optional<SavingPrediction> saving;
  Verdict verdict;
  // That the verdict was found by; absent of a closed form.
  std::optional<Evidence> evidence;
};

}  // namespace aforo
