#include "answer/promised.h"

#include <algorithm>
#include <utility>

#include "model/storage_yaml.h"
#include "plan/predict.h"

namespace aforo {
namespace {

double half_width(const Prediction& p) { return std::max(p.au - p.au_low, p.au_high - p.au); }

// As `predict` of the same words: only what does not touch the interval is left out.
PredictOptions options_of(const Workload& job, StorageSpec storage) {
  PredictOptions options;
  options.workload = job;
  options.storage = std::move(storage);
  options.counterfactual = false;
  return options;
}

StorageSpec without_spread(StorageSpec storage) {
  for (TierSpec& tier : storage.tiers)
    for (ReadCurve& curve : tier.curves)
      for (CurvePoint& point : curve.points) point.spread = 0;
  return storage;
}

}  // namespace

Promise promise_of(const Workload& job, const StorageSpec& storage, std::stop_token stop) {
  if (!check_storage(storage).empty()) return {};
  const Prediction found = predict(options_of(job, storage), stop);
  const Prediction best = predict(options_of(job, without_spread(storage)), std::move(stop));
  return {found.au, half_width(found), std::min(half_width(best), half_width(found)),
          found.requests_in_flight};
}

void require_predictable(const Workload& job) {
  StorageSpec fast;
  Station pipe;
  pipe.name = "pipe";
  pipe.bandwidth = BytesPerSecond{1e15};
  fast.tiers.push_back({"fast", 1, {}, {pipe}});
  PredictOptions options = options_of(job, std::move(fast));
  options.method = PredictMethod::kClosed;
  predict(options);
}

}  // namespace aforo
