// What a training job needs of storage at its utilisation target: closed forms, no storage system assumed.
//
// Every figure comes with the formula, the numbers put into it and where those came from (`explain`), so that
// a person can redo it by hand. The formulas are written out, with a worked example, in
// docs/sizing-requirement.md. Pure and thread-safe. Failure: UserError where what was asked contradicts
// itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/record.h"
#include "workload/spec.h"

namespace aforo {

// What is asked beside the workload. N is workload.accelerator.count, the target workload.training.au_target.
struct RequirementAsk {
  std::optional<Bytes> capacity;            // bytes the storage must hold; absent = what the job itself needs
  std::uint32_t accelerators_per_host = 8;  // > 0
  std::optional<Seconds> failures;          // mean time between failures of the job as a whole
};

// Symbols: N accelerators, B batch size, Z mean step time, t target, s mean sample size, W workers, P
// prefetch. Where every accelerator reads all shards (Access::every_rank_reads_all), the bytes that are asked
// of storage are N s for each sample instead of s; what is held in memory and on disk stays s.
struct Requirement {
  double target = 0;
  PerSecond samples_full{0};             // N B / Z: at 100 % utilisation
  PerSecond samples{0};                  // t N B / Z: at the target
  BytesPerSecond read_full{0};           // s N B / Z
  BytesPerSecond read{0};                // t s N B / Z: the mean that storage must sustain
  BytesPerSecond read_with_headroom{0};  // read x straggler: what a barrier asks for in addition
  std::optional<BytesPerSecond>
      read_peak;             // at epoch starts: first batches and shuffle buffers in their time
  double straggler = 1;      // expected slowest producer / mean; 1 without a barrier or size spread
  double request_bytes = 0;  // mean size of one storage request
  double requests_per_sample = 0;
  PerSecond iops{0};
  PerSecond opens{0};
  PerSecond metadata{0};       // open, attributes, close
  double concurrency = 0;      // samples being read at once, over all accelerators; 0 = no overlap
  Seconds sample_latency{0};   // mean time one sample may take from open to last byte
  Seconds request_latency{0};  // the same per request, where a worker's requests follow one another
  std::optional<Seconds> sample_latency_p99;  // one slow read that the batches ahead hide; absent: none ahead
  Bytes dataset{0};
  Bytes capacity{0};
  Bytes window_per_accelerator{0};  // bytes prefetched
  Bytes memory_per_host{0};
  std::uint32_t hosts = 0;
  BytesPerSecond network_per_host{0};       // at the target
  BytesPerSecond network_per_host_full{0};  // at 100 %
  BytesPerSecond network_checkpoint{0};     // per host, while a checkpoint is written
  std::optional<double>
      link_gbit;            // smallest usual link that carries each of the latter; absent above 800 Gbit/s
  Bytes startup_burst{0};   // read for all prefetch windows at once
  Seconds startup_fill{0};  // the burst at `read`
  std::uint64_t steps_per_epoch = 0;  // 0: the dataset is smaller than one global batch
  std::optional<Seconds> epoch;
  std::optional<Seconds> capacity_scan;  // reading `ask.capacity` once at `read`
  std::optional<Bytes> checkpoint;       // bytes of one checkpoint
  std::optional<BytesPerSecond> checkpoint_write;
  std::optional<BytesPerSecond> checkpoint_read;  // restoring within kRestoreWithin
  std::optional<Seconds> checkpoint_every;        // Young's interval for `failures`, else as given
  std::vector<std::string> warnings;
};

inline constexpr double kCheckpointTimeShare = 0.05;  // share of the run that writing checkpoints may take
inline constexpr Seconds kRestoreWithin{300};         // of a failure, reading the last checkpoint
inline constexpr double kStartShare = 0.5;            // of the stall that the target allows: for epoch starts
inline constexpr std::uint64_t kCheckpointsKept = 2;  // the last whole one, and the one being written
inline constexpr double kMetadataPerOpen = 3;         // open, attributes, close

Requirement requirement(const Workload& workload, const RequirementAsk& ask);

// Expected largest of n standard normal draws, n >= 1: Blom's (1958) approximation of the top order
// statistic, Phi^-1((n - 0.375) / (n + 0.25)). Within 0.03 of the exact value for n up to 10,000.
double expected_largest_normal(double n);

// One number with its reason, in the order of importance for a reader.
enum class FigureUnit { kBytesPerSecond, kPerSecond, kSeconds, kBytes, kCount, kFactor, kGbit };
struct Figure {
  std::string key;    // as in the Record
  std::string label;  // "read bandwidth, mean"
  double value = 0;   // SI
  FigureUnit unit = FigureUnit::kCount;
  std::string formula;  // "t s N B / Z"
  std::string inputs;   // "0.9 x 150 kB x 64 x 256 / 144 ms"
  std::string source;   // where the inputs come from
};
std::vector<Figure> explain(const Workload& workload, const RequirementAsk& ask,
                            const Requirement& requirement);

std::string format_figure(const Figure& figure);  // the value with its unit, as people read it

// {"read_bytes_per_second": ..., "iops": ..., ...}: the Record's `requirement`. Unknown is absent.
Json to_json(const std::vector<Figure>& figures);

}  // namespace aforo
