// The judgement: what limits this job, from evidence alone.
//
// Pure: the same evidence gives the same verdict whether it was measured, captured or simulated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace aforo {

enum class Limit {
  kNone,  // "not limited": AU at or above the target
  kStorageBandwidth,
  kStorageLatency,
  kMetadata,
  kClientCpu,
  kNetwork,
  kLoaderSettings,
  kBarrierSkew,
  kUnknown,  // evidence does not single one out; the text says what was seen
};
std::string to_string(Limit limit);  // "not limited", "storage bandwidth", ... as in docs

// A short re-run of the same job with one thing changed, no compute: samples/s.
struct Counterfactual {
  std::string change;  // "32 workers instead of 8", "null storage"
  double samples_per_second = 0;
};

struct Evidence {
  double au = 0, au_target = 0.9;
  double samples_per_second = 0;
  double demand_samples_per_second = 0;  // accelerators * batch / step time
  double load_wait_share = 0;            // of accelerator time, fractions that add to <= 1
  double barrier_wait_share = 0;
  double compute_share = 0;
  double client_cpu_share = 0;              // CPU seconds used / (wall * cores available), whole process
  std::optional<double> io_cpu_share;       // busiest I/O loop's CPU share of one core
  std::optional<double> device_busy_share;  // block device util over the run
  double open_share = 0;  // share of a sample's read time spent in open (and other metadata)
  Seconds read_latency_mean{0}, read_latency_p99{0};
  double worker_busy_share = 0;                // share of time that loader workers had a request outstanding
  double requests_in_flight = 0;               // mean, over all ranks
  double cache_share = 0;                      // share of bytes served by the page cache; negative = unknown
  bool cache_expected = false;                 // the user asked for a warm run
  double errors = 0;                           // samples that failed
  std::optional<double> null_ceiling;          // samples/s of this client on the null engine
  std::optional<Counterfactual> more_workers;  // same storage, more concurrency
};

struct Verdict {
  Limit limit = Limit::kUnknown;
  std::string text;                   // one line: the limit, the decisive number, what to try
  std::vector<std::string> evidence;  // the numbers that decided, one per line
  std::vector<std::string> advice;    // what to try, most promising first
};

Verdict judge(const Evidence& evidence);

}  // namespace aforo
