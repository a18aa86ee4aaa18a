#include "plan/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aforo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(std::string_view text) {
  try {
    parse_sweep(text);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Sweep, ShortRangesAreWhole) {
  const Sweep sweep = parse_sweep("workers=3..6");
  EXPECT_EQ(sweep.key, SweepKey::kWorkers);
  EXPECT_THAT(sweep.values, ElementsAre(3, 4, 5, 6));
  EXPECT_EQ(sweep.note, "");
}

TEST(Sweep, LongRangesGoInPowersOfTwoAndSaySo) {
  const Sweep sweep = parse_sweep("accelerators=1..50");
  EXPECT_THAT(sweep.values, ElementsAre(1, 2, 4, 8, 16, 32, 50));
  EXPECT_THAT(sweep.note, HasSubstr("7 points"));
  EXPECT_THAT(parse_sweep("workers=0..20").values, ElementsAre(0, 1, 2, 4, 8, 16, 20));
}

// 64 KiB / 64 = 1 KiB is the first step from nothing.
TEST(Sweep, BytesHaveUnits) {
  EXPECT_THAT(parse_sweep("transfer_size=64 KiB, 1 MiB").values, ElementsAre(65536, 1048576));
  EXPECT_THAT(parse_sweep("cache_size=0..64KiB").values,
              ElementsAre(0, 1024, 2048, 4096, 8192, 16384, 32768, 65536));
  EXPECT_THAT(refusal("cache_size=5"), HasSubstr("--sweep cache_size: expected"));
}

// What a job's own fields refuse, no sweep predicts.
TEST(Sweep, BoundsAreTheFields) {
  EXPECT_THAT(parse_sweep("workers=1024").values, ElementsAre(1024));
  EXPECT_THAT(refusal("workers=1025"), HasSubstr("1025"));
  EXPECT_THAT(refusal("prefetch=0,2"), HasSubstr("--sweep prefetch: expected"));
  EXPECT_THAT(refusal("batch_size=10000001"), HasSubstr("10000001"));
}

TEST(Sweep, ListsAreSortedAndUnique) {
  EXPECT_THAT(parse_sweep("batch_size=64,32,64").values, ElementsAre(32, 64));
}

TEST(Sweep, BadWordsAreOneSentence) {
  EXPECT_THAT(refusal("acelerators=1..4"), HasSubstr("did you mean 'accelerators'?"));
  EXPECT_THAT(refusal("workers"), HasSubstr("expected KEY=A..B"));
  EXPECT_THAT(refusal("workers="), HasSubstr("expected KEY=A..B"));
  EXPECT_THAT(refusal("workers=1.."), HasSubstr("expected KEY=A..B"));
  EXPECT_THAT(refusal("workers=1,,2"), HasSubstr("expected KEY=A..B"));
  EXPECT_THAT(refusal("workers=8..2"), HasSubstr("from small to large"));
  EXPECT_THAT(refusal("accelerators=0..4"), HasSubstr("expected 1 to"));
  EXPECT_THAT(refusal("accelerators=1..1e9"), HasSubstr("expected 1 to"));
  EXPECT_THAT(refusal("workers=many"), HasSubstr("--sweep workers: expected"));
}

TEST(Sweep, StepTimeGrowsWithTheBatch) {
  PredictOptions options;
  options.workload.loader.batch_size = 32;
  options.workload.accelerator.step_time.mean = 0.1;
  const PredictOptions larger = with_setting(options, SweepKey::kBatchSize, 128);
  EXPECT_EQ(larger.workload.loader.batch_size, 128U);
  EXPECT_DOUBLE_EQ(larger.workload.accelerator.step_time.mean, 0.4);
}

TEST(Sweep, NoCacheIsTheSmallestCache) {
  PredictOptions options;
  options = with_setting(options, SweepKey::kCacheSize, 4096);
  ASSERT_EQ(options.storage.caches.size(), 1U);
  EXPECT_TRUE(with_setting(options, SweepKey::kCacheSize, 0).storage.caches.empty());
}

}  // namespace
}  // namespace aforo
