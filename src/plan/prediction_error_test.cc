// How wide a prediction from a probe is, by hand.
#include "plan/prediction_error.h"

#include <gtest/gtest.h>

#include <cmath>

#include "plan/predict_test_case.h"

namespace aforo {
namespace {

// The pipe of 400 MB/s takes 2 s for the 800 MB; 1 s of compute and one more step: AU 1 / 2.01. 4 % slower or
// faster: 1 / (2 / 0.96 + 0.01) = 0.4777 and 1 / (2 / 1.04 + 0.01) = 0.5173, 2.0 points each way; with 1.5 of
// the model's own (2.0^2 + 1.5^2)^(1/2) = 2.5, times what measurements ask.
TEST(PredictionError, AProbedStorageIsNeverTakenAtItsWord) {
  PredictOptions options = pipe_case(400);
  const Prediction by_hand = predict(options);
  EXPECT_LT(by_hand.au_high - by_hand.au_low, 0.005);
  options.storage.probed = "2026-01-01T00:00:00Z";
  const Prediction probed = predict(options);
  EXPECT_EQ(probed.au, by_hand.au);
  EXPECT_EQ(probed.spread, 0.08);
  const IntervalStretch stretch = interval_stretch(options.storage, ReadKind::kFile, ReadMode::kDirect);
  EXPECT_NEAR(probed.au - probed.au_low, 0.025 * stretch.of_95, 0.002 * stretch.of_95);
  EXPECT_NEAR(probed.au_high - probed.au, 0.025 * stretch.of_95, 0.002 * stretch.of_95);
  EXPECT_NEAR(probed.au - probed.au_low_50, 0.025 * stretch.of_50, 0.002 * stretch.of_50);
}

// Plenty of storage: a job that computes all the time does so 4 % slower too; the model's own error is left.
TEST(PredictionError, TheClosedFormHasItToo) {
  PredictOptions options = pipe_case(8000);
  options.method = PredictMethod::kClosed;
  const Prediction by_hand = predict(options);
  options.storage.probed = "2026-01-01T00:00:00Z";
  const Prediction probed = predict(options);
  const double half = std::hypot(by_hand.au - by_hand.au_low, kModelError);
  const IntervalStretch stretch = interval_stretch(options.storage, ReadKind::kFile, ReadMode::kDirect);
  EXPECT_NEAR(probed.au - probed.au_low, half * stretch.of_95, 0.002);
  EXPECT_NEAR(probed.au - probed.au_low_50, half * stretch.of_50, 0.002);
}

// Around 0.97, 4 points below and 2 above for 95 %, twice as far and half as far: no AU lies above 1 or below 0.
TEST(PredictionError, IntervalsStretchAndStayWithinAllAndNothing) {
  Prediction out;
  out.au = 0.97;
  set_intervals(out, 0.04, 0.02, {2, 0.5});
  EXPECT_NEAR(out.au_low, 0.89, 1e-12);
  EXPECT_EQ(out.au_high, 1);
  EXPECT_NEAR(out.au_low_50, 0.95, 1e-12);
  EXPECT_NEAR(out.au_high_50, 0.98, 1e-12);
  out.au = 0.01;
  set_intervals(out, 0.04, 0.02, {});
  EXPECT_EQ(out.au_low, 0);
  EXPECT_EQ(out.au_low_50, 0);  // 0.01 - 0.344 x 0.04 lies below
  EXPECT_NEAR(out.au_high, 0.03, 1e-12);
}

// What nobody measured is not stretched; half of a normal law lies within 0.344 of what holds 95 %.
TEST(PredictionError, StorageByHandIsNotCalibrated) {
  StorageSpec storage = curve_case(100, 400, 0.1).storage;
  EXPECT_EQ(interval_stretch(storage, ReadKind::kStream, ReadMode::kBuffered).of_95, 1);
  EXPECT_NEAR(interval_stretch(storage, ReadKind::kFile, ReadMode::kDirect).of_50, 0.6745 / 1.96, 1e-3);
}

TEST(PredictionError, OfSeveralReasonsTheLargestCounts) {
  StorageSpec storage = curve_case(100, 400, 0.1).storage;
  const auto error = [&](ReadKind kind, ReadMode mode) { return model_error(storage, kind, mode); };
  EXPECT_EQ(error(ReadKind::kStream, ReadMode::kBuffered), 0);  // by hand
  EXPECT_EQ(least_spread(storage), 0);
  storage.probed = "2026-01-01T00:00:00Z";
  EXPECT_EQ(error(ReadKind::kFile, ReadMode::kBuffered), kModelError);
  EXPECT_EQ(error(ReadKind::kStream, ReadMode::kDirect), kModelError);
  EXPECT_EQ(error(ReadKind::kStream, ReadMode::kBuffered), kReadaheadError);
  storage.caches.emplace_back();
  EXPECT_EQ(error(ReadKind::kFile, ReadMode::kBuffered), kCacheError);
  EXPECT_EQ(error(ReadKind::kFile, ReadMode::kDirect), kModelError);
  storage.probed_client = ProbedClient{2, {5e-3}, {0}};  // 400 reads/s of 5 ms are all of two cores
  EXPECT_EQ(error(ReadKind::kFile, ReadMode::kDirect), kClientError);
  EXPECT_EQ(error(ReadKind::kStream, ReadMode::kBuffered), kReadaheadError);
}

}  // namespace
}  // namespace aforo
