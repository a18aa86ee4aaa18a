#include "pipeline/readers.h"

#include <gtest/gtest.h>

#include "dataset/generated_layout.h"
#include "pipeline/plan_job.h"

namespace aforo {
namespace {

// 800 samples in `shards` files, read by 8 workers of each of `ranks`.
Workload shards_of(std::uint64_t shards, std::uint32_t ranks) {
  Workload w;
  w.dataset.layout = LayoutKind::kWebdataset;
  w.dataset.samples = 800;
  w.dataset.samples_per_file = 800 / shards;
  w.dataset.sample_size.mean = 1000;
  w.loader.workers = 8;
  w.accelerator.count = ranks;
  return w;
}

TEST(Readers, OfShardsAreNoMoreThanARankHas) {
  const Readers two = readers_of(shards_of(2, 1));
  EXPECT_EQ(two.now, 2U);
  EXPECT_EQ(two.most, 2U);
  EXPECT_TRUE(two.own_shards);
  EXPECT_FALSE(two.have_room());
  EXPECT_EQ(two.useful_workers(16), 2U);
  // 40 shards dealt out to 4 ranks: ten each, two more than there are workers; half as many again is 12.
  const Readers ten = readers_of(shards_of(40, 4));
  EXPECT_EQ(ten.now, 8U);
  EXPECT_EQ(ten.most, 10U);
  EXPECT_FALSE(ten.have_room());
  EXPECT_EQ(ten.useful_workers(16), 10U);
  const Readers many = readers_of(shards_of(400, 4));
  EXPECT_EQ(many.most, 100U);
  EXPECT_TRUE(many.have_room());
  EXPECT_EQ(many.useful_workers(16), 16U);
  // Each of 4 ranks reads both shards, and keeps every fourth record.
  EXPECT_EQ(readers_of(shards_of(2, 4)).most, 2U);
}

TEST(Readers, OfSamplesAreAsManyAsWorkers) {
  Workload w = shards_of(2, 1);
  w.dataset.layout = LayoutKind::kTfrecord;  // in PyTorch one range after another
  const Readers ranges = readers_of(w);
  EXPECT_EQ(ranges.now, 8U);
  EXPECT_GT(ranges.most, 1'000'000U);
  EXPECT_FALSE(ranges.own_shards);
  EXPECT_TRUE(ranges.have_room());
  w.loader.framework = Framework::kIdeal;  // as many as its window has room for, whatever the workers
  w.loader.batch_size = 4;
  w.loader.prefetch = 2;
  EXPECT_EQ(readers_of(w).now, 8U);
  EXPECT_EQ(readers_of(w).most, 8U);
  EXPECT_FALSE(readers_of(w).have_room());
}

TEST(Readers, OfAPlanAreThoseOfItsLayout) {
  const Workload w = shards_of(2, 1);
  const GeneratedLayout layout(w.dataset, dataset_id_of(w.dataset));
  const JobPlan plan = plan_job(w, layout, "a dataset");
  EXPECT_EQ(readers_of(plan).now, 2U);
  EXPECT_EQ(readers_of(plan).most, 2U);
  EXPECT_TRUE(readers_of(plan).own_shards);
}

TEST(Readers, UnknownOnesHaveRoom) {
  EXPECT_TRUE(Readers{}.have_room());
  EXPECT_EQ(Readers{}.useful_workers(16), 16U);
}

}  // namespace
}  // namespace aforo
