// One setting of a job or its storage over several values: what each would do to utilisation.
//
// Deterministic whatever the number of threads; points are predicted side by side, each with the same chance
// (common random numbers), so that a difference between two points is the setting's. Failure: UserError,
// Interrupted.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "plan/predict.h"

namespace aforo {

enum class SweepKey { kAccelerators, kWorkers, kPrefetch, kBatchSize, kTransferSize, kCacheSize };
std::string_view to_string(SweepKey key);  // "accelerators", ... as people write them
bool in_bytes(SweepKey key);

struct Sweep {
  SweepKey key = SweepKey::kAccelerators;
  std::vector<std::uint64_t> values;  // rising, none twice; accelerators, batches: above 0
  std::string note;                   // which points of a long range; empty where all are there
};

// "workers=1..16", "cache_size=0 B..1 TiB", "batch_size=32,64,256". Long ranges are taken in powers of two
// from the lower end, the upper end included. Throws UserError (unknown key: the nearest is named).
Sweep parse_sweep(std::string_view text);

struct SweepPoint {
  std::uint64_t value = 0;
  Prediction prediction;
};
std::vector<SweepPoint> predict_sweep(const PredictOptions& options, const Sweep& sweep,
                                      std::stop_token stop = {});

// `options` with the setting at `value`. Step time grows with the batch: a batch twice as large computes
// twice as long.
PredictOptions with_setting(PredictOptions options, SweepKey key, std::uint64_t value);

}  // namespace aforo
