// What the tests of the simulated world are built from: storage in a line, and jobs on it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dataset/generated_layout.h"
#include "pipeline/test_world.h"
#include "sim/simulate.h"

namespace aforo {

inline Law constant_law(double value) {
  Law law;
  law.mean = value;
  return law;
}

// Files of 100 kB on the average, of all sizes.
inline GeneratedLayout varied_files(std::uint64_t samples) {
  DatasetSpec spec;
  spec.samples = samples;
  spec.sample_size = {LawKind::kLognormal, 100'000, 60'000, 0, 0, {}};
  return GeneratedLayout(spec, dataset_id_of(spec));
}

inline Station pipe(double bytes_per_second, std::uint32_t servers = 1) {
  Station station;
  station.name = "pipe";
  station.kind = StationKind::kBandwidth;
  station.bandwidth = {bytes_per_second};
  station.servers = servers;
  return station;
}

inline Station latency(Law law, std::uint64_t request_size = 0) {
  Station station;
  station.name = "latency";
  station.kind = StationKind::kLatency;
  station.latency = std::move(law);
  station.request_size = {request_size};
  return station;
}

inline StorageSpec storage_of(std::vector<Station> stations) {
  StorageSpec storage;
  storage.name = "test";
  storage.tiers.push_back({"tier", 1, {}, std::move(stations)});
  return storage;
}

inline ReadCurve curve_of(ReadKind kind, double size, std::vector<std::pair<double, double>> points,
                          double share = 1) {
  ReadCurve curve;
  curve.kind = kind;
  curve.size = size;
  curve.size_share = share;
  for (const auto& [concurrency, rate] : points) {
    CurvePoint point;
    point.concurrency = concurrency;
    point.rate = {rate};
    curve.points.push_back(point);
  }
  return curve;
}

inline JobPlan plan_of(const Layout& layout, std::uint32_t workers, std::uint64_t batch, std::uint64_t steps,
                       double step_time) {
  JobPlan plan;
  plan.layout = &layout;
  plan.loader.workers = workers;
  plan.loader.batch_size = batch;
  plan.loader.prefetch = 2;
  plan.step_time = constant_law(step_time);
  plan.steps = steps;
  return plan;
}

inline SimResult simulate_one(const StorageSpec& storage, const JobPlan& plan, bool aggregate = true,
                              std::uint64_t seed = 1, std::uint32_t ranks_per_host = 0) {
  SimSetup setup;
  setup.storage = &storage;
  setup.jobs.push_back({plan, ranks_per_host});
  setup.aggregate = aggregate;
  setup.seed = seed;
  return simulate(setup);
}

// aforo's own AU ("wall").
inline double au_of(const SimResult& result, std::size_t job = 0) {
  return utilisation(Statistic::kWall, result.jobs[job].job.epochs, 1).au.value_or(-1);
}

}  // namespace aforo
