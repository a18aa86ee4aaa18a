#include "answer/predicted_run.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "base/error.h"
#include "model/storage_yaml.h"
#include "plan/predict_record.h"
#include "survey/dataset_open.h"
#include "train/job_setup.h"

namespace aforo {
namespace {

constexpr Seconds kWindow{12};  // at most, of a search's try: train/find_max_search.cc

}  // namespace

Json predict_run(const RunOptions& options, const std::string& storage, std::stop_token stop) {
  PredictOptions ask;
  ask.storage = load_storage(storage);
  OpenedDataset dataset =
      open_dataset(*open_store(options.directory), options.workload.dataset, options.io_threads, stop);
  ask.workload = options.workload;
  ask.workload.dataset = dataset.spec;
  ask.workload.dataset.samples = dataset.layout->samples();
  ask.layout = std::shared_ptr<const Layout>(std::move(dataset.layout));
  ask.cold_epochs = options.drop_caches;
  if (!options.find_max) return short_prediction(predict(ask, stop));
  // A search measures the steady state of short windows.
  TrainingSpec& training = ask.workload.training;
  const double steps = kWindow.value / std::max(law_mean(ask.workload.accelerator.step_time), 1e-9);
  training.epochs = 1;
  training.steps = ask.storage.caches.empty()
                       ? kEndlessSteps
                       : static_cast<std::uint64_t>(std::clamp(std::ceil(steps), 12.0, 1e6));
  return short_prediction(predict_max(ask, options.max_accelerators, stop));
}

void add_prediction_beside(Json& record, Json prediction) {
  const auto number_of = [](const Json& json, const char* key) {
    return json.contains(key) && json[key].is_number() ? json[key].get<double>() : std::nan("");
  };
  if (!record.value("partial", false) && !record.value("failed", false)) {
    const double counted = number_of(record, "max_accelerators");
    const double error = std::isnan(counted)
                             ? number_of(prediction, "au") - number_of(record, "au")
                             : (number_of(prediction, "max_accelerators") - counted) / std::max(counted, 1.0);
    set_number(record, "prediction_error", error);
  }
  if (record["config"].value("drop_caches", false))
    record["warnings"].push_back(
        "--drop-caches as root also drops names and inodes, which a probe leaves known: small files may come "
        "slower "
        "than predicted");
  record["prediction"] = std::move(prediction);
}

}  // namespace aforo
