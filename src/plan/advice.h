// Which single change would move utilisation most: the same job simulated with one thing changed at
// a time, each with the same chance as the job itself (common random numbers), so that the
// difference is the change's.
//
// Two replications of some ten cases: as long as a prediction takes. Deterministic whatever the
// number of threads. Failure: UserError where the job itself cannot be simulated, Interrupted. A
// change that the storage file cannot answer (no curve for it) is left out.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "plan/predict.h"

namespace aforo {

// One change that helps.
struct Advice {
  std::string change;  // "16 workers instead of 8"
  std::string how;     // what to type or to do: "--workers 16"
  double au = 0;       // with it
  // Au - au of the job as it is, same chance; a fraction.
  double gain = 0;
};

// Of AU. Chosen: half a point is about what two replications tell from nothing.
inline constexpr double kWorthSaying = 0.005;  // of AU

// Best first; gains below kWorthSaying are left out. options.method is not looked at:
// everything is simulated. Of a very large job a part is (simulated_part.h); `predicted`, the AU that all of it was found
// to have, is then what changes are told of, in proportion; 0 = as the part has it.
std::vector<Advice> advise(const PredictOptions& options, std::stop_token stop = {}, double predicted = 0);

}  // namespace aforo
