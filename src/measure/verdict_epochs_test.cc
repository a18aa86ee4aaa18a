// What stands beside the storage's own pace: the start of epochs, checkpoints, a cold cache.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/verdict.h"
#include "measure/verdict_test_kit.h"

namespace aforo {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

// The demo's photographs: 31 steps an epoch, 16.2 % of the time for their first batches, 99.1 % after them. Of
// n steps of 100 ms, n / 0.991 + s is the time, of a start s = 0.162 / 0.8305 x 31 = 6.047 steps: 90 % of it
// where n = 0.9 x 6.047 / (1 - 0.9 / 0.991) = 59.3.
TEST(VerdictOnEpochs, ATestThatIsTooShortSaysHowLongItShouldBe) {
  Evidence e = late_job();
  e.au = e.compute_share = 0.8305;
  e.start_up_share = 0.162;
  e.load_wait_share = 0.165;
  e.barrier_wait_share = 0;
  e.epochs = 2;
  e.steps = 31;
  e.step_time = 100_ms;
  Verdict v = verdict_of(e);
  EXPECT_EQ(v.limit, Limit::kEpochStart);
  EXPECT_THAT(v.text,
              HasSubstr("storage is not the limit; the test is too short: 31 steps an epoch, 60 would do"));
  EXPECT_THAT(v.text, HasSubstr("try --steps 60"));
  e.predicted = true;
  EXPECT_THAT(verdict_of(e).text, HasSubstr("the epochs are too short: 31 steps an epoch, 60 would do"));
  e.start_up_share = 0.04;  // the waits lie elsewhere
  EXPECT_NE(verdict_of(e).limit, Limit::kEpochStart);
}

// Two workers, two batches ahead each. One step of 2 ms behind 78 ms: two batches in 78 ms are 5 % of what is
// asked for, whatever comes after the only batch. Of five steps the fifth was not read ahead; nor does it matter
// where two workers bring two batches in 4.4 ms.
TEST(VerdictOnEpochs, AnEpochThatIsAllStartIsJudgedByIt) {
  Evidence e = late_job();
  e.au = e.compute_share = 0.025;
  e.start_up_share = e.load_wait_share = 0.975;
  e.barrier_wait_share = 0;
  e.steps = 1, e.step_time = 2_ms;
  e.window_batches = 4, e.producers = 2;
  e.worker_busy_share = 1;
  EXPECT_NE(verdict_of(e).limit, Limit::kEpochStart) << verdict_of(e).text;
  e.steps = 5;
  EXPECT_EQ(verdict_of(e).limit, Limit::kEpochStart);
  e.steps = 1;
  e.au = e.compute_share = 2 / 6.4;
  e.start_up_share = e.load_wait_share = 4.4 / 6.4;
  EXPECT_EQ(verdict_of(e).limit, Limit::kEpochStart);
}

// Half of the time; the target leaves 1/0.9 - 1 = 1/9 of what is not paused for pauses: 9 times less.
TEST(VerdictOnEpochs, CheckpointsAreNamed) {
  Evidence e = late_job();
  e.au = e.compute_share = 0.5;
  e.checkpoint_share = 0.5;
  e.load_wait_share = e.barrier_wait_share = 0;
  const Verdict v = verdict_of(e);
  EXPECT_EQ(v.limit, Limit::kCheckpoints);
  EXPECT_THAT(v.text, HasSubstr("stands still for checkpoints 50.0 % of the time"));
  EXPECT_THAT(v.advice.front(), HasSubstr("9 times as rare"));
  // 12 % of the time, and storage that misses the target anyway: 0.5 / 0.88 = 57 %.
  e.checkpoint_share = 0.12, e.load_wait_share = 0.38;
  EXPECT_NE(verdict_of(e).limit, Limit::kCheckpoints);
  // Most of the loss, although the rest misses too: 0.5 / 0.6 = 83 %.
  e.checkpoint_share = 0.4, e.load_wait_share = 0.1;
  EXPECT_EQ(verdict_of(e).limit, Limit::kCheckpoints);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("without them AU is 83.3 %, which misses the target too"));
}

// AU 5 % once and 100 % four times: 5 epochs in 20 + 4. E of them in 20 + E - 1 = E / 0.9: 171.
TEST(VerdictOnEpochs, AColdCacheIsNamed) {
  Evidence e = late_job();
  e.au = e.compute_share = 5.0 / 24;
  e.load_wait_share = 19.0 / 24;
  e.epochs = 5;
  e.first_epoch_au = 0.05, e.later_epochs_au = 1;
  e.cold_share = 19.0 / 24;
  e.cache_share = 0.4;
  e.worker_busy_share = 1;
  const Verdict v = verdict_of(e);
  EXPECT_EQ(v.limit, Limit::kColdCache);
  EXPECT_THAT(v.text,
              AllOf(HasSubstr("AU 5.0 %"), HasSubstr("later ones at 100.0 %"), HasSubstr("--epochs 171")));
  EXPECT_THAT(v.text, Not(HasSubstr("--find-max")));
  EXPECT_THAT(v.advice, Each(Not(HasSubstr("--find-max"))));
  e.cache_share = 0;  // counted: no cache served the later ones
  EXPECT_NE(verdict_of(e).limit, Limit::kColdCache);
}

// 20 steps, the first waits 19 % of the time; the rest computes 81 of 81 %.
TEST(VerdictOnEpochs, AColdStartIsNamedAsOne) {
  Evidence e;
  e.au = 0.81;
  e.compute_share = 0.81;
  e.load_wait_share = 0.19;
  e.start_up_share = 0.19;
  e.samples_per_second = 17;
  e.worker_busy_share = 0.6;
  EXPECT_NE(verdict_of(e).text.find("the first batch of each epoch"), std::string::npos)
      << verdict_of(e).text;
  e.start_up_share = 0.02;  // the waits are all over the run
  EXPECT_EQ(verdict_of(e).text.find("the first batch of each epoch"), std::string::npos);
}

}  // namespace
}  // namespace aforo
