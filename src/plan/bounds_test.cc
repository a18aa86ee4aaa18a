#include "plan/bounds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace aforo {
namespace {

const std::vector<Seconds> kTwo = {2_ms, 3_ms};

// Demands 2 and 3 ms, delay 5 ms: alone 1 / 10 ms = 100/s; many: 1 / 3 ms = 333.3/s.
TEST(Bounds, ThroughputIsHeldByTheRoundAndByTheSlowestStation) {
  EXPECT_NEAR(throughput_bound(kTwo, 5_ms, 1).value, 100, 1e-9);
  EXPECT_NEAR(throughput_bound(kTwo, 5_ms, 3).value, 300, 1e-9);
  EXPECT_NEAR(throughput_bound(kTwo, 5_ms, 1000).value, 1000.0 / 3, 1e-9);
  EXPECT_TRUE(std::isinf(throughput_bound({}, 0_s, 8).value));
}

// K = 2: low 2 / (10 + 3 / (1 + 5/10)) = 2 / 12 ms = 166.67/s; high 2 / (10 + 2.5 / (1 + 5/5)) = 2 / 11.25 ms
// = 177.78/s.
TEST(Bounds, BalancedJobBoundsAreTighter) {
  const ThroughputBounds bounds = balanced_job_bounds(kTwo, 5_ms, 2);
  EXPECT_NEAR(bounds.low.value, 166.667, 1e-3);
  EXPECT_NEAR(bounds.high.value, 177.778, 1e-3);
  EXPECT_LT(bounds.high.value, throughput_bound(kTwo, 5_ms, 2).value);
}

// 20 accelerators that think 10 ms: one lap of 20 through 3 ms each takes 60 ms, less the thinking 50 ms.
// Law: with X = 1 / 3 ms, R = 20 x 3 - 10 = 50 ms.
TEST(Bounds, InteractiveResponse) {
  EXPECT_NEAR(response_bound(kTwo, 20, 10_ms).value, 0.050, 1e-12);
  EXPECT_NEAR(interactive_response(20, PerSecond{1000.0 / 3}, 10_ms).value, 0.050, 1e-12);
  EXPECT_NEAR(response_bound(kTwo, 2, 10_ms).value, 0.005, 1e-12);  // nobody queues: 2 + 3 ms
}

// (5 + 10) / 3 = 5 accelerators.
TEST(Bounds, Knee) {
  EXPECT_NEAR(knee(kTwo, 10_ms), 5, 1e-12);
  EXPECT_TRUE(std::isinf(knee({}, 10_ms)));
}

}  // namespace
}  // namespace aforo
