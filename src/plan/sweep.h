// One setting of a job or its storage over several values: what each would do to utilisation.
//
// Deterministic whatever the number of threads; points are predicted side by side, each with the
// same chance (common random numbers), so that a difference between two points is the setting's.
// Failure: UserError, Interrupted.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "plan/predict.h"

namespace aforo {

// What may be swept, and in what range: sweep.cc.
enum class SweepKey { kAccelerators, kWorkers, kPrefetch, kBatchSize, kTransferSize, kCacheSize };
// "accelerators", ... as people write them.
std::string_view to_string(SweepKey key);
// Whether its values are bytes; else they are counts.
bool in_bytes(SweepKey key);

// A setting and its values, each within the setting's range.
struct Sweep {
  SweepKey key = SweepKey::kAccelerators;
  // Rising, none twice; accelerators, batches: above 0.
  std::vector<std::uint64_t> values;
  // Which points of a long range; empty where all are there.
  std::string note;
};

// "workers=1..16", "cache_size=0 B..1 TiB", "batch_size=32,64,256". Ranges of more than 16 values
// are taken in powers of two from the lower end, the upper end included. Throws UserError (unknown
// key: the nearest is named; a value out of range; more than 64 values).
Sweep parse_sweep(std::string_view text);

// One value, and what the job sees with it.
struct SweepPoint {
  std::uint64_t value = 0;
  Prediction prediction;
};
// One point for each value, in their order. options.threads points at a time, each on one thread.
std::vector<SweepPoint> predict_sweep(const PredictOptions& options, const Sweep& sweep,
                                      std::stop_token stop = {});

// `options` with the setting at `value`. Step time grows with the batch: a batch twice as large
// computes twice as long. A cache_size of 0 takes the first cache away.
PredictOptions with_setting(PredictOptions options, SweepKey key, std::uint64_t value);

}  // namespace aforo
