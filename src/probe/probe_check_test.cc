// A look at a small dataset on this machine's disk, beside curves made by hand.
#include "probe/probe_check.h"

#include <gmock/gmock.h>

#include "base/test_directory.h"
#include "dataset/generated_layout.h"
#include "generate/generate_command.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class ProbeCheckTest : public testing::Test {
 protected:
  ProbeCheckTest() {
    options_.directory = directory_ / "data";
    DatasetSpec& spec = options_.workload.dataset;
    spec.layout = LayoutKind::kFilePerSample;
    spec.samples = 400;
    spec.sample_size.mean = 20'000;
    storage_.probed = "2026-11-20T08:00:00Z";
    storage_.tiers.push_back({"disk", 1, {}, {}});
    generate(options_, {}, {});
    store_ = open_store(options_.directory);
    store_->cache()->flush();
  }

  // A curve of the job's reads: one level, so many files a second.
  void probed_at(double rate) {
    ReadCurve curve;
    curve.kind = ReadKind::kFile, curve.mode = ReadMode::kBuffered, curve.size = 20'000;
    curve.points.push_back({1, PerSecond{rate}, 0.1, {}, 0});
    storage_.tiers[0].curves = {curve};
  }

  ProbeCheck check(bool may_drop) {
    const DatasetSpec& spec = options_.workload.dataset;
    const GeneratedLayout layout(spec, dataset_id_of(spec));
    JobSettings settings;
    settings.store = store_.get();
    settings.io_threads = 1;
    return check_probe({storage_, layout, options_.workload.loader, 2, may_drop, settings}, {});
  }

  std::uint64_t cached() const {
    std::uint64_t sum = 0;
    const DatasetSpec& spec = options_.workload.dataset;
    const GeneratedLayout layout(spec, dataset_id_of(spec));
    for (FileId file = 0; file < layout.files(); ++file)
      sum += store_->cache()->residency(layout.path(file)).value_or(Residency{}).cached.value;
    return sum;
  }

  TestDirectory directory_;
  GenerateOptions options_;
  StorageSpec storage_;
  std::shared_ptr<Store> store_;
};

TEST_F(ProbeCheckTest, SaysNothingOfStorageThatWasNeverProbed) {
  storage_.probed.clear();
  probed_at(200);
  const ProbeCheck out = check(true);
  EXPECT_FALSE(out.probed);
  EXPECT_EQ(out.said, "");
  Json record = Json::object();
  add_check(record, out);
  EXPECT_FALSE(record.contains("storage_check"));
}

TEST_F(ProbeCheckTest, AnotherPlaceIsSaidByItsName) {
  probed_at(200);
  storage_.probed_place = ProbedPlace{"nfs4", "server:/export"};
  const ProbeCheck out = check(true);
  EXPECT_THAT(
      out.said,
      AllOf(HasSubstr("the probe of 2026-11-20 is of another storage: it measured nfs4 on server:/export"),
            HasSubstr("probe this one")));
  EXPECT_FALSE(out.compared);
  Json record{{"warnings", {"another"}}};
  add_check(record, out);
  EXPECT_EQ(record["warnings"][0], out.said);
  EXPECT_TRUE(record["storage_check"]["stale"]);
}

// No storage of this machine takes 4 ms for a file of 20 kB.
TEST_F(ProbeCheckTest, StorageThatIsFasterNowIsSaid) {
  if (store_->info().memory_only) GTEST_SKIP() << "memory answers at once";
  probed_at(250);
  const ProbeCheck out = check(true);
  ASSERT_TRUE(out.compared) << out.why_not;
  EXPECT_TRUE(out.stale);
  EXPECT_THAT(out.said, AllOf(HasSubstr("the probe of 2026-11-20 is stale: files of 19.5 KiB take "),
                              HasSubstr(" now, 4 ms then, with 1 in flight; probe again")));
  EXPECT_LT(out.spent.value, 3);
}

// ... and none 100 ns; but on a busy machine that may be the CPU's fault.
TEST_F(ProbeCheckTest, StorageThatIsSlowerNowIsSaid) {
  if (store_->info().memory_only) GTEST_SKIP() << "memory answers at once";
  probed_at(1e7);
  const ProbeCheck out = check(true);
  ASSERT_TRUE(out.compared) << out.why_not;
  EXPECT_THAT(out.said, HasSubstr(" now, 100 ns then"));
  EXPECT_THAT(out.said, HasSubstr(out.stale ? "is stale" : "could not be told"));
}

TEST_F(ProbeCheckTest, LeavesThePageCacheAsItWas) {
  if (store_->info().memory_only) GTEST_SKIP() << "memory has no page cache";
  probed_at(250);
  check(true);
  const std::uint64_t before = cached();
  check(false);
  EXPECT_EQ(cached(), before);
}

// What was just written lies in the cache: such a look would compare memory with storage.
TEST_F(ProbeCheckTest, WhatThePageCacheHoldsIsNotRead) {
  if (store_->info().memory_only) GTEST_SKIP() << "memory has no page cache";
  probed_at(250);
  const ProbeCheck out = check(false);
  EXPECT_FALSE(out.compared);
  EXPECT_EQ(out.why_not, "its data lie in the page cache");
  EXPECT_FALSE(out.stale);
  EXPECT_EQ(out.said, "");
}

TEST_F(ProbeCheckTest, ReadsThatTakeLongAreNotLookedAt) {
  probed_at(2);
  EXPECT_THAT(check(true).why_not, HasSubstr("so long"));
}

}  // namespace
}  // namespace aforo
