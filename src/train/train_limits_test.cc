// What ends a run, or keeps it from being begun: its time limit, this process's own limits, damage that is known before.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <filesystem>

#include "base/error.h"
#include "dataset/manifest.h"
#include "storage/engine.h"
#include "train/train_test.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

// Neither work on samples nor a step holds it up, and no sample is blamed: none failed.
TEST(TimeLimit, EndsSoonWhateverTakesLonger) {
  for (const bool in_step : {false, true}) {
    Workload workload = small_job(LayoutKind::kFilePerSample, Content::kRaw);
    (in_step ? workload.accelerator.step_time.mean : workload.loader.preprocess.mean) = 30;
    LaidDataset laid(workload);
    laid.options.time_limit = Seconds{0.3};
    const Seconds begin = monotonic_now();
    const RunOutcome run = train(laid.options, open_run(laid.options, {}), {}, {});
    EXPECT_LT((monotonic_now() - begin).value, 5) << in_step;
    EXPECT_TRUE(run.out_of_time);
    EXPECT_FALSE(run.failed);
    EXPECT_NE(run.not_judged.find("time limit of 300 ms ended the run before a step was done"),
              std::string::npos)
        << run.not_judged;
    EXPECT_FALSE(run.record.contains("failed"));
    EXPECT_FALSE(run.record.contains("au"));
  }
}

// Steps of 5 s: a try takes up to 24 of them.
TEST(FindMax, SaysWhatATryTakes) {
  Workload workload = small_job(LayoutKind::kFilePerSample, Content::kRaw);
  workload.accelerator.step_time.mean = 5;
  LaidDataset laid(workload);
  laid.options.time_limit = Seconds{0.3};
  try {
    searched(laid.options);
    ADD_FAILURE();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("give --time-limit 120s or more"), std::string::npos)
        << error.what();
  }
}

// What the call refuses, its plan does.
TEST(DryRun, RefusesDamagedShardsAndALackOfOpenFiles) {
  LaidDataset laid(small_job(LayoutKind::kTfrecord, Content::kRaw));
  EXPECT_NO_THROW(plan_run(laid.options, {}));
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
  const rlimit small{40, old.rlim_max};
  RunOptions many = laid.options;
  many.workload.accelerator.count = 24;  // which all read all of 6 shards, 3 at once
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &small), 0);
  const auto refusal = [](const auto& act) -> std::string {
    try {
      act();
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  const std::string planned = refusal([&] { plan_run(many, {}); }), run = refusal([&] { trained(many, {}); });
  setrlimit(RLIMIT_NOFILE, &old);
  EXPECT_NE(planned.find("72 that readers hold at once"), std::string::npos) << planned;
  EXPECT_EQ(run, planned);
  // Somebody else's, whose headers are read when it is opened.
  fs::remove(fs::path(laid.directory.path()) / kManifestName);
  fs::resize_file(laid.some_file(), 50'000);
  const std::string damaged = refusal([&] { plan_run(laid.options, {}); });
  EXPECT_NE(damaged.find("expected whole shards"), std::string::npos) << damaged;
  EXPECT_EQ(refusal([&] { trained(laid.options, {}); }), damaged);
}

}  // namespace
}  // namespace aforo
