// What jobs need of storage over targets of utilisation: how much a point more or less asks for.
// Without designs and prices. Pure, thread-safe.
#pragma once

#include <vector>

#include "base/units.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// At one target, of all jobs at once: sums, and the shortest time that a sample of
// any of them may take.
struct TargetPoint {
  double target = 0;
  BytesPerSecond read{0};
  PerSecond iops{0}, opens{0};
  Seconds sample_latency{0};
};

// At 50, 70, 80, 90, 95 and 99 %, and at every target that the jobs have; rising. `iops` counts
// requests of storage. UserError where a job's requirement has none.
std::vector<TargetPoint> requirement_curve(const SizingAsk& ask);

}  // namespace aforo
