// aforo predict: what a job would see on a storage that is known as data.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "cli/acts.h"
#include "cli/common.h"
#include "cli/live_line.h"
#include "cli/signals.h"
#include "model/storage_yaml.h"
#include "plan/predict_record.h"
#include "workload/parse.h"
#include "world/progress_ticker.h"

namespace aforo {
namespace {

void refuse_contradictions(const Arguments& a) {
  const auto both = [&](std::string_view one, std::string_view other, std::string_view why) {
    refuse_both(a, one, other, why);
  };
  both("find-max", "accelerators", "--find-max chooses the number; bound it with --max-accelerators");
  both("find-max", "sweep", "ask one after the other");
  if (a.given("max-accelerators") && !a.given("find-max"))
    throw UserError(
        "expected --find-max beside --max-accelerators, found none; add it, or give --accelerators");
  if (a.given("checkpoint-every") != a.given("checkpoint-pause"))
    throw UserError(
        "expected --checkpoint-every and --checkpoint-pause together, found one of them; give both");
}

std::string storage_of(const Arguments& a) {
  const auto& words = a.positionals();
  const std::size_t wanted = a.given("dlio") ? 1 : 2;
  if (words.size() < wanted)
    throw UserError(
        "expected a storage file, as in 'aforo predict W storage.yaml', found none; make one with 'aforo "
        "probe', or write it by hand");
  if (words.size() > wanted)
    throw UserError(fmt::format(
        "expected only a storage file beside --dlio, found '{}' and '{}'; leave W out", words[0], words[1]));
  return words.back();
}

// "W2" or "W2:N".
Workload beside_of(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const bool counted = colon != std::string::npos && colon + 1 < text.size() &&
                       std::all_of(text.begin() + static_cast<std::ptrdiff_t>(colon) + 1, text.end(),
                                   [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!counted) return load_workload(text);
  const std::vector<std::string> count = {"accelerator.count=" + text.substr(colon + 1)};
  return load_workload(text.substr(0, colon), count);
}

PredictOptions options_of(const Arguments& a) {
  refuse_contradictions(a);
  PredictOptions options;
  options.workload = workload_of(a);
  options.storage = load_storage(storage_of(a));
  const std::string method = *a.text("method");
  options.method = method == "closed"     ? PredictMethod::kClosed
                   : method == "simulate" ? PredictMethod::kSimulate
                                          : PredictMethod::kAuto;
  options.every_step = a.given("steps");
  options.ranks_per_host = static_cast<std::uint32_t>(a.count("per-host"));
  options.checkpoint_steps = a.count("checkpoint-every");
  options.checkpoint_pause = a.seconds("checkpoint-pause").value_or(Seconds{0});
  for (const std::string& other : a.all("beside")) options.beside.push_back(beside_of(other));
  return options;
}

Json config_of(const PredictOptions& options, const std::string& file) {
  const Workload& workload = options.workload;
  Json config;
  config["workload"] = workload.name;
  config["origin"] = workload.origin;
  config["storage"] = file;
  config["storage_name"] = options.storage.name;
  if (!options.storage.probed.empty()) config["storage_probed"] = options.storage.probed;
  if (!options.storage.notes.empty()) config["storage_notes"] = options.storage.notes;
  config["read"] = workload.loader.read_mode == ReadMode::kDirect ? "direct" : "buffered";
  config["au_target"] = workload.training.au_target;
  config["yaml"] = to_yaml(workload);
  Json provenance = Json::array();
  for (const auto& p : workload.provenance)
    provenance.push_back({{"field", p.field}, {"kind", p.kind}, {"source", p.source}, {"date", p.date}});
  config["provenance"] = provenance;
  return config;
}

using Clock = std::chrono::steady_clock;

// How many simulations it will take is not known before: a search ends when it has found its answer.
Progress progress(unsigned simulations, Clock::time_point began) {
  Progress progress;
  progress.fraction = -1;
  progress.elapsed = Seconds{std::chrono::duration<double>(Clock::now() - began).count()};
  progress.phase = simulations == 0 ? "simulating" : fmt::format("simulating, {} done", simulations);
  return progress;
}

bool meets(const Json& record, double target) {
  if (record.contains("sweep")) return true;
  if (record.contains("max_accelerators")) return record["max_accelerators"].get<double>() > 0;
  return record.contains("au") && record["au"].get<double>() >= target;
}

}  // namespace

int act_predict(const Arguments& arguments, Console& console) {
  PredictOptions options = options_of(arguments);
  const auto sweep_text = arguments.text("sweep");
  const Sweep sweep = sweep_text ? parse_sweep(*sweep_text) : Sweep{};
  if (sweep_text && arguments.given("accelerators") && sweep.key == SweepKey::kAccelerators)
    throw UserError("expected --accelerators or --sweep accelerators, found both; leave one out");
  Results results(arguments, console);
  const StopOnSignal stop;
  LiveLine live(console, results.quiet(), "");
  std::atomic<unsigned> simulations{0};
  options.simulated = [&simulations] { ++simulations; };
  const Clock::time_point began = Clock::now();
  std::optional<ProgressTicker> ticker(std::in_place, live.sink(),
                                       [&] { return progress(simulations, began); });
  const double target = options.workload.training.au_target;
  Json record = new_record("predict", started_now(), Json::object());
  record["config"] = config_of(options, arguments.positionals().back());
  for (const auto& warning : options.workload.warnings) record["warnings"].push_back(warning);
  if (const std::size_t notes = options.storage.notes.size(); notes > 0)
    record["warnings"].push_back(
        fmt::format("the storage file has {} on how sure its figures are: see its end",
                    notes == 1 ? "a note" : fmt::format("{} notes", notes)));
  if (sweep_text) {
    add_sweep(record, sweep, predict_sweep(options, sweep, stop.token()));
  } else if (arguments.given("find-max")) {
    const auto most = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(arguments.count("max-accelerators"), ~std::uint32_t{0}));
    add_max(record, predict_max(options, most, stop.token()), target);
  } else {
    const Prediction prediction = predict(options, stop.token());
    add_prediction(record, prediction);
    const bool idle = prediction.au < 1 - 2 * kWorthSaying;
    if (idle && !arguments.given("no-advice") && options.method != PredictMethod::kClosed)
      add_advice(record, advise(options, stop.token()));
  }
  ticker.reset();
  live.clear();
  results.deliver(record);
  return meets(record, target) ? kDone : kNotMet;
}

}  // namespace aforo
