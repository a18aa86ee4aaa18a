#include "plan/step_recursion.h"

#include <gtest/gtest.h>

#include <vector>

#include "plan/mva.h"

namespace aforo {
namespace {

// A pipe that passes `ratio` times what is consumed, and a time of `alone` of all that readers have for a batch.
std::vector<double> rates(const StepCase& c, double ratio, double alone) {
  const double step = c.step.value;
  const std::vector<MvaStation> net = {
      {.name = "pipe", .kind = MvaKind::kQueue, .demand = {step / ratio / c.ranks}},
      {.name = "latency", .kind = MvaKind::kDelay, .demand = {alone * c.window * step}}};
  return mva_growth(net, c.ranks * c.workers);
}

// Batches that are all alike: what is passed is what is used, as far as it is wanted.
TEST(StepRecursion, WithoutVariationTheRateDecides) {
  for (const std::uint32_t ranks : {1u, 8u, 100u}) {
    const StepCase c{ranks, 4, 4, 0, Seconds{0.5}};
    const std::vector<double> half(ranks * 4, ranks / 0.5 / 2), twice(ranks * 4, ranks / 0.5 * 2);
    EXPECT_NEAR(stepped_au(c, half), 0.5, 0.005) << ranks;
    EXPECT_NEAR(stepped_au(c, twice), 1, 1e-9) << ranks;
  }
}

// One reader that takes 0.6 of a step alone and has a window of one: it begins when its batch is consumed. Taking
// 1.6 it is always late.
TEST(StepRecursion, OneReaderByHand) {
  const StepCase c{1, 1, 1, 0, Seconds{1}};
  EXPECT_NEAR(stepped_au(c, std::vector<double>{1 / 0.6}), 1, 1e-9);
  EXPECT_NEAR(stepped_au(c, std::vector<double>{1 / 1.6}), 1 / 1.6, 1e-6);
}

TEST(StepRecursion, ManyRanksAreFollowedByFewer) {
  for (const double ratio : {1.02, 1.1, 1.2}) {
    const StepCase all{64, 4, 4, 0.13, Seconds{1}}, more{128, 4, 4, 0.13, Seconds{1}};
    // The longest of more batches is longer, and their sum varies less.
    EXPECT_NEAR(stepped_au(more, rates(more, ratio, 0.3)), stepped_au(all, rates(all, ratio, 0.3)), 0.02)
        << ratio;
  }
}

TEST(StepRecursion, MoreStorageIsNoWorse) {
  for (const std::uint32_t ranks : {1u, 8u})
    for (const double cv : {0.1, 0.3}) {
      double before = 0;
      for (double ratio = 0.7; ratio < 1.6; ratio *= 1.01) {
        const StepCase c{ranks, 4, 4, cv, Seconds{1}};
        const double au = stepped_au(c, rates(c, ratio, 0.3));
        EXPECT_GE(au, before - 1e-4) << ranks << " ranks, cv " << cv << ", " << ratio;
        before = au;
      }
    }
}

}  // namespace
}  // namespace aforo
