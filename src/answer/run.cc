#include "answer/run.h"
#include "answer/echo.h"

#include <fmt/format.h>

#include "answer/job_rows.h"
#include "answer/predicted_run.h"
#include "answer/store_cost.h"
#include "base/error.h"
#include "hosts/same_job.h"
#include "measure/verdict.h"
#include "model/storage_yaml.h"
#include "probe/probe_check.h"
#include "storage/open_store.h"
#include "train/find_max.h"
#include "train/train_command.h"
#include "workload/client.h"

namespace aforo {
namespace {

using namespace rows;

constexpr Row kRunRows[] = {
    kWorkload,
    word<&RunAsk::directory>("directory", "DIR", kDirectory,
                             "the directory that holds the dataset, or s3://BUCKET/PREFIX", kNoDirectory),
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
    kDeliver,
    kEngine,
    kIoThreads,
    row<&RunAsk::drop_caches>({"drop-caches", 0, kFlag, "", "",
                               "empty the page cache of the dataset before every epoch", kReadingGroup})
        .excluding("cache-expected", "a warm run is wanted or it is not"),
    row<&RunAsk::cache_expected>({"cache-expected", 0, kFlag, "", "",
                                  "do not flag a run that the page cache served: a warm run is wanted",
                                  kReadingGroup}),
    row<&RunAsk::null>({"null", 0, kFlag, "", "",
                        "read nothing at all: the ceiling of this client for this workload", kReadingGroup})
        .excluding("verify", "nothing is read that could be verified")
        .excluding("drop-caches", "nothing is read that could be cached"),
    row<&RunAsk::verify>({"verify", 0, kFlag, "", "",
                          "prove that every sample read is the one that was generated", kReadingGroup}),
    choice<&RunAsk::on_error, OnError::kStop, OnError::kSkip>(
        {"on-error", 0, kChoice, "", "stop",
         "end at the first sample that cannot be read, or count it and go on", kReadingGroup}),
    kTimeout,
    kEndpoint,
    kRegion,
    kProfile,
    kBucketStyle,
    row<&RunAsk::cache>({"cache", 0, kDirectory, "DIR", "",
                         "read s3:// through a cache of whole objects in DIR, on a disk of this host",
                         kBucketGroup})
        .needing("cache-size", "expected --cache-size beside --cache, found none; say how much may lie there")
        .excluding("null", "nothing is read that could be cached"),
    row<&RunAsk::cache_size>(
        {"cache-size", 0, kBytes, "SIZE", "", "let the cache hold SIZE at most", kBucketGroup})
        .needing("cache", "expected --cache beside --cache-size, found none; say where it lies"),
    choice<&RunAsk::cache_policy, Replacement::kRandom, Replacement::kLru>(
        {"cache-policy", 0, kChoice, "", "random",
         "let any object go for another, or the one that was read longest ago", kBucketGroup})
        .needing("cache", "expected --cache beside --cache-policy, found none; say where it lies"),
    row<&RunAsk::find_max>({"find-max", 0, kFlag, "", "",
                            "find the largest number of accelerators that stays at the target",
                            kMeasuringGroup})
        .excluding("accelerators", "--find-max chooses the number; bound it with --max-accelerators")
        .excluding("steps-csv",
                   "--find-max makes many short runs; write the steps of one run at the number it finds"),
    row<&RunAsk::max_accelerators>(
        {"max-accelerators", 0, kPositive, "N", "", "let --find-max try at most N", kMeasuringGroup})
        .at_most(kMostAccelerators)
        .needing("find-max",
                 "expected --find-max beside --max-accelerators, found none; add it, or give --accelerators"),
    row<&RunAsk::storage>({"storage", 0, kFile, "FILE", "",
                           "predict the run from this storage file first, and print the difference; say "
                           "where storage is no longer as it was probed",
                           kMeasuringGroup}),
    row<&RunAsk::accelerator_price>({"accelerator-price", 0, kDollarsPerHour, "USD/h", "",
                                     "price stalls at this rate per accelerator, as in 6.88/h",
                                     kMeasuringGroup}),
    row<&RunAsk::price_of>(
        {"price-of", 0, kText, "SERVICE", "",
         "say what an epoch's requests and bytes cost at this object store of 'aforo catalogue services'",
         kMeasuringGroup}),
    row<&RunAsk::checkpoint_directory>({"checkpoint-dir", 0, kDirectory, "DIR", "",
                                        "write checkpoints to DIR as the workload's checkpoint block says",
                                        kMeasuringGroup})
        .excluding("find-max", "--find-max makes many short runs, none of which writes checkpoints")
        .excluding("null", "a ceiling without storage writes none"),
    row<&RunAsk::failure_every>({"failure-every", 0, kSeconds, "TIME", "",
                                 "expect a failure of the job every TIME: says how often a checkpoint pays",
                                 kMeasuringGroup})
        .needing("checkpoint-dir", "expected --checkpoint-dir beside --failure-every, found none; add it"),
    row<&RunAsk::time_limit>(
        {"time-limit", 0, kSeconds, "TIME", "", "end the run after TIME; 0s is never", kMeasuringGroup}),
    row<&RunAsk::no_diagnose>({"no-diagnose", 0, kFlag, "", "",
                               "skip the short extra runs that tell storage from client and loader",
                               kMeasuringGroup}),
    row<&RunAsk::steps_csv>(
        {"steps-csv", 0, kResult, "FILE", "", "write every step of every rank to FILE", kMeasuringGroup}),
    row<&RunAsk::dry_run>(
        {"dry-run", 0, kFlag, "", "", "say what would be done, and touch nothing", kOutputGroup}),
    kFullRow<&RunAsk::full>,
};
constexpr AskTable kRunTable{"run", "W DIR [key=value]... [options]", kRunRows};

CacheOptions cache_of(const RunAsk& ask) {
  if (!ask.cache.given()) return {};
  if (!is_remote(*ask.directory))
    throw UserError(fmt::format(
        "expected s3://BUCKET/PREFIX beside --cache, found the directory '{}': what the kernel keeps of a directory is in the page "
        "cache; leave --cache out",
        *ask.directory));
  if (is_remote(*ask.cache))
    throw UserError(fmt::format("expected a directory of this host for --cache, found '{}'", *ask.cache));
  return {*ask.cache, cache_size_of(*ask.cache_size), *ask.cache_policy};
}

RunOptions options_of(const RunAsk& ask, const Environment& environment) {
  RunOptions options;
  options.workload = workload_of(ask);
  options.directory = *ask.directory;
  options.access = access_of(ask, environment);
  options.cache = cache_of(ask);
  if (const Client client = options.workload.loader.client; client != Client::kNone) {
    const auto refuse = [&](std::string_view why) {
      throw UserError(fmt::format("expected no loader.client here, found '{}': {}; leave it out",
                                  kClientWords[static_cast<std::size_t>(client)], why));
    };
    if (!is_remote(options.directory)) refuse("clients of object stores read s3://BUCKET/PREFIX");
    if (ask.cache.given()) refuse("a --cache fetches whole objects by itself");
    options.access.heads = style_of(client).heads;
  }
  options.engine = *ask.null ? EngineKind::kNull : *ask.engine;
  options.io_threads = threads_of(*ask.threads);
  options.drop_caches = *ask.drop_caches;
  options.cache_expected = *ask.cache_expected;
  options.verify = *ask.verify;
  options.skip_errors = *ask.on_error == OnError::kSkip;
  options.diagnose = !*ask.no_diagnose;
  options.io_timeout = timeout_of(*ask.timeout);
  options.time_limit = *ask.time_limit;
  options.accelerator_price_per_hour = ask.accelerator_price.if_given();
  if (!*ask.dry_run) options.steps_csv = *ask.steps_csv;
  options.checkpoint_directory = *ask.checkpoint_directory;
  options.failure_every = ask.failure_every.if_given();
  options.find_max = *ask.find_max;
  options.max_accelerators = static_cast<unsigned>(*ask.max_accelerators);
  return options;
}

// A run that was cut short answers nothing; a time limit that the user set does not cut it short.
Outcome outcome_of(const RunOutcome& run, const RunOptions& options) {
  if (run.failed || !run.steps_incomplete.empty()) return Outcome::kFailed;
  if (!run.checkpoint_failure.empty() && !options.skip_errors) return Outcome::kFailed;
  if (run.interrupted) return Outcome::kPartial;
  if (options.find_max) return run.max_accelerators.value_or(0) > 0 ? Outcome::kDone : Outcome::kNotMet;
  if (!run.au) return Outcome::kFailed;
  if (!run.not_judged.empty()) return Outcome::kNotMet;
  return *run.au >= options.workload.training.au_target ? Outcome::kDone : Outcome::kNotMet;
}

// A page or a Record may be read by nobody; that a run did not go to its end is said besides.
std::vector<std::string> how_it_ended(const RunOutcome& run, bool skip_errors) {
  std::vector<std::string> say;
  if (!run.steps_incomplete.empty()) say.push_back(run.steps_incomplete);
  if (run.unanswered > 0)
    say.push_back(fmt::format(
        "expected storage to answer, found {} {} without an answer when the run was ended: it hangs; the "
        "result holds what was measured before",
        run.unanswered, run.unanswered == 1 ? "request" : "requests"));
  else if (!run.missing.empty())
    say.push_back(nothing_of(run.missing, "the result holds what the others measured until then"));
  else if (!run.checkpoint_failure.empty())
    say.push_back(run.checkpoint_failure);
  else if (run.failed && run.of_client)
    say.push_back(fmt::format("expected enough open files and memory for the job, found '{}': {}; {}",
                              run.failures.empty() ? "too few" : run.failures.front(), kClientLack,
                              kClientAdvice));
  else if (run.failed)
    say.push_back(fmt::format("expected every sample to be readable, found '{}'; mend it{}",
                              run.failures.empty() ? "one that is not" : run.failures.front(),
                              skip_errors ? "" : ", or count and go on with --on-error skip"));
  else if (run.out_of_time)
    say.push_back(fmt::format("expected one step at least, found none: {}", run.not_judged));
  else if (run.interrupted)
    say.push_back(partial_sentence("it holds what was measured until the interruption"));
  return say;
}

// Whether storage still is what the file says: told before the run, which may take hours. Absent where none is read.
std::optional<ProbeCheck> check_of(const RunAsk& ask, const RunOptions& options, const OpenedRun& opened,
                                   const Context& context) {
  if (!ask.storage.given() || options.engine == EngineKind::kNull) return std::nullopt;
  const StorageSpec storage = load_storage(*ask.storage);
  const LoaderSpec& loader = options.workload.loader;
  const std::uint32_t accelerators = options.find_max ? 0 : options.workload.accelerator.count;
  const JobSettings settings{opened.store.get(), options.engine, options.io_threads, options.io_timeout, {}};
  ProbeCheck check = check_probe(
      {storage, *opened.dataset.layout, loader, accelerators, options.drop_caches, settings}, context.stop);
  if (!check.said.empty() && context.tell) context.tell(check.said);
  return check;
}

}  // namespace

const AskTable& RunAsk::table() const { return kRunTable; }

Answer answer(const RunAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  const RunOptions options = options_of(ask, context.environment);
  Answer out;
  const bool first = context.crew == nullptr || context.crew->first();
  if (*ask.dry_run) {
    if (!first) return out;
    out.record = plan_run(options, context.stop);
    add_echo(out.record, ask, context);
    return out;
  }
  const CloudService* const priced = ask.price_of.given() ? &object_store(*ask.price_of) : nullptr;
  if (priced && !is_remote(options.directory))
    throw UserError(fmt::format(
        "expected s3://BUCKET/PREFIX beside --price-of, found '{}': files have no price of requests",
        options.directory));
  const OpenedRun opened = open_run(options, context.stop);
  const std::optional<RunPrediction> prediction =
      ask.storage.given() && first
          ? std::optional(predict_run(options, opened.dataset, *ask.storage,
                                      context.crew != nullptr ? context.crew->machines() : 1, context.stop))
          : std::nullopt;
  const std::optional<ProbeCheck> check = first ? check_of(ask, options, opened, context) : std::nullopt;
  RunOutcome run = options.find_max ? find_max(options, opened, context.stop, context.progress, context.crew)
                                    : train(options, opened, context.stop, context.progress, context.crew);
  if (!first) return out;
  out.record = std::move(run.record);
  if (prediction) add_prediction_beside(out.record, *prediction, run, options);
  if (check) add_check(out.record, *check);
  if (priced) add_store_cost(out.record, *priced);
  out.say = how_it_ended(run, options.skip_errors);
  out.outcome = outcome_of(run, options);
  add_echo(out.record, ask, context);
  return out;
}

}  // namespace aforo
