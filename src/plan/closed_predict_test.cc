#include "plan/closed_predict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "plan/cache_hits.h"
#include "plan/closed_network.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

Law constant(double mean) { return {LawKind::kConstant, mean, 0, 0, 0, {}}; }

Workload job(double sample, std::uint64_t batch, double step, std::uint32_t accelerators,
             std::uint32_t workers) {
  Workload w;
  w.name = "job";
  w.dataset.samples = 10'000'000;
  w.dataset.sample_size = constant(sample);
  w.loader.batch_size = batch;
  w.loader.workers = workers;
  w.loader.prefetch = 2;
  w.accelerator.step_time = constant(step);
  w.accelerator.count = accelerators;
  return w;
}

Station pipe(double bandwidth) {
  Station s;
  s.name = "pipe";
  s.kind = StationKind::kBandwidth;
  s.bandwidth = {bandwidth};
  return s;
}
Station disks(std::uint32_t servers, double bandwidth) {
  Station s;
  s.name = "disks";
  s.kind = StationKind::kDisk;
  s.servers = servers;
  s.bandwidth = {bandwidth};
  return s;
}
Station latency_of(Law law) {
  Station s;
  s.name = "latency";
  s.kind = StationKind::kLatency;
  s.latency = std::move(law);
  return s;
}
StorageSpec storage(std::vector<Station> stations) {
  StorageSpec spec;
  spec.name = "storage";
  TierSpec tier;
  tier.name = "tier";
  tier.stations = std::move(stations);
  spec.tiers = {tier};
  return spec;
}
StorageSpec curve(std::vector<CurvePoint> points) {
  StorageSpec spec = storage({});
  ReadCurve measured;
  measured.size = 100e3;
  measured.points = std::move(points);
  spec.tiers[0].curves = {measured};
  return spec;
}

// 1 GB/s carries 10,000 samples of 100 kB; four accelerators want 4 x 50 / 10 ms = 20,000 per second.
TEST(ClosedPredict, ASaturatedPipe) {
  const ClosedPrediction p = predict_closed(job(100e3, 50, 0.01, 4, 8), storage({pipe(1e9)}), 1'000'000);
  EXPECT_NEAR(p.au, 0.5, 0.005);
  EXPECT_NEAR(p.ratio, 0.5, 0.001);
  EXPECT_NEAR(p.samples.value, 10000, 100);
  EXPECT_NEAR(p.bytes.value, 1e9, 1e7);
  EXPECT_EQ(p.limit, "pipe");
  EXPECT_EQ(p.limit_station, "pipe");
  EXPECT_EQ(p.concurrency, 32);
}

// 10 ms per sample: a worker takes 100 ms for ten, four of them make r = 4 x 50 / 100 = 2. Every epoch of 20
// steps of 50 ms waits 100 ms for its first batch: 1000 / 1100.
TEST(ClosedPredict, LatencyAndTheStartOfAnEpoch) {
  const ClosedPrediction p =
      predict_closed(job(100e3, 10, 0.05, 2, 4), storage({latency_of(constant(0.01))}), 20);
  EXPECT_NEAR(p.ratio, 2, 1e-6);
  EXPECT_NEAR(p.steady, 1, 1e-6);
  EXPECT_NEAR(p.fill.value, 0.1, 1e-6);
  EXPECT_NEAR(p.au, 1000.0 / 1100, 1e-4);
  EXPECT_EQ(p.limit, "not limited");
  // R = 0.8: the workers cannot keep up, however fast the storage is
  Workload slow = job(100e3, 10, 0.02, 2, 4);
  const ClosedPrediction q = predict_closed(slow, storage({latency_of(constant(0.01))}), 1'000'000);
  EXPECT_NEAR(q.au, 0.8, 1e-3);
  EXPECT_EQ(q.limit, "loader workers");
  EXPECT_EQ(q.limit_station, "") << "workers are no station";
  EXPECT_FALSE(q.near);  // r = 0.8
  EXPECT_FALSE(p.near);  // few steps
  EXPECT_FALSE(p.notes.empty());
  const ClosedPrediction sure =
      predict_closed(job(100e3, 10, 0.05, 2, 4), storage({latency_of(constant(0.01))}), 1'000'000);
  EXPECT_TRUE(sure.near);  // r = 2, whatever happens
  EXPECT_LE(sure.au_high - sure.au_low, 0.01);
}

// Two ranks of four workers share a pipe: a round of batches is 2 x 4 x 10 x 100 kB = 8 MB, and is consumed for
// 200 ms. At 40 MB/s both take as long. Slower: five rounds of 400 ms, and the last one's four steps; where a
// 21st step follows it waits for those four too, as its own batch takes 100 ms. Faster: the first round, and
// all steps.
TEST(ClosedPredict, ShortEpochsBelowAndAboveAProductionRatioOfOne) {
  const Workload w = job(100e3, 10, 0.05, 2, 4);
  const auto au = [&](double bandwidth, std::uint64_t steps) {
    return predict_closed(w, storage({pipe(bandwidth)}), steps).au;
  };
  EXPECT_NEAR(au(20e6, 20), 1.0 / (5 * 0.4 + 0.2), 1e-3);
  EXPECT_NEAR(au(20e6, 21), 1.05 / (5 * 0.4 + 0.25), 1e-3);
  EXPECT_NEAR(au(40e6, 20), 1.0 / (0.2 + 1), 1e-3);
  EXPECT_NEAR(au(40e6, 21), 1.05 / (0.2 + 1.05), 1e-3);
  EXPECT_NEAR(au(80e6, 20), 1.0 / (0.1 + 1), 1e-3);
  EXPECT_NEAR(au(80e6, 3), 0.15 / (0.075 + 0.15), 1e-3) << "three of four workers have a batch to make";
}

// A storage that is faster by a hundredth is better by a point and a half at most, and not worse.
TEST(ClosedPredict, ShortEpochsChangeLittleWithLittleStorage) {
  for (const std::uint64_t steps : {1, 3, 4, 5, 21, 49, 50, 200})
    for (const double cv : {0.0, 0.5}) {
      Workload w = job(1e6, 8, 0.04, 16, 8);  // 8 x 16 MB per 40 ms: 3.2 GB/s
      w.dataset.sample_size = {cv > 0 ? LawKind::kLognormal : LawKind::kConstant, 1e6, 1e6 * cv, 0, 0, {}};
      double before = 0;
      for (double bandwidth = 1.6e9; bandwidth < 8e9; bandwidth *= 1.01) {
        const StorageSpec spec = storage({latency_of(constant(1e-3)), pipe(bandwidth)});
        const double now = predict_closed(w, spec, steps).au;
        EXPECT_GE(now, before - 0.002) << steps << " steps, " << bandwidth << " B/s, cv " << cv;
        EXPECT_LE(now, before > 0 ? before + 0.015 : 1)
            << steps << " steps, " << bandwidth << " B/s, cv " << cv;
        before = now;
      }
    }
}

Workload stream_job(std::uint64_t batch, double step, std::uint32_t accelerators, std::uint32_t workers) {
  Workload w = job(100e3, batch, step, accelerators, workers);
  w.dataset.layout = LayoutKind::kTfrecord;
  w.dataset.samples_per_file = 100'000;
  w.dataset.samples = 100'000'000;
  w.loader.framework = Framework::kTensorflow;
  w.loader.transfer_size = Bytes{10'000'000};
  return w;
}

// A file of 50 MiB that one reader reads through the page cache, 1 MiB at a time, is four pieces of 16 MiB for a disk of
// 10 ms and 1 GB/s: 40 + 52.4 ms beside steps of 10 ms. Past the page cache each of 50 requests is waited for.
TEST(ClosedPredict, ABufferedFileIsCutAsStorageCutsIt) {
  Station disk = disks(1, 1e9);
  disk.seek = {0.01};
  disk.chunk = {16 << 20};
  const double file = 50 << 20;
  Workload w = job(file, 1, 0.01, 1, 1);
  w.loader.transfer_size = {1 << 20};
  EXPECT_NEAR(predict_closed(w, storage({disk}), 10'000).au, 0.01 / (0.04 + file / 1e9), 1e-3);
  w.loader.read_mode = ReadMode::kDirect;
  EXPECT_NEAR(predict_closed(w, storage({disk}), 10'000).au, 0.01 / (0.5 + file / 1e9), 1e-3);
}

// 8 ranks of 8 readers, each with a shard that lasts for 10,000 steps on one of 8 disks of 100 MB/s. A step takes
// 1 MB from each: 80 ms where every disk has 8 readers, which is what a step computes, but the fullest of 8
// disks has 12.2 of 64 readers and all wait for those. With 64 times the disks the fullest has some 2.3 of them.
TEST(ClosedPredict, ShardsOnDisksWaitForTheFullestDisk) {
  Station shelf = disks(8, 100e6);
  const Workload w = stream_job(80, 0.08, 8, 8);
  const ClosedPrediction p = predict_closed(w, storage({shelf}), 1'000'000);
  EXPECT_NEAR(p.au, 8 / 12.2, 0.02);
  EXPECT_EQ(p.error_class, "shards on disks");
  EXPECT_GT(p.error, 0.005);
  EXPECT_FALSE(p.near);
  shelf.servers = 512;
  EXPECT_NEAR(predict_closed(w, storage({shelf}), 1'000'000).au, 1, 0.001);
  // As many in one array: files lie on all of them.
  EXPECT_GT(predict_closed(w, storage({pipe(8 * 100e6)}), 1'000'000).au, 0.95);
}

// A request brings 100 samples and takes 50 ms, give or take 30. A reader delivers 50 a step, so in 25 ms of
// the 40: it has two requests ahead before it waits for its turn, and a slow one holds nobody up for long.
TEST(ClosedPredict, ReadersOfShardsAreAheadByRequests) {
  Station first_byte = latency_of({LawKind::kLognormal, 0.05, 0.03, 0, 0, {}});
  first_byte.request_size = Bytes{10'000'000};
  const ClosedPrediction p = predict_closed(stream_job(400, 0.04, 4, 8), storage({first_byte}), 1'000'000);
  EXPECT_GT(p.ratio, 1.1);
  EXPECT_GT(p.au, 0.98);
}

// Workers = 0: 10 samples of 10 ms, then 50 ms of compute: 50 / 150.
TEST(ClosedPredict, LoadingOnDemand) {
  const ClosedPrediction p =
      predict_closed(job(100e3, 10, 0.05, 2, 0), storage({latency_of(constant(0.01))}), 1000);
  EXPECT_NEAR(p.au, 1.0 / 3, 1e-4);
}

// Two hosts with 100 MB/s each carry 2 x 1000 samples per second; four ranks want 4 x 10 / 10 ms = 4000.
TEST(ClosedPredict, EveryHostHasItsOwnNetwork) {
  StorageSpec spec = storage({});
  spec.client = {pipe(1e8)};
  spec.client[0].name = "host network";
  spec.client[0].scope = StationScope::kHost;
  const Workload w = job(100e3, 10, 0.01, 4, 8);
  const ClosedPrediction p = predict_closed(w, spec, 1'000'000, {2, Seconds{0}, kLead});
  EXPECT_NEAR(p.samples.value, 2000, 80);
  EXPECT_NEAR(predict_closed(w, spec, 1'000'000).samples.value, 1000, 30);  // all on one host
  EXPECT_EQ(p.limit, "host network");
}

// One at a time takes 10 ms, eight and more pass 800 per second. Two readers: 200 per second.
TEST(ClosedPredict, ACurve) {
  const StorageSpec spec = curve({{1, {100}, 0, {}, 0}, {8, {800}, 0, {}, 0}});
  EXPECT_NEAR(predict_closed(job(100e3, 10, 0.001, 1, 2), spec, 1'000'000).samples.value, 200, 6);
  const ClosedPrediction many = predict_closed(job(100e3, 10, 0.001, 4, 16), spec, 1'000'000);
  EXPECT_NEAR(many.samples.value, 800, 10);
  EXPECT_EQ(many.limit, "tier");
  // Twice the size takes twice as long where all the time is in proportion to it.
  EXPECT_NEAR(predict_closed(job(200e3, 10, 0.001, 4, 16), spec, 1'000'000).samples.value, 400, 5);
}

TEST(ClosedPredict, JitterAndBarrierCostUtilisation) {
  CurvePoint even{1, {100}, 0, {}, 0}, uneven = even;
  uneven.jitter = {0, 0, 0, 0, 5};  // mean of the pieces: (0 + 0 + 0 + 2.5) / 4 = 0.625, taken as mean 1
  CurvePoint many = even, uneven_many = uneven;
  many.concurrency = uneven_many.concurrency = 1000;
  many.rate = uneven_many.rate = {100000};
  Workload w = job(100e3, 4, 0.012, 64, 4);  // r = 4 x 12 / 40 = 1.2
  const double calm = predict_closed(w, curve({even, many}), 1'000'000).au;
  const ClosedPrediction rough = predict_closed(w, curve({uneven, uneven_many}), 1'000'000);
  EXPECT_NEAR(calm, 1, 1e-4);
  EXPECT_LT(rough.au, 0.85);
  EXPECT_EQ(rough.limit, "barrier skew");
  EXPECT_LE(rough.au_low, rough.au);
  EXPECT_GE(rough.au_high, rough.au);
  w.training.synchronous = false;
  EXPECT_GT(predict_closed(w, curve({uneven, uneven_many}), 1'000'000).au, rough.au + 0.05);
}

// Half the dataset is pinned in memory, full from the start, and costs nothing: the pipe carries twice as
// many. An empty one answers nothing in the first epoch: 4 + 2 times the compute of one, so 2 / 6.
TEST(ClosedPredict, ACacheTakesReadsAway) {
  StorageSpec spec = storage({pipe(1e9)});
  CacheSpec cache;
  cache.name = "memory";
  cache.size = Bytes{500'000'000'000};  // of 10 M x 100 kB
  cache.policy = CachePolicy::kPinned;
  cache.warm = true;
  spec.caches = {cache};
  Workload w = job(100e3, 50, 0.01, 8, 8);  // wants 40,000 per second
  EXPECT_NEAR(predict_closed(w, spec, 1'000'000).au, 0.5, 0.006);
  spec.caches[0].warm = false;
  w.training.epochs = 2;
  EXPECT_NEAR(predict_closed(w, spec, 1'000'000).au, 1.0 / 3, 0.006);
  w.loader.shuffle = ShuffleKind::kNone;
  spec.caches[0].policy = CachePolicy::kLru;  // the same order every epoch: what is needed next has just gone
  EXPECT_NEAR(predict_closed(w, spec, 1'000'000).au, 0.25, 0.006);
}

// 100 kB are 25 pages, 102,400 B, and 2172 B of the kernel's: 533.72 GB hold half of 10 M files' pages. The second
// epoch finds LRU's .153, later ones .217: .185 of the way to .5 (cache_form.cc), large caches more.
TEST(ClosedPredict, PageCachesAnswerMoreFromTheThirdEpochOn) {
  StorageSpec spec = storage({pipe(1e9)});
  CacheSpec cache;
  cache.name = "pages";
  cache.policy = CachePolicy::kPageCache;
  cache.size = Bytes{533'720'000'000};
  cache.stands_for = Bytes{200'000'000};
  spec.caches = {cache};
  const Workload w = job(100e3, 50, 0.01, 8, 8);
  const auto mean = [&](double epoch) {
    double sum = 0;
    for (int i = 0; i < 500; ++i) sum += cache_hits_at(w, spec, 1, epoch, (i + 0.5) / 500).front() / 500;
    return sum;
  };
  EXPECT_EQ(mean(0), 0);
  EXPECT_NEAR(mean(1), 0.153, 0.005);
  EXPECT_NEAR(mean(2), 0.216, 0.01);
  spec.caches[0].stands_for = Bytes{0};
  EXPECT_NEAR(mean(2), 0.334, 0.01);
}

// 16 hosts of a rank each, with room for all that they read: what a host finds grows by 1 - (15/16)^e with the
// epoch e. Behind them is half of what is wanted, so an epoch that finds h takes max(1, 2 (1 - h)) times its
// compute: that many epochs' excess is sum of (2 (15/16)^e - 1) while above 0, e = 0 ... 10.
TEST(ClosedPredict, CachesOfManyHostsFillOverManyEpochs) {
  StorageSpec spec = storage({pipe(4e9)});
  CacheSpec cache;
  cache.name = "drives";
  cache.size = Bytes{1'000'000'000'000};
  cache.policy = CachePolicy::kPinned;
  cache.scope = StationScope::kHost;
  spec.caches = {cache};
  Workload w = job(100e3, 50, 0.01, 16, 16);  // wants 80,000 per second
  double excess = 0;
  for (int e = 0; e <= 10; ++e) excess += 2 * std::pow(15.0 / 16, e) - 1;
  for (const std::uint32_t epochs : {30U, 3000U}) {
    w.training.epochs = epochs;
    const ClosedPrediction p = predict_closed(w, spec, 100'000, {1, Seconds{0}, kLead});
    EXPECT_NEAR(p.au, epochs / (epochs + excess), 0.02) << epochs;
  }
}

// 30 minutes of training, then a minute of standing still.
TEST(ClosedPredict, Checkpoints) {
  Workload w = job(100e3, 50, 0.01, 4, 8);
  w.checkpoint.every = Seconds{1800};
  const StorageSpec spec = storage({pipe(1e9)});
  const double without = predict_closed(w, spec, 1'000'000).au;
  EXPECT_NEAR(predict_closed(w, spec, 1'000'000, {0, Seconds{60}, kLead}).au / without, 30.0 / 31, 1e-6);
  // The target is met, and what is lost still has a cause.
  w.accelerator.step_time.mean = 1;
  w.training.au_target = 0.5;
  const ClosedPrediction met = predict_closed(w, spec, 1'000'000, {0, Seconds{60}, kLead});
  EXPECT_EQ(met.limited_by, Limit::kNone);
  EXPECT_EQ(met.loss, to_string(Limit::kCheckpoints));
}

TEST(ClosedPredict, StorageThatCannotServeTheJob) {
  Workload w = job(100e3, 50, 0.01, 4, 8);
  w.loader.read_mode = ReadMode::kDirect;
  try {
    predict_closed(w, curve({{1, {100}, 0, {}, 0}}), 10);
    FAIL() << "expected a UserError";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("direct"));
  }
  w.dataset.samples = 10;
  EXPECT_THROW(predict_closed(w, storage({pipe(1e9)})), UserError);  // not one step of 200 samples
}

StorageSpec random_storage(Random& random) {
  std::vector<Station> stations = {latency_of({LawKind::kGamma, 1e-3, 1e-3 * random.uniform(), 0, 0, {}}),
                                   pipe(1e8 + 2e9 * random.uniform())};
  if (random.below(2)) {
    Station names;
    names.name = "names";
    names.kind = StationKind::kMetadata;
    names.rate = {1000 + 20000 * random.uniform()};
    names.servers = static_cast<std::uint32_t>(1 + random.below(4));
    stations.push_back(names);
  }
  return storage(stations);
}

TEST(ClosedPredict, GoesTheRightWay) {
  Random random(5);
  for (int i = 0; i < 150; ++i) {
    const StorageSpec spec = random_storage(random);
    Workload w = job(100e3, 1 + random.below(64), 0.001 + 0.05 * random.uniform(),
                     static_cast<std::uint32_t>(1 + random.below(64)),
                     static_cast<std::uint32_t>(1 + random.below(8)));
    w.dataset.sample_size = {LawKind::kLognormal, 100e3, 100e3 * random.uniform(), 0, 0, {}};
    const ClosedPrediction p = predict_closed(w, spec, 10000);
    EXPECT_GT(p.au, 0);
    EXPECT_LE(p.au, std::min(1.0, p.ratio) + 1e-6);
    Workload more = w;
    more.accelerator.count *= 2;
    EXPECT_LE(predict_closed(more, spec, 10000).au, p.au + 0.01);
    more = w, more.loader.workers *= 2;
    EXPECT_GE(predict_closed(more, spec, 10000).au, p.au - 0.01);
    more = w, more.loader.prefetch *= 2;
    EXPECT_GE(predict_closed(more, spec, 10000).au, p.au - 0.01);
  }
}

}  // namespace
}  // namespace aforo
