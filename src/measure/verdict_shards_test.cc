// The verdict on jobs whose readers own shards: workers beyond the shards find nothing to read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/verdict.h"
#include "measure/verdict_test_kit.h"

namespace aforo {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

// 8 workers of whom `readers` have one of `shards` shards, and wait for it.
Evidence reading_shards(std::uint64_t readers, std::uint64_t shards) {
  Evidence e = late_job();
  e.au = 0.6;
  e.compute_share = 0.6;
  e.load_wait_share = 0.3;
  e.worker_busy_share = 0.95;
  e.requests_in_flight = 2;
  e.readers = {readers, shards, true};
  return e;
}

TEST(VerdictOnShards, WorkersWithoutOneAreNamed) {
  const Verdict v = verdict_of(reading_shards(2, 2));
  EXPECT_EQ(v.limit, Limit::kFewShards);
  EXPECT_THAT(v.text, AllOf(HasSubstr("too few shards: only 2 of 8 workers have a shard"),
                            HasSubstr("try more, smaller shards: 8 or more for every accelerator")));
  EXPECT_THAT(v.advice, Each(AllOf(Not(HasSubstr("loader.workers")), Not(HasSubstr("find-max")))));
  EXPECT_THAT(v.evidence, Contains("readers of one accelerator: 2 of 8 workers have a shard"));
  EXPECT_THAT(verdict_of(reading_shards(1, 1)).text, HasSubstr("only 1 of 8 workers has a shard"));
}

// Little: 8 readers give 600 of the 900 that are wanted, so 12, rounded up to 16.
TEST(VerdictOnShards, AsManyShardsAsWorkersWantMoreOfBoth) {
  const Verdict v = verdict_of(reading_shards(8, 8));
  EXPECT_EQ(v.limit, Limit::kFewShards);
  EXPECT_THAT(v.text, AllOf(HasSubstr("an accelerator has 8 shards, and no more workers than that find one"),
                            HasSubstr("try more, smaller shards: 16 or more")));
  EXPECT_THAT(v.advice, Contains("--set loader.workers=16, once there are as many shards"));
}

// Whatever limits the job, no advice asks for more workers than find a shard: 16 are wanted, 13 there.
TEST(VerdictOnShards, NoMoreWorkersAreAdvisedThanFindOne) {
  EXPECT_THAT(verdict_of(reading_shards(8, 13)).text, HasSubstr("try --set loader.workers=13"));
  EXPECT_THAT(verdict_of(reading_shards(8, 100)).text, HasSubstr("try --set loader.workers=16"));
  Evidence opens = reading_shards(2, 2);
  opens.open_share = 0.7;
  EXPECT_EQ(verdict_of(opens).limit, Limit::kMetadata);
  Evidence idle = reading_shards(2, 2);
  idle.worker_busy_share = 0.3;
  EXPECT_EQ(verdict_of(idle).limit, Limit::kLoaderSettings);
  Evidence nothing = reading_shards(2, 2);
  nothing.load_wait_share = 0.04;
  EXPECT_EQ(verdict_of(nothing).limit, Limit::kStorageLatency);
  nothing.worker_busy_share = 0.8;
  EXPECT_EQ(verdict_of(nothing).limit, Limit::kUnknown);
  for (const Evidence& e : {opens, idle, nothing})
    EXPECT_THAT(verdict_of(e).advice, Each(Not(HasSubstr("loader.workers")))) << verdict_of(e).text;
}

TEST(VerdictOnShards, AFullDeviceOutranksThem) {
  Evidence e = reading_shards(2, 2);
  e.device_busy_share = 0.99;
  EXPECT_EQ(verdict_of(e).limit, Limit::kFewShards) << "busy with two requests: it may answer one by one";
  e.predicted = true;
  EXPECT_EQ(verdict_of(e).limit, Limit::kStorageBandwidth) << "a station is as busy as what it serves";
  e.predicted = false;
  e.requests_in_flight = 8;
  EXPECT_EQ(verdict_of(e).limit, Limit::kStorageBandwidth);
}

TEST(VerdictOnShards, ReadersOfSamplesAreNotJudgedByThem) {
  Evidence e = reading_shards(8, 8);
  e.readers.own_shards = false;  // a loader that reads all its window side by side
  const Verdict v = verdict_of(e);
  EXPECT_EQ(v.limit, Limit::kStorageLatency);
  EXPECT_THAT(v.text, HasSubstr("try --set loader.prefetch=4"));
}

}  // namespace
}  // namespace aforo
