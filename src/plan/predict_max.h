// The largest number of accelerators that a storage keeps at the utilisation target, predicted.
//
// Ramp and bisection as `run --find-max` does (measure/bracket.h), each number predicted: in one
// replication where that is clear of the target, else in all. The interval comes from searching
// again with the ends of AU's interval; what was predicted once is not predicted again.
// Deterministic. Same failures as predict().
#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>

#include "plan/predict.h"

namespace aforo {

// The number, how sure it is, and all that was tried on the way.
struct PredictedMax {
  std::uint32_t accelerators = 0;  // 0: not even one
  // By the low and the high end of AU's interval.
  std::uint32_t low = 0, high = 0;
  // The search ended at its limit, or where no larger job can be set up.
  bool at_limit = false;
  // --max-accelerators, or as many as the dataset has batches for.
  std::uint32_t limit = 0;
  // Why a larger job cannot be set up; may be empty.
  std::string refusal;
  std::map<std::uint32_t, Prediction> tries;
  // At that number, in all replications; of 1 where not even one is fed. Its verdict is that of the next
  // number, which misses the target, where there is one.
  Prediction answer;
};

// `most` = 0: as many as the dataset has batches for.
PredictedMax predict_max(const PredictOptions& options, std::uint32_t most, std::stop_token stop = {});

}  // namespace aforo
