// The real coroutines, counted: for every framework x layout x shuffle x request size one epoch is run on the
// test world, and Access, requirement, closed form and simulation are held to what was opened and read.
#include <gtest/gtest.h>

#include <iterator>
#include <numeric>
#include <set>
#include <vector>

#include "dataset/generated_layout.h"
#include "pipeline/plan_job.h"
#include "pipeline/test_world.h"
#include "pipeline/training_job.h"
#include "plan/closed_network.h"
#include "plan/requirement.h"
#include "sim/test_storage.h"
#include "workload/access.h"

namespace aforo {

// Opens too: those of whole files, and the first touch of a packed file by each lane (one lane per reader).
class CountingWorld : public TestWorld {
 public:
  using TestWorld::TestWorld;
  std::uint64_t whole_files = 0;
  std::set<std::pair<LaneId, FileId>> touched;

  Task<Read> read_file(LaneId lane, FileId file, std::uint64_t n) {
    ++whole_files;
    return TestWorld::read_file(lane, file, n);
  }
  Task<Read> read_at(LaneId lane, FileId file, std::uint64_t offset, std::uint64_t n) {
    touched.emplace(lane, file);
    return TestWorld::read_at(lane, file, offset, n);
  }
};
static_assert(World<CountingWorld>);

namespace {

constexpr double kPerOperation = 1e-3;  // seconds that the storage on paper takes for one

struct Case {
  Framework framework;
  LayoutKind layout;
  ShuffleKind shuffle;
  std::uint64_t transfer;
  double sample = 3000;
  std::uint64_t per_file = 20;
  std::uint32_t workers = 3;
};

// All that is read; of layouts that are sized only there is nothing to count.
std::vector<LayoutKind> layouts_read() {
  std::vector<LayoutKind> out;
  for (std::size_t i = 0; i < std::size(kLayoutTraits); ++i)
    if (!kLayoutTraits[i].sizing_only) out.push_back(static_cast<LayoutKind>(i));
  return out;
}
const std::vector<LayoutKind> kLayouts = layouts_read();

std::string name_of(const Case& c) {
  return std::string(to_string(c.framework)) + ", " + std::string(to_string(c.layout)) + ", shuffle " +
         std::string(to_string(c.shuffle)) + ", requests of " + std::to_string(c.transfer) + ", samples of " +
         std::to_string(c.sample) + ", " + std::to_string(c.workers) + " workers, " +
         std::to_string(c.per_file) + " a file";
}

// 2 ranks, batches of 6: 240 samples are 20 steps.
Workload workload_of(const Case& c) {
  Workload w;
  w.name = "job";
  w.dataset.layout = c.layout;
  w.dataset.samples = 240;
  w.dataset.samples_per_file = traits_of(c.layout).packed ? c.per_file : 1;
  w.dataset.sample_size.mean = c.sample;
  w.loader.framework = c.framework;
  w.loader.batch_size = 6;
  w.loader.workers = c.workers;
  w.loader.prefetch = 2;
  w.loader.shuffle = c.shuffle;
  if (c.shuffle == ShuffleKind::kBuffer) w.loader.shuffle_buffer = 8;
  w.loader.transfer_size = Bytes{c.transfer};
  w.loader.read_mode = ReadMode::kDirect;  // the kernel adds nothing
  w.accelerator.count = 2;
  w.accelerator.step_time.mean = 1e-3;
  return w;
}

struct Counted {  // of one epoch, all ranks
  double requests = 0, opens = 0, first_opens = 0, bytes = 0, most_in_flight = 0;
};

Counted count(const JobPlan& plan) {
  CountingWorld world(static_cast<LaneId>(plan.ranks.all * access_of(plan).readers));
  JobObserver nobody;
  JobResult result;
  TrainingJob<CountingWorld> job(world, plan, nobody);
  world.run(
      [](TrainingJob<CountingWorld>& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, result));
  EXPECT_FALSE(world.stuck);
  EXPECT_EQ(result.samples_delivered, plan.layout->samples());
  EXPECT_EQ(result.readers.requests, world.reads.size());
  Counted out;
  out.requests = static_cast<double>(world.reads.size());
  out.opens = static_cast<double>(world.opens + world.whole_files);
  out.first_opens = static_cast<double>(world.touched.size());
  for (const TestRead& read : world.reads)
    out.bytes += static_cast<double>(std::min(read.length, plan.layout->file_size(read.file) - read.offset));
  out.most_in_flight = static_cast<double>(world.most_in_flight);
  return out;
}

// Every operation waits for 1 ms at one station and for nobody else there, so the time spent in it counts
// operations.
double simulated_operations(const JobPlan& plan, const StorageSpec& storage) {
  SimSetup setup;
  setup.storage = &storage;
  setup.jobs.push_back({plan, 0});
  const SimResult result = simulate(setup);
  EXPECT_EQ(result.stations.size(), 1u);
  if (result.stations.empty()) return 0;
  return result.stations.front().mean_in_flight * result.simulated.value / kPerOperation;
}

void agree(const Case& c) {
  SCOPED_TRACE(name_of(c));
  const Workload w = workload_of(c);
  const TestLayout layout(w.dataset.samples, static_cast<std::uint64_t>(c.sample), w.dataset.samples_per_file,
                          c.layout);
  const JobPlan plan = plan_job(w, layout, "the test's dataset");
  const Counted counted = count(plan);
  const double samples = 240, ranks = 2;
  // A stream's requests are a mean: the short last one of each shard that is opened adds less than one.
  const auto expect_requests = [&](double said, bool stream) {
    EXPECT_LE(said, counted.requests * (1 + 1e-12));
    EXPECT_GT(said, stream ? counted.requests - counted.opens : counted.requests * (1 - 1e-12));
  };

  for (const Access& a : {access_of(w), access_of(plan)}) {
    expect_requests(a.requests_per_sample * samples, a.kind == ReadKind::kStream);
    EXPECT_DOUBLE_EQ(a.opens_per_sample * samples, counted.opens);
    EXPECT_DOUBLE_EQ(a.bytes_per_sample * samples, counted.bytes);
    EXPECT_LE(counted.first_opens, a.first_opens * ranks);
    EXPECT_EQ(counted.most_in_flight, ranks * static_cast<double>(a.readers));
    const bool buffered = a.kind == ReadKind::kStream && c.shuffle == ShuffleKind::kBuffer;
    EXPECT_EQ(a.shuffle_samples, buffered ? w.loader.shuffle_buffer : 0);
  }
  const Access access = access_of(w);

  const Requirement needed = requirement(w, {});
  EXPECT_NEAR(needed.read.value / needed.samples.value * samples, counted.bytes, 1e-9 * counted.bytes);
  expect_requests(needed.requests_per_sample * samples, access.kind == ReadKind::kStream);
  const double opens = needed.opens / needed.samples * samples;
  if (access.kind == ReadKind::kRange)
    EXPECT_GE(opens * (1 + 1e-12), counted.first_opens);
  else
    EXPECT_NEAR(opens, counted.opens, 1e-9 * counted.opens);

  const StorageSpec storage = storage_of({latency(constant_law(kPerOperation))});
  const ClosedNetwork network = closed_network(w, storage, 1, {});
  ASSERT_EQ(network.mva.size(), 1u);
  const double closed = network.mva.front().demand.value / kPerOperation * samples;
  expect_requests(closed, access.kind == ReadKind::kStream);
  EXPECT_NEAR(simulated_operations(plan, storage), counted.requests, 1e-6 * counted.requests);
}

constexpr Framework kFrameworks[] = {Framework::kPytorch, Framework::kTensorflow, Framework::kIdeal};
constexpr ShuffleKind kShuffles[] = {ShuffleKind::kEpoch, ShuffleKind::kBuffer, ShuffleKind::kNone};

// Requests below a sample, above one, above a shard (60 kB) and by default.
TEST(AccessAgreement, EveryLoaderReadsEveryLayoutAsItIsSaid) {
  for (const Framework framework : kFrameworks)
    for (const LayoutKind layout : kLayouts)
      for (const ShuffleKind shuffle : kShuffles)
        for (const std::uint64_t transfer : {0, 512, 4096, 65536})
          agree({framework, layout, shuffle, transfer});
}

// Samples of 2.5 MiB: three requests of 1 MiB each, or ten of 256 KiB and shards in requests of their own.
TEST(AccessAgreement, LargeSamplesAreCutUp) {
  for (const Framework framework : kFrameworks)
    for (const LayoutKind layout : kLayouts)
      for (const std::uint64_t transfer : {0, 262144})
        agree({framework, layout, ShuffleKind::kEpoch, transfer, 2.5 * (1 << 20)});
}

TEST(AccessAgreement, ARankWithoutWorkersReadsByItself) {
  for (const Framework framework : {Framework::kPytorch, Framework::kTensorflow})
    for (const LayoutKind layout : kLayouts)
      agree({framework, layout, ShuffleKind::kEpoch, 4096, 3000, 20, 0});
}

// Of a file that is read through the page cache the kernel reads ahead: nobody waits for its later requests.
TEST(AccessAgreement, OnlyPastThePageCacheEveryRequestOfAFileIsWaitedFor) {
  const StorageSpec storage = storage_of({latency(constant_law(kPerOperation))});
  for (const Framework framework : kFrameworks)
    for (const ReadMode mode : {ReadMode::kBuffered, ReadMode::kDirect}) {
      Workload w = workload_of({framework, LayoutKind::kFilePerSample, ShuffleKind::kEpoch, 512});
      w.loader.read_mode = mode;
      const TestLayout layout(240, 3000, 1, LayoutKind::kFilePerSample);
      const double waits = mode == ReadMode::kDirect ? 240 * 6 : 240;  // 3000 B in requests of 512
      const double closed = closed_network(w, storage, 1, {}).mva.front().demand.value / kPerOperation;
      EXPECT_NEAR(closed * 240, waits, 1e-9 * waits);
      EXPECT_NEAR(simulated_operations(plan_job(w, layout, "the test's dataset"), storage), waits,
                  1e-6 * waits);
    }
}

// A curve speaks of files read in the requests that it was measured with.
TEST(AccessAgreement, ACurveMeasuredInOtherRequestsIsSaid) {
  Workload w = workload_of({Framework::kPytorch, LayoutKind::kFilePerSample, ShuffleKind::kEpoch, 512});
  StorageSpec storage;
  storage.tiers.resize(1);
  storage.tiers[0].name = "disk";
  ReadCurve curve;
  curve.mode = ReadMode::kDirect;
  curve.size = 3000;
  curve.points = {{1, PerSecond{100}, 0, {}, 0}};
  const auto notes = [&](std::uint64_t measured) {
    curve.request = Bytes{measured};
    storage.tiers[0].curves = {curve};
    return closed_network(w, storage, 1, {}).notes;
  };
  ASSERT_EQ(notes(0).size(), 1u) << "at once, where the job waits six times";
  EXPECT_NE(notes(0)[0].find("waits for 6 requests of 512 B a file"), std::string::npos) << notes(0)[0];
  EXPECT_TRUE(notes(512).empty());
  w.loader.read_mode = ReadMode::kBuffered;
  storage.tiers[0].curves[0].mode = ReadMode::kBuffered;
  EXPECT_TRUE(closed_network(w, storage, 1, {}).notes.empty()) << "the kernel reads ahead";
}

// Two shards of 100 records for three ranks: 200 steps of one record, 66 for each rank, which has 66 or 67
// records in one pass. None of them begins another.
TEST(AccessAgreement, ShardsThatDoNotDivideAreReadOnce) {
  Workload w =
      workload_of({Framework::kPytorch, LayoutKind::kWebdataset, ShuffleKind::kNone, 4096, 3000, 100});
  w.dataset.samples = 200;
  w.loader.batch_size = 1;
  w.accelerator.count = 3;
  const TestLayout layout(200, 3000, 100, LayoutKind::kWebdataset);
  const JobPlan plan = plan_job(w, layout, "the test's dataset");
  CountingWorld world(static_cast<LaneId>(3 * access_of(plan).readers));
  JobObserver nobody;
  JobResult result;
  TrainingJob<CountingWorld> job(world, plan, nobody);
  world.run(
      [](TrainingJob<CountingWorld>& j, JobResult& out) -> Task<> { out = co_await j.run(); }(job, result));
  EXPECT_EQ(result.samples_delivered, 3 * 66u);
  EXPECT_EQ(world.opens, 3 * 2u);
  EXPECT_DOUBLE_EQ(access_of(plan).bytes_per_sample, 3 * 3000);
}

// The last of two shards holds one record: what is said of a description holds of what is laid from it.
TEST(AccessAgreement, AShortLastShardIsAFileToo) {
  Workload w =
      workload_of({Framework::kPytorch, LayoutKind::kWebdataset, ShuffleKind::kEpoch, 4096, 3000, 200});
  w.dataset.samples = 201;
  const TestLayout layout(201, 3000, 200, LayoutKind::kWebdataset);
  const Access said = access_of(w), laid = access_of(layout, w.loader, 2);
  EXPECT_DOUBLE_EQ(said.opens_per_sample * 201, 2);
  EXPECT_DOUBLE_EQ(laid.opens_per_sample, said.opens_per_sample);
  EXPECT_DOUBLE_EQ(laid.requests_per_sample, said.requests_per_sample);
}

// One shard for two ranks: both read all of it.
TEST(AccessAgreement, FewShardsAreReadByEveryRank) {
  for (const Framework framework : kFrameworks)
    agree({framework, LayoutKind::kWebdataset, ShuffleKind::kNone, 4096, 3000, 240});
}

// Files of lognormal size, 3 kB and half as much spread, in requests of 512 B. An Access knows two means, of
// which the sizes of 240 files stray by 0.5 / sqrt(240) = 3 %, and takes the last request for half full.
TEST(AccessAgreement, SizesThatDifferAreCountedByTheirMean) {
  for (const Framework framework : kFrameworks) {
    Workload w = workload_of({framework, LayoutKind::kFilePerSample, ShuffleKind::kEpoch, 512});
    w.dataset.sample_size.kind = LawKind::kLognormal;
    w.dataset.sample_size.stddev = 1500;
    const GeneratedLayout layout(w.dataset, dataset_id_of(w.dataset));
    const JobPlan plan = plan_job(w, layout, "the test's dataset");
    const Counted counted = count(plan);
    const Access laid = access_of(plan);
    EXPECT_NEAR(laid.bytes_per_sample * 240, counted.bytes, 1e-9 * counted.bytes);
    EXPECT_NEAR(laid.requests_per_sample * 240, counted.requests, 0.02 * counted.requests);
    EXPECT_NEAR(access_of(w).bytes_per_sample * 240, counted.bytes, 0.1 * counted.bytes);
    EXPECT_NEAR(requirement(w, {}).requests_per_sample * 240, counted.requests, 0.1 * counted.requests);
  }
}

}  // namespace
}  // namespace aforo
