// How far a long command has come: what the displays on standard error show.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace aforo {

// Accelerators whose states are counted together: one, or several of a large job. Sums over their finished steps.
struct RankStates {
  std::uint32_t first = 0, ranks = 1;
  Seconds compute{0}, load_wait{0}, barrier_wait{0};
  // Standing still for a checkpoint.
  Seconds checkpoint{0};
};

// What a job that trains has come to so far, for a view that shows more than a line. Who looks twice knows what happened
// between.
struct JobProgress {
  std::uint32_t accelerators = 0;
  std::string workload, place, engine;
  std::uint64_t epochs = 0;
  double au_target = 0;
  // Read so far, whoever served it.
  double bytes_read = 0;
  // Of them, that storage served to this process; absent where nobody counts it.
  std::optional<double> bytes_from_storage;
  // Of one request, in the last seconds; 0 = none ended.
  Seconds read_p50{0}, read_p99{0};
  std::uint64_t in_flight = 0;
  // Requests that ended with an error so far.
  std::uint64_t failed = 0;
  // All of the job here, in order.
  std::vector<RankStates> ranks;
};

// One look at the work. Fields that a command does not have stay 0 / empty.
struct Progress {
  // Of the whole command, [0, 1]; below 0 = not known. An estimate, which may stand
  // still for a while.
  double fraction = 0;
  // Accelerator utilisation so far, fraction.
  double au = 0;
  // Or files per second where no sample is trained on; of a probe operations per second.
  double samples_per_second = 0;
  // Read or written.
  double bytes_per_second = 0;
  // Since the work began.
  Seconds elapsed{0};
  std::uint64_t epoch = 0;
  // Done so far; files where no sample is trained on.
  std::uint64_t step = 0;
  // To be done in all; 0 = not known before the end.
  std::uint64_t steps = 0;
  // "writing", "checking", "scanning", "training", ...
  std::string phase;
  // Of a command that trains.
  std::optional<JobProgress> job;
};

// Called about five times a second, always from one thread (not necessarily the caller's), which
// waits for it: a slow one is called more seldom and slows nothing else. Must not throw. May be
// empty: then nothing is sampled.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace aforo
