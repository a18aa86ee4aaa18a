// The verdict by what re-runs without compute gave, and by what this client's own cores were busy with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "measure/verdict.h"
#include "measure/verdict_test_kit.h"

namespace aforo {
namespace {

using testing::Contains;
using testing::HasSubstr;

// A barrier waits for the slowest rank, but reading alone, which waits for nobody, gives 500 of the 900 that the target
// needs: that no window evens out.
TEST(Verdict, StorageThatGivesTooLittleIsNoSkew) {
  Evidence e = slow_job();
  e.worker_busy_share = 0.6;
  e.load_wait_share = 0.05, e.barrier_wait_share = 0.35;
  EXPECT_EQ(verdict_of(e).limit, Limit::kBarrierSkew);
  e.more_workers = Counterfactual{"32 workers instead of 8", 490, 32, 500};
  EXPECT_EQ(verdict_of(e).limit, Limit::kStorageBandwidth);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("reading alone gives 500 samples/s of the 1,000 wanted"));
  e.more_workers->baseline = 950;
  EXPECT_EQ(verdict_of(e).limit, Limit::kBarrierSkew);
}

// Every shard has its reader. If half of them read as much, more shards would not help either; if they read half as
// much, they would.
TEST(Verdict, HalfOfTheReadersTellShardsFromStorage) {
  Evidence e = slow_job();
  e.readers = {8, 8, true};
  e.worker_busy_share = 0.8, e.load_wait_share = 0.4;
  EXPECT_EQ(verdict_of(e).limit, Limit::kFewShards);
  e.fewer_readers = Counterfactual{"4 workers instead of 8", 590, 4, 610};
  EXPECT_EQ(verdict_of(e).limit, Limit::kStorageBandwidth);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("4 workers instead of 8 lose nothing"));
  EXPECT_THAT(verdict_of(e).evidence,
              Contains("4 workers instead of 8: 590 samples/s, against 610 as it is, neither computing"));
  e.fewer_readers->samples_per_second = 320;
  EXPECT_EQ(verdict_of(e).limit, Limit::kFewShards);
}

// Two thirds of the waiting is this machine's own lateness: storage is not accused of it.
TEST(Verdict, AHostThatWakesAcceleratorsTooLateIsTheLimit) {
  Evidence e = slow_job();
  e.load_wait_share = 0.3, e.barrier_wait_share = 0;
  e.overdue_share = 0.1;  // less than half of it
  EXPECT_NE(verdict_of(e).limit, Limit::kClientCpu);
  e.overdue_share = 0.2;
  EXPECT_EQ(verdict_of(e).limit, Limit::kClientCpu);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("accelerators lost 20.0 % of their time to this machine"));
  EXPECT_THAT(verdict_of(e).evidence, Contains(HasSubstr("accelerators: 20.0 % of their time lost")));
}

// A thread of the kernel that decrypts all that is read is a limit that no device and no worker lifts.
TEST(Verdict, AKernelThreadThatFillsItsCoreIsTheLimit) {
  Evidence e = slow_job();
  e.client_cpu_share = 0.3, e.kernel_cpu_share = 0.12;
  e.kernel_thread = "kworker/u16:3-loop0", e.kernel_thread_share = 0.8;
  EXPECT_NE(verdict_of(e).limit, Limit::kClientCpu);
  e.kernel_thread_share = 0.97;
  EXPECT_EQ(verdict_of(e).limit, Limit::kClientCpu);
  EXPECT_THAT(verdict_of(e).text, HasSubstr("(kworker/u16:3-loop0) uses 97.0 % of its core"));
  e.client_cpu_share = 0.95, e.kernel_cpu_share = 0.8;
  EXPECT_THAT(verdict_of(e).text,
              HasSubstr("95.0 % of the client's cores are used (80.0 % by the kernel, for the file system"));
}

}  // namespace
}  // namespace aforo
