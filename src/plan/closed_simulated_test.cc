// Closed forms beside simulation, on jobs at the knee of what their storage gives: those that a steady state of mean
// arrivals, or cores taken as one fast one, said nothing good of. bench/accuracy/cross_check.cc has many more.
#include <gtest/gtest.h>

#include "plan/closed_predict.h"
#include "plan/predict.h"

namespace aforo {
namespace {

constexpr double kPoints = 0.02;  // that closed forms may miss simulation by

Station station(StationKind kind, std::string name, StationScope scope = StationScope::kShared) {
  Station s;
  s.kind = kind;
  s.name = std::move(name);
  s.scope = scope;
  return s;
}
Station pipe_of(double bandwidth, StationScope scope = StationScope::kShared) {
  Station s = station(StationKind::kBandwidth, "pipe", scope);
  s.bandwidth = {bandwidth};
  return s;
}
Station cores(std::uint32_t count) {
  Station s = station(StationKind::kCpu, "cores", StationScope::kHost);
  s.servers = count;
  s.per_operation = {20e-6};
  s.per_byte = {0.1e-9};
  return s;
}

// Volumes of 147 MB as the benchmark's, one batch of 7 ahead for each of four workers.
Workload volumes(std::uint32_t accelerators, std::uint64_t steps) {
  Workload w;
  w.name = "volumes";
  w.dataset.sample_size = {LawKind::kProductOfNormals, 146.6e6, 68.3e6, 0, 0, {}};
  w.loader.batch_size = 7;
  w.loader.workers = 4;
  w.loader.prefetch = 1;
  w.accelerator.step_time.mean = 0.323;
  w.accelerator.count = accelerators;
  w.dataset.samples = steps * accelerators * 7;
  return w;
}
double wanted(const Workload& w) {  // bytes per second
  return w.accelerator.count * static_cast<double>(w.loader.batch_size) * law_mean(w.dataset.sample_size) /
         law_mean(w.accelerator.step_time);
}

// closed - simulated.
double difference(const Workload& w, std::vector<Station> client, std::vector<Station> stations) {
  PredictOptions options;
  options.workload = w;
  options.storage.name = "storage";
  options.storage.client = std::move(client);
  options.storage.tiers.push_back({"tier", 1, {}, std::move(stations)});
  options.ranks_per_host = 8;
  options.method = PredictMethod::kSimulate;
  options.replications = 2;
  options.counterfactual = false;
  ClosedOptions closed;
  closed.ranks_per_host = 8;
  return predict_closed(w, options.storage, 0, closed).au - predict(options).au;
}

// 1.03 times what is wanted, of which each reader waits for 112 ms of its own: 0.92.
TEST(ClosedSimulated, OneBatchAheadOnAPipe) {
  const Workload w = volumes(8, 400);
  Station wait = station(StationKind::kLatency, "latency");
  wait.request_size = Bytes{1 << 20};
  wait.latency = {LawKind::kLognormal, 0.8e-3, 0.3e-3, 0, 0, {}};
  for (const double share : {1.0, 1.03, 1.1})
    EXPECT_NEAR(difference(w, {}, {wait, pipe_of(share * wanted(w))}), 0, kPoints) << share;
}

// Who waits for a disk waits for those who happen to be there: a batch varies by that more than by its sizes.
TEST(ClosedSimulated, OneBatchAheadOnDisks) {
  Workload w = volumes(8, 400);
  w.accelerator.step_time.mean = 0.636;
  Station disks = station(StationKind::kDisk, "disks");
  disks.servers = 15;
  disks.seek = {4.9e-3};
  disks.chunk = Bytes{32 << 20};
  disks.bandwidth = {1.6e9};
  EXPECT_NEAR(difference(w, {}, {disks}), 0, kPoints);
}

// Each host's readers share its own network, never another's: two of them are as good as one.
TEST(ClosedSimulated, OneBatchAheadOnHostsNetworks) {
  const Workload w = volumes(16, 300);
  EXPECT_NEAR(difference(w, {pipe_of(1.05 * wanted(w) / 2, StationScope::kHost)}, {pipe_of(1e13)}), 0,
              kPoints);
}

// 128 readers prepare on 120 cores, and on 40: almost nobody waits, and almost everybody.
TEST(ClosedSimulated, PreparationTakesAllCores) {
  for (const std::uint32_t count : {120u, 40u}) {
    Workload w;
    w.name = "radiographs";
    w.dataset.samples = 16 * 16 * 800;
    w.dataset.sample_size = {LawKind::kLognormal, 400e3, 120e3, 0, 0, {}};
    w.loader.batch_size = 16;
    w.loader.workers = 16;
    w.loader.prefetch = 2;
    w.loader.preprocess = {LawKind::kConstant, 15.2e-3, 0, 0, 0, {}};
    w.accelerator.count = 16;
    w.accelerator.step_time.mean = 0.0089;
    EXPECT_NEAR(difference(w, {cores(count)}, {pipe_of(100e9)}), 0, kPoints) << count;
  }
}

}  // namespace
}  // namespace aforo
