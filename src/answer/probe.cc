#include "answer/probe.h"
#include "answer/echo.h"

#include <fmt/format.h>

#include "answer/job_rows.h"
#include "answer/promised.h"
#include "base/error.h"
#include "model/storage_yaml.h"
#include "probe/probe_command.h"
#include "storage/open_store.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using namespace rows;

constexpr Row kProbeRows[] = {
    word<&ProbeAsk::directory>(
        "directory", "DIR", kDirectory,
        "a directory or s3://BUCKET/PREFIX that holds a dataset, which is only read, or an absent or empty one",
        kNoDirectory),
    row<&ProbeAsk::workload>({"workload", 0, kFileOrName, "W", "",
                              "measure the reads that this job makes: a preset or a workload file",
                              kDatasetGroup}),
    kSet,
    row<&ProbeAsk::accelerators>({"accelerators", 'n', kPositive, "N", "", "let that job use N accelerators",
                                  kJobGroup, "accelerator.count"}),
    row<&ProbeAsk::precision>(
        {"precision", 0, kPoints, "POINTS", "",
         "end as soon as the 95 % interval of the job's AU is +- POINTS percentage points or less",
         kMeasuringGroup})
        .needing(
            "workload",
            "expected --workload beside --precision, found none: which job is to be known so precisely?"),
    row<&ProbeAsk::budget>({"budget", 'b', kSeconds, "TIME", "60 s",
                            "measure for about TIME in all; with --precision at most that, 3 min if left out",
                            kMeasuringGroup}),
    row<&ProbeAsk::writes>(
        {"writes", 0, kDirectory, "DIR", "",
         "measure writing too, alone and beside reads, in DIR: absent or empty, on the same storage, "
         "and left as it was",
         kMeasuringGroup}),
    choice<&ProbeAsk::read, ProbeRead::kBuffered, ProbeRead::kDirect, ProbeRead::kBoth>(
        {"read", 0, kChoice, "", "",
         "read through the page cache, past it, or both; left out, as the workload reads, or both",
         kReadingGroup}),
    kEngine,
    kIoThreads,
    kTimeout,
    kEndpoint,
    kRegion,
    kProfile,
    kBucketStyle,
};
constexpr AskTable kProbeTable{"probe", "DIR [key=value]... [options]", kProbeRows};

// Refused before anything is measured: a job that cannot be judged, or that reads in a way that is not.
void add_precision(ProbeOptions& options, const ProbeAsk& ask) {
  const Workload& job = *options.workload;
  const ReadMode own = job.loader.read_mode;
  if (ask.read.given() && *ask.read != ProbeRead::kBoth && to_string(*ask.read) != to_string(own))
    throw UserError(fmt::format(
        "expected --read {} or both beside --precision, found {}: the job reads {}; or set loader.read.mode={}",
        to_string(own), to_string(*ask.read), to_string(own), to_string(*ask.read)));
  require_predictable(job);
  if (!ask.budget.given()) options.budget = ProbeAsk::kMostForPrecision;
  const std::uint32_t count = job.accelerator.count;
  options.precision =
      PrecisionAsk{*ask.precision / 100,
                   fmt::format("{} on {} {}", job.name, count, count == 1 ? "accelerator" : "accelerators"),
                   [job](const StorageSpec& storage, const std::stop_token& stop) {
                     return promise_of(job, storage, stop);
                   }};
}

// What is written within a dataset would be taken for its own.
void refuse_inside(const std::string& writes, const std::string& directory) {
  if (lies_within(writes, directory))
    throw UserError(fmt::format(
        "expected a place for --writes outside {}, found {}; name a directory beside it, on the same storage",
        directory, writes));
}

// There is one way to read an object; what a directory would tell apart is the same.
void read_a_bucket(ProbeOptions& options, const ProbeAsk& ask) {
  if (ask.read.given() && *ask.read != ProbeRead::kBuffered)
    throw UserError(fmt::format(
        "expected --read buffered, or none, to read '{}', found {}: a bucket has neither a page cache nor a way past it",
        options.directory, to_string(*ask.read)));
  options.modes = {options.workload ? options.workload->loader.read_mode : ReadMode::kBuffered};
}

ProbeOptions options_of(const ProbeAsk& ask, const Environment& environment) {
  ProbeOptions options;
  options.directory = *ask.directory;
  options.access = access_of(ask, environment);
  if (ask.workload.given()) options.workload = load_workload(*ask.workload, overrides_of(ask));
  options.budget = *ask.budget;
  if (ask.precision.given()) add_precision(options, ask);
  if (ask.read.given() && *ask.read != ProbeRead::kDirect) options.modes.push_back(ReadMode::kBuffered);
  if (ask.read.given() && *ask.read != ProbeRead::kBuffered) options.modes.push_back(ReadMode::kDirect);
  if (options.precision && options.modes.size() > 1 &&
      options.modes.front() != options.workload->loader.read_mode)
    std::swap(options.modes.front(), options.modes.back());  // the job's first
  if (is_remote(options.directory)) read_a_bucket(options, ask);
  if (ask.writes.given()) {
    refuse_inside(*ask.writes, *ask.directory);
    options.writes = *ask.writes;
  }
  options.engine = *ask.engine;
  options.io_threads = threads_of(*ask.threads);
  options.io_timeout = timeout_of(*ask.timeout);
  return options;
}

// The storage file, once it is known that `predict` will read it.
std::string storage_file(const StorageSpec& storage, const std::string& directory) {
  if (const std::string error = check_storage(storage); !error.empty())
    throw UserError(fmt::format(
        "expected measurements of {} that make a storage file, found: {}; probe it again", directory, error));
  return to_yaml(storage);
}

}  // namespace

std::string_view to_string(ProbeRead read) {
  return read == ProbeRead::kBoth ? "both" : read == ProbeRead::kDirect ? "direct" : "buffered";
}

const AskTable& ProbeAsk::table() const { return kProbeTable; }

void ProbeAsk::check() const {
  if (workload.given()) return;
  if (const std::vector<std::string> overrides = overrides_of(*this); !overrides.empty())
    throw UserError(fmt::format("expected --workload beside '{}', found none; add it", overrides.front()));
}

Answer answer(const ProbeAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  if (context.crew != nullptr && ask.precision.given())
    throw UserError(
        "expected one process for --precision, found several: it measures from one host; leave it out");
  ProbeOutcome found =
      probe(options_of(ask, context.environment), context.stop, context.progress, context.crew);
  Answer out;
  if (context.crew != nullptr && !context.crew->first()) return out;
  out.record = std::move(found.record);
  if (found.partial) {
    out.outcome = Outcome::kPartial;
    out.say.push_back(partial_sentence("no storage file is written from a part of the measurements"));
  } else {
    out.files.push_back({"storage.yaml", storage_file(found.storage, *ask.directory)});
  }
  add_echo(out.record, ask, context);
  return out;
}

}  // namespace aforo
