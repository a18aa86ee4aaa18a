#include "answer/checkpoint.h"
#include "answer/echo.h"

#include "answer/job_rows.h"
#include "base/error.h"
#include "save/save_command.h"

namespace aforo {
namespace {

using namespace rows;

constexpr Row kCheckpointRows[] = {
    kWorkload,
    word<&CheckpointAsk::directory>("directory", "DIR", kDirectory,
                                    "an absent or empty directory, or one that aforo wrote checkpoints to",
                                    kNoDirectory),
    row<&CheckpointAsk::write>({"write", 0, kCount, "N", "",
                                "write N checkpoints; 1 where --read is not given either", kCheckpointGroup})
        .at_most(1'000'000),
    row<&CheckpointAsk::read>(
        {"read", 0, kCount, "N", "",
         "restore N times, the newest checkpoints in turn; 1 where --write is not given either",
         kCheckpointGroup})
        .at_most(1'000'000),
    choice<&CheckpointAsk::restore, RestoreAs::kOwn, RestoreAs::kShifted, RestoreAs::kResharded,
           RestoreAs::kWeights>(
        {"restore", 0, kChoice, "", "own",
         "let each rank read its own files, those of the next rank, its share with another number of --ranks, or "
         "weights alone",
         kCheckpointGroup}),
    row<&CheckpointAsk::ranks>(
        {"ranks", 0, kPositive, "N", "", "restore onto N ranks, with --restore resharded", kCheckpointGroup})
        .at_most(kMostCheckpointRanks),
    row<&CheckpointAsk::verify>({"verify", 0, kFlag, "", "",
                                 "prove that every byte read is the one that was written", kCheckpointGroup}),
    row<&CheckpointAsk::cache_expected>({"cache-expected", 0, kFlag, "", "",
                                         "restore without emptying the page cache before", kCheckpointGroup}),
    row<&CheckpointAsk::gap>({"gap", 0, kSeconds, "TIME", "",
                              "wait for TIME before each checkpoint that is written", kCheckpointGroup}),
    row<&CheckpointAsk::failure_every>(
        {"failure-every", 0, kSeconds, "TIME", "",
         "expect a failure of the job every TIME: says how often a checkpoint pays", kCheckpointGroup}),
    row<&CheckpointAsk::accelerator_price>({"accelerator-price", 0, kDollarsPerHour, "USD/h", "",
                                            "price pauses at this rate per accelerator, as in 6.88/h",
                                            kCheckpointGroup}),
    kSet,
    kDlio,
    kEngine,
    kIoThreads,
    kTimeout,
    row<&CheckpointAsk::dry_run>(
        {"dry-run", 0, kFlag, "", "", "say what would be done, and touch nothing", kOutputGroup}),
};
constexpr AskTable kCheckpointTable{"checkpoint", "W DIR [key=value]... [options]", kCheckpointRows};

SaveOptions save_options(const CheckpointAsk& ask) {
  SaveOptions options;
  options.workload = workload_of(ask, {}, Use::kCheckpoint);
  options.directory = *ask.directory;
  const bool neither = !ask.write.given() && !ask.read.given();
  options.writes = ask.write.given() ? *ask.write : neither ? 1 : 0;
  options.reads = ask.read.given() ? *ask.read : neither || *ask.verify ? 1 : 0;
  options.restore = *ask.restore;
  options.reshard_ranks = static_cast<std::uint32_t>(*ask.ranks);
  options.verify = *ask.verify;
  options.keep_cache = *ask.cache_expected;
  options.gap = *ask.gap;
  options.engine = *ask.engine;
  options.io_threads = threads_of(*ask.threads);
  options.io_timeout = timeout_of(*ask.timeout);
  options.failure_every = ask.failure_every.if_given();
  options.accelerator_price_per_hour = ask.accelerator_price.if_given();
  return options;
}

}  // namespace

const AskTable& CheckpointAsk::table() const { return kCheckpointTable; }

void CheckpointAsk::check() const {
  if (ranks.given() != (*restore == RestoreAs::kResharded))
    throw UserError(
        "expected --restore resharded and --ranks together, found one without the other; give both or none");
  if (write.given() && read.given() && *write == 0 && *read == 0)
    throw UserError(
        "expected checkpoints to write or to read, found --write 0 and --read 0; raise one of them");
}

Answer answer(const CheckpointAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  const SaveOptions options = save_options(ask);
  Answer out;
  const bool first = context.crew == nullptr || context.crew->first();
  if (!first && *ask.dry_run) return out;
  SaveOutcome found =
      *ask.dry_run ? plan_save(options) : save(options, context.stop, context.progress, context.crew);
  if (!first) return out;
  out.record = std::move(found.record);
  if (!found.error.empty()) {
    out.outcome = Outcome::kFailed;
    out.say.push_back(found.error);
  } else if (found.stopped) {
    out.outcome = Outcome::kPartial;
    out.say.push_back(partial_sentence("checkpoints that are whole stay"));
  }
  add_echo(out.record, ask, context);
  return out;
}

}  // namespace aforo
