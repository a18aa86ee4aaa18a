// What a loader costs is measured only where its job could run.
#include "probe/probe_loader.h"

#include <gtest/gtest.h>

#include <array>

#include "dataset/generated_layout.h"
#include "storage/open_store.h"

namespace aforo {
namespace {

Workload job(std::uint64_t samples, double bytes, std::uint64_t batch) {
  Workload w;
  w.dataset.samples = samples;
  w.dataset.sample_size.mean = bytes;
  w.loader.batch_size = batch;
  w.loader.deliver = Deliver::kBatch;
  w.accelerator.count = 64;
  return w;
}

LoaderOutcome outcome_of(const Workload& w) {
  const GeneratedLayout layout(w.dataset, dataset_id_of(w.dataset));
  const auto store = open_store("/nothing/lies/here");
  JobSettings settings;
  settings.store = store.get();
  return loader_cost(w, layout, settings, Seconds{0.1}, {});
}

// Eight read at once, whatever the job: one that reads one sample at a time costs each read a wake-up.
TEST(ProbeLoader, RunsAsABusyClientDoes) {
  Workload w = job(1000, 1e5, 4);
  for (const auto& [count, workers, wanted] : {std::array{1U, 1U, 8U},
                                               {1U, 2U, 4U},
                                               {2U, 2U, 4U},
                                               {1U, 8U, 1U},
                                               {1U, 16U, 1U},
                                               {3U, 3U, 3U},
                                               {6U, 8U, 6U},
                                               {64U, 1U, 8U}}) {
    w.accelerator.count = count, w.loader.workers = workers;
    const GeneratedLayout layout(w.dataset, dataset_id_of(w.dataset));
    EXPECT_EQ(loader_accelerators(w, layout), wanted) << count << " x " << workers;
  }
}

// Of four shards more than four accelerators would each read all.
TEST(ProbeLoader, RunsNoMoreThanShardsGoRound) {
  Workload w = job(1000, 1e5, 4);
  w.dataset.layout = LayoutKind::kWebdataset;
  w.dataset.samples_per_file = 250;
  w.accelerator.count = 1, w.loader.workers = 1;
  const GeneratedLayout layout(w.dataset, dataset_id_of(w.dataset));
  EXPECT_EQ(loader_accelerators(w, layout), 4U);
  w.accelerator.count = 8;  // that is the job
  EXPECT_EQ(loader_accelerators(w, layout), 8U);
}

// Batches of 100,000 x 1 GB are 100 TB even for one accelerator: said, and nothing is
// read (that would throw).
TEST(ProbeLoader, SaysWhereItsBatchesDoNotFit) {
  const LoaderOutcome outcome = outcome_of(job(1'000'000, 1e9, 100'000));
  EXPECT_FALSE(outcome.cost);
  EXPECT_NE(outcome.why_not.find("do not fit into memory ("), std::string::npos) << outcome.why_not;
}

}  // namespace
}  // namespace aforo
