#include "workload/checkpoint.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

// Writing takes 50 s, something fails every 10,000 s: sqrt(2 x 50 x 10,000) = 1,000 s.
TEST(Checkpoint, YoungsInterval) {
  EXPECT_NEAR(young_interval(Seconds{50}, Seconds{10'000}).value, 1000, 1e-9);
}

// The same by Daly: d / 2M = 0.0025, whose root is 0.05: 1,000 (1 + 0.05 / 3 + 0.0025 / 9) - 50 = 966.94 s.
// Writing that takes twice the time between failures leaves that time alone.
TEST(Checkpoint, DalysInterval) {
  EXPECT_NEAR(daly_interval(Seconds{50}, Seconds{10'000}).value, 966.944444, 1e-5);
  EXPECT_EQ(daly_interval(Seconds{200}, Seconds{100}), Seconds{100});
}

TEST(Checkpoint, TakesItsShareOfTheTime) {
  EXPECT_NEAR(share_beside_checkpoints(Seconds{95}, Seconds{5}), 0.95, 1e-12);
  EXPECT_EQ(share_beside_checkpoints(Seconds{0}, Seconds{5}), 1);
}

// 30 minutes of steps of 0.4 s: 4,500. Less than a step: after every one.
TEST(Checkpoint, FallsDueBySteps) {
  CheckpointSpec spec;
  EXPECT_EQ(checkpoint_steps(spec, Seconds{0.4}), 0u);
  spec.every = Seconds{1800};
  EXPECT_EQ(checkpoint_steps(spec, Seconds{0.4}), 4500u);
  EXPECT_EQ(checkpoint_steps(spec, Seconds{1e5}), 1u);
  spec.every = Seconds{0};
  spec.every_steps = 7;
  EXPECT_EQ(checkpoint_steps(spec, Seconds{0.4}), 7u);
}

TEST(Checkpoint, IsDueAfterEverySoManySteps) {
  CheckpointPlan plan;
  for (std::uint64_t steps = 0; steps < 10; ++steps) EXPECT_FALSE(plan.due_after(steps));
  plan.every_steps = 25;
  for (const std::uint64_t steps : {0u, 1u, 24u, 26u, 49u}) EXPECT_FALSE(plan.due_after(steps)) << steps;
  for (const std::uint64_t steps : {25u, 50u, 75u}) EXPECT_TRUE(plan.due_after(steps)) << steps;
  EXPECT_EQ(plan.number_after(25), 0u);
  EXPECT_EQ(plan.number_after(75), 2u);
  plan.first = 10;
  EXPECT_EQ(plan.number_after(75), 12u);
}

}  // namespace
}  // namespace aforo
