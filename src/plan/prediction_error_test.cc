// How wide a prediction from a probe is, by hand.
#include "plan/prediction_error.h"

#include <gtest/gtest.h>

#include <cmath>

#include "plan/predict_test_case.h"

namespace aforo {
namespace {

// The pipe of 400 MB/s takes 2 s for the 800 MB; 1 s of compute and one more step: AU 1 / 2.01. 4 % slower or
// faster: 1 / (2 / 0.96 + 0.01) = 0.4777 and 1 / (2 / 1.04 + 0.01) = 0.5173, 2.0 points each way; with 1.5 of
// the model's own (2.0^2 + 1.5^2)^(1/2) = 2.5.
TEST(PredictionError, AProbedStorageIsNeverTakenAtItsWord) {
  PredictOptions options = pipe_case(400);
  const Prediction by_hand = predict(options);
  EXPECT_LT(by_hand.au_high - by_hand.au_low, 0.005);
  options.storage.probed = "2026-01-01T00:00:00Z";
  const Prediction probed = predict(options);
  EXPECT_EQ(probed.au, by_hand.au);
  EXPECT_EQ(probed.spread, 0.08);
  EXPECT_NEAR(probed.au - probed.au_low, 0.025, 0.002);
  EXPECT_NEAR(probed.au_high - probed.au, 0.025, 0.002);
}

// Plenty of storage: a job that computes all the time does so 4 % slower too; the model's own error is left.
TEST(PredictionError, TheClosedFormHasItToo) {
  PredictOptions options = pipe_case(8000);
  options.method = PredictMethod::kClosed;
  const Prediction by_hand = predict(options);
  options.storage.probed = "2026-01-01T00:00:00Z";
  const Prediction probed = predict(options);
  EXPECT_NEAR(probed.au - probed.au_low, std::hypot(by_hand.au - by_hand.au_low, kModelError), 0.001);
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
