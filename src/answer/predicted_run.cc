#include "answer/predicted_run.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "answer/job_ask.h"
#include "model/storage_yaml.h"
#include "plan/changed_storage.h"
#include "plan/predict_record.h"
#include "train/find_max_search.h"
#include "train/job_setup.h"

namespace aforo {

RunPrediction predict_run(const RunOptions& options, const OpenedDataset& dataset, const std::string& storage,
                          std::uint32_t machines, std::stop_token stop) {
  PredictOptions ask;
  ask.storage = load_storage(storage);
  ask.workload = options.workload;
  ask.workload.dataset = dataset.spec;
  ask.workload.dataset.samples = dataset.layout->samples();
  ask.layout = {std::shared_ptr<void>(), dataset.layout.get()};  // the caller's: it outlives the prediction
  // What is dropped before every epoch is the page cache, and not what lies on the cache's disk.
  ask.cold_epochs = options.drop_caches && options.cache.directory.empty();
  if (!options.cache.directory.empty())
    ask.storage =
        with_local_cache(std::move(ask.storage), options.cache.size, cache_policy_of(options.cache.policy));
  if (!options.find_max) {
    if (machines > 1) ask.ranks_per_host = (ask.workload.accelerator.count + machines - 1) / machines;
    const Prediction found = predict(ask, std::move(stop));
    return {short_prediction(found), found.au, 0};
  }
  // A search measures the steady state of short windows; a cache is filled in one as far as its time allows.
  TrainingSpec& training = ask.workload.training;
  const double steps = kLongestWindow.value / std::max(law_mean(ask.workload.accelerator.step_time), 1e-9);
  training.epochs = 1;
  training.steps =
      ask.storage.caches.empty()
          ? kEndlessSteps
          : static_cast<std::uint64_t>(std::clamp(std::ceil(steps), double{kFewestWindowSteps}, 1e6));
  const PredictedMax found = predict_max(ask, options.max_accelerators, std::move(stop));
  return {short_prediction(found), found.answer.au, static_cast<double>(found.accelerators)};
}

void add_prediction_beside(Json& record, const RunPrediction& prediction, const RunOutcome& run,
                           const RunOptions& options) {
  const double counted = run.max_accelerators.value_or(0);
  if (run.max_accelerators)
    set_number(record, "prediction_error", (prediction.accelerators - counted) / std::max(counted, 1.0));
  else if (run.au && !run.failed && !run.stopped)
    set_number(record, "prediction_error", prediction.au - *run.au);
  if (options.drop_caches)
    record["warnings"].push_back(
        "--drop-caches as root also drops names and inodes, which a probe leaves known: small files may come slower "
        "than predicted");
  record["prediction"] = prediction.record;
}

}  // namespace aforo
