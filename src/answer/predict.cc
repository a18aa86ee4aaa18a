#include "answer/predict.h"
#include "answer/echo.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cctype>

#include "answer/job_rows.h"
#include "answer/working.h"
#include "base/error.h"
#include "model/storage_yaml.h"
#include "plan/changed_storage.h"
#include "plan/predict_record.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using namespace rows;

constexpr std::string_view kCheckpointHalf =
    "expected --checkpoint-every and --checkpoint-pause together, found one of them; give both";

constexpr Row kPredictRows[] = {
    kWorkload,
    word<&PredictAsk::storage>(
        "storage", "STORAGE", kFile, "the storage file, from 'aforo probe' or written by hand",
        "expected a storage file, as in 'aforo predict W storage.yaml', found none; make one "
        "with 'aforo probe', or write it by hand"),
    kAccelerators,
    kEpochs,
    kSteps,
    kBatchSize,
    kWorkers,
    kPrefetch,
    kStepTime,
    kAuTarget,
    kAsynchronous,
    kSet,
    kDlio,
    kDataset,
    kRead,
    kTransferSize,
    row<&PredictAsk::find_max>({"find-max", 0, kFlag, "", "",
                                "find the largest number of accelerators that stays at the target",
                                kMeasuringGroup})
        .excluding("accelerators", "--find-max chooses the number; bound it with --max-accelerators")
        .excluding("sweep", "ask one after the other"),
    row<&PredictAsk::max_accelerators>(
        {"max-accelerators", 0, kPositive, "N", "", "let --find-max try at most N", kMeasuringGroup})
        .at_most(kMostAccelerators)
        .needing("find-max",
                 "expected --find-max beside --max-accelerators, found none; add it, or give --accelerators"),
    choice<&PredictAsk::method, PredictMethod::kAuto, PredictMethod::kClosed, PredictMethod::kSimulate>(
        {"method", 0, kChoice, "", "auto",
         "predict by formulas or by simulation; auto takes formulas where they are near", kPredictingGroup}),
    row<&PredictAsk::sweep>({"sweep", 0, kText, "KEY=VALUES", "",
                             "predict for each value, as in accelerators=1..64 or workers=1,4,16",
                             kPredictingGroup}),
    row<&PredictAsk::no_advice>({"no-advice", 0, kFlag, "", "",
                                 "skip the simulations that tell which change would help most",
                                 kPredictingGroup}),
    row<&PredictAsk::per_host>({"per-host", 0, kPositive, "N", "",
                                "put N accelerators in a host; without it all share one", kPredictingGroup})
        .at_most(kMostAccelerators),
    row<&PredictAsk::beside>({"beside",
                              0,
                              kFileOrName,
                              "W[:N]",
                              "",
                              "let another job of N accelerators use the storage meanwhile",
                              kPredictingGroup,
                              {},
                              {},
                              true}),
    row<&PredictAsk::cache_size>(
        {"cache-size", 0, kBytes, "SIZE", "",
         "read through a cache of whole files on each host's disk, as 'run --cache' does", kPredictingGroup}),
    choice<&PredictAsk::cache_policy, Replacement::kRandom, Replacement::kLru>(
        {"cache-policy", 0, kChoice, "", "random",
         "let any file go for another, or the one that was read longest ago", kPredictingGroup})
        .needing("cache-size",
                 "expected --cache-size beside --cache-policy, found none; say how much may lie there"),
    row<&PredictAsk::checkpoint_every>({"checkpoint-every", 0, kPositive, "STEPS", "",
                                        "pause for a checkpoint every STEPS steps of an epoch",
                                        kPredictingGroup})
        .needing("checkpoint-pause", kCheckpointHalf),
    row<&PredictAsk::checkpoint_pause>(
        {"checkpoint-pause", 0, kSeconds, "TIME", "", "let such a pause last TIME", kPredictingGroup})
        .needing("checkpoint-every", kCheckpointHalf),
    kFullRow<&PredictAsk::full>,
};
constexpr AskTable kPredictTable{"predict", "W STORAGE [key=value]... [options]", kPredictRows};

// "W2" or "W2:N".
Workload beside_of(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const bool counted = colon != std::string::npos && colon + 1 < text.size() &&
                       std::all_of(text.begin() + static_cast<std::ptrdiff_t>(colon) + 1, text.end(),
                                   [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!counted) return load_workload(text);
  const std::string number = text.substr(colon + 1);
  if (const std::string problem = field_problem("accelerator.count", number); !problem.empty())
    throw UserError(fmt::format("--beside '{}': {}", text, problem));
  const std::vector<std::string> count = {"accelerator.count=" + number};
  return load_workload(text.substr(0, colon), count);
}

PredictOptions options_of(const PredictAsk& ask) {
  PredictOptions options;
  options.workload = workload_of(ask);
  options.storage =
      ask.storage_text ? parse_storage(*ask.storage_text, *ask.storage) : load_storage(*ask.storage);
  if (ask.cache_size.given())
    options.storage = with_local_cache(std::move(options.storage), cache_size_of(*ask.cache_size),
                                       cache_policy_of(*ask.cache_policy));
  options.method = *ask.method;
  options.every_step = ask.steps.given();
  options.ranks_per_host = static_cast<std::uint32_t>(*ask.per_host);
  options.checkpoint_steps = *ask.checkpoint_every;
  options.checkpoint_pause = *ask.checkpoint_pause;
  for (const std::string& other : *ask.beside) options.beside.push_back(beside_of(other));
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
  if (!options.storage.unknown.empty()) config["storage_unknown"] = options.storage.unknown;
  config["read"] = to_string(workload.loader.read_mode);
  config["au_target"] = workload.training.au_target;
  config["yaml"] = to_yaml(workload);
  Json provenance = Json::array();
  for (const auto& p : workload.provenance)
    provenance.push_back({{"field", p.field}, {"kind", p.kind}, {"source", p.source}, {"date", p.date}});
  config["provenance"] = provenance;
  return config;
}

void add_warnings(Json& record, const PredictOptions& options) {
  for (const auto& warning : options.workload.warnings) record["warnings"].push_back(warning);
  for (const auto& unknown : options.storage.unknown)
    record["warnings"].push_back("the probe could not tell: " + unknown);
  const std::size_t notes = options.storage.notes.size();
  if (notes == 0) return;
  record["warnings"].push_back(fmt::format("the storage file has {} on how sure its figures are: see its end",
                                           notes == 1 ? "a note" : fmt::format("{} notes", notes)));
}

// How many simulations it will take is not known before: a search ends when it has found its answer.
Progress progress(unsigned simulations, Seconds elapsed) {
  Progress progress;
  progress.fraction = -1;
  progress.elapsed = elapsed;
  progress.phase = simulations == 0 ? "simulating" : fmt::format("simulating, {} done", simulations);
  return progress;
}

// Adds what was asked for; returns whether the target is met.
bool add_answer(Json& record, const PredictAsk& ask, const PredictOptions& options,
                const std::stop_token& stop) {
  const double target = options.workload.training.au_target;
  if (ask.sweep.given()) {
    const Sweep sweep = parse_sweep(*ask.sweep);
    add_sweep(record, sweep, predict_sweep(options, sweep, stop));
    return true;
  }
  if (*ask.find_max) {
    const PredictedMax found = predict_max(options, static_cast<std::uint32_t>(*ask.max_accelerators), stop);
    add_max(record, found, target);
    return found.accelerators > 0;
  }
  const Prediction prediction = predict(options, stop);
  add_prediction(record, prediction);
  const bool idle = prediction.au < 1 - 2 * kWorthSaying;
  if (idle && !*ask.no_advice && options.method != PredictMethod::kClosed)
    add_advice(record, advise(options, stop, prediction.au));
  return prediction.au >= target;
}

}  // namespace

const AskTable& PredictAsk::table() const { return kPredictTable; }

void PredictAsk::check() const {
  if (sweep.given() && accelerators.given() && parse_sweep(*sweep).key == SweepKey::kAccelerators)
    throw UserError("expected --accelerators or --sweep accelerators, found both; leave one out");
}

Answer answer(const PredictAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  PredictOptions options = options_of(ask);
  if (ask.sweep.given()) parse_sweep(*ask.sweep);  // refused before the work, not after it
  std::atomic<unsigned> simulations{0};
  options.simulated = [&simulations] { ++simulations; };
  Answer out;
  out.record = new_record("predict", context.started, Json::object());
  out.record["config"] = config_of(options, *ask.storage);
  add_warnings(out.record, options);
  const Working working(context, [&](Seconds elapsed) { return progress(simulations, elapsed); });
  if (!add_answer(out.record, ask, options, context.stop)) out.outcome = Outcome::kNotMet;
  add_echo(out.record, ask, context);
  return out;
}

}  // namespace aforo
