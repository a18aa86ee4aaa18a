// The jobs and storages that closed forms are checked on, each drawn from a fixed seed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/storage_spec.h"
#include "plan/closed_predict.h"
#include "workload/spec.h"

namespace aforo {

enum class CheckGroup {
  kIndependent,   // every read takes its own time: only barrier and prefetch window
  kPipe,          // one bandwidth shared by all, samples of different sizes
  kCurve,         // a measured curve that saturates, with jitter
  kTandem,        // latency, then a shared bandwidth
  kMetadata,      // opens at few servers, then a shared bandwidth
  kAsynchronous,  // curve, without a barrier
  kFewSteps,      // tandem, epochs of few steps: whole epochs
  kInOrder,       // tensorflow's map over files, curve
  kOnDemand,      // workers = 0, curve
  kCached,        // page cache in front of a pipe: whole epochs
  kPlaced,        // shards read in order, each on one of several disks
  kStreams,       // shards read in order, latency and a pipe
};
std::string_view to_string(CheckGroup group);

struct CheckJob {
  CheckGroup group = CheckGroup::kIndependent;
  Workload workload;
  StorageSpec storage;
  std::uint64_t steps = 0;    // per epoch
  bool whole_epochs = false;  // compare AU "wall", else the steady state
  bool fitted = false;        // whether fitting may see it
  double cv = 0;              // of one read
  std::string describe() const;
};

std::vector<CheckJob> draw_jobs();

struct CheckResult {
  double au = 0, half_width = 0;  // 95 %; 0 for whole epochs
};
CheckResult simulate_job(const CheckJob& job);
ClosedPrediction predict_job(const CheckJob& job);

}  // namespace aforo
