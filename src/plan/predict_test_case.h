// A job and a storage small enough to redo by hand, for the tests of predictions.
//
// Two accelerators, batches of 4 samples of 1 MB, 10 ms a step: they want 2 x 4 MB / 10 ms = 800 MB/s. The
// storage is one pipe; at `megabytes` MB/s and with plenty of workers AU is megabytes / 800, or 1.
#pragma once

#include <gtest/gtest.h>

#include "plan/predict.h"

namespace aforo {

inline PredictOptions pipe_case(double megabytes = 400) {
  PredictOptions options;
  Workload& w = options.workload;
  w.name = "pipe";
  w.dataset.samples = 800;
  w.dataset.sample_size.mean = 1e6;
  w.loader.batch_size = 4;
  w.loader.workers = 4;
  w.accelerator.count = 2;
  w.accelerator.step_time.mean = 0.01;
  Station pipe;
  pipe.name = "pipe";
  pipe.kind = StationKind::kBandwidth;
  pipe.bandwidth = BytesPerSecond{megabytes * 1e6};
  options.storage.name = "one pipe";
  options.storage.tiers.push_back({"all", 1, {}, {pipe}});
  options.method = PredictMethod::kSimulate;
  return options;
}

// The same as a measured curve: `rate` files/s at 1 in flight and `best` from 8 on, each with `spread`.
inline PredictOptions curve_case(double rate, double best, double spread) {
  PredictOptions options = pipe_case();
  ReadCurve curve;
  curve.size = 1e6;
  curve.points = {{1, {rate}, spread, {}, 0}, {8, {best}, spread, {}, 0}, {64, {best}, spread, {}, 0}};
  options.storage.tiers = {{"disk", 1, {curve}, {}}};
  return options;
}

inline void expect_the_same_with_any_threads(PredictOptions options) {
  options.threads = 1;
  const Prediction one = predict(options);
  options.threads = 3;
  const Prediction three = predict(options);
  EXPECT_EQ(one.au, three.au);
  EXPECT_EQ(one.au_low, three.au_low);
  EXPECT_EQ(one.au_high, three.au_high);
  EXPECT_EQ(one.verdict.text, three.verdict.text);
}

}  // namespace aforo
