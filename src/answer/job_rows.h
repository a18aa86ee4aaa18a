// The rows that several commands share, for their tables. Constants.
//
// A row that means the same everywhere stands here once, so that its name, help and key cannot
// drift apart between commands. A command that refuses it beside an option of its own says so on
// that option (`excluding`), not on a copy of this one.
#pragma once

#include "answer/job_ask.h"
#include "answer/make_row.h"

namespace aforo::rows {

using enum ValueKind;

// One text for the word W and for options that take a workload.
inline constexpr std::string_view kWorkloadHelp =
    "the job: a preset's name ('aforo catalogue workloads'), a workload file, or a workload file of the benchmark";

// W, the first word of run, predict, size and generate. Required, but left out where another option
// names the job: --dlio, --jobs, --portfolio, --delete.
inline constexpr Row kWorkload = word<&WorkloadAsk::workload>(
    "workload", "W", kFileOrName, kWorkloadHelp,
    "expected a workload, as in 'aforo {command} {usage}', found none; see 'aforo catalogue workloads'");

// The refusal where DIR is missing; the names in braces are filled in by refuse_contradictions.
inline constexpr std::string_view kNoDirectory =
    "expected a directory, as in 'aforo {command} {usage}', found none; see 'aforo {command} --help'";

// What the job is. Defaults come from the workload, so none is shown: an option of this group
// that is not given changes nothing.
//
// --set reaches every field of the workload; the options below are the fields that people change
// most, with the key that each of them sets.
inline constexpr Row kSet = row<&FieldsAsk::set>({"set",
                                                  's',
                                                  kAssignment,
                                                  "KEY=VALUE",
                                                  "",
                                                  "set a workload field, as in --set loader.workers=8",
                                                  kJobGroup,
                                                  {},
                                                  {},
                                                  true});
// The word W is a file's path or a name that is looked up, so a file of the benchmark may be given
// as W too; --dlio is for one that is not recognised as such.
inline constexpr Row kDlio =
    row<&WorkloadAsk::dlio>({"dlio", 0, kFile, "FILE", "",
                             "read the workload W from the benchmark's own workload file; W is then left out",
                             kJobGroup})
        .refusing("workload", "expected no workload beside --dlio, found '{value}'; leave W out");
inline constexpr Row kDataset = row<&WorkloadAsk::dataset>(
    {"dataset", 0, kFile, "FILE", "",
     "take the dataset block from FILE, as 'aforo inspect -o FILE' writes it", kJobGroup});
// Accelerators of one host, or to be tried: no more than a job may have (accelerator.count).
inline constexpr std::uint64_t kMostAccelerators = 1'000'000;
inline constexpr Row kAccelerators = row<&JobAsk::accelerators>(
    {"accelerators", 'n', kPositive, "N", "", "use N accelerators", kJobGroup, "accelerator.count"});
inline constexpr Row kEpochs =
    row<&JobAsk::epochs>({"epochs", 'e', kPositive, "E", "", "train E epochs", kJobGroup, "training.epochs"});
inline constexpr Row kSteps = row<&JobAsk::steps>(
    {"steps", 0, kPositive, "S", "", "end each epoch after S steps", kJobGroup, "training.steps"});
inline constexpr Row kBatchSize = row<&JobAsk::batch_size>(
    {"batch-size", 'b', kPositive, "B", "", "put B samples in a batch", kJobGroup, "loader.batch_size"});
inline constexpr Row kWorkers = row<&JobAsk::workers>(
    {"workers", 'w', kCount, "W", "", "load with W workers per accelerator", kJobGroup, "loader.workers"});
inline constexpr Row kPrefetch = row<&JobAsk::prefetch>(
    {"prefetch", 0, kCount, "P", "", "let the loader run P batches ahead (pytorch: per worker)", kJobGroup,
     "loader.prefetch"});
inline constexpr Row kStepTime = row<&JobAsk::step_time>(
    {"step-time", 0, kSeconds, "TIME", "", "compute TIME on each batch", kJobGroup, "accelerator.step_time"});
inline constexpr Row kAuTarget =
    row<&JobAsk::au_target>({"au-target", 0, kFraction, "SHARE", "",
                             "judge against this accelerator utilisation", kJobGroup, "training.au_target"});
// The one flag with a key: it sets `false`, since the workload's field says the opposite.
inline constexpr Row kAsynchronous =
    row<&JobAsk::asynchronous>({"asynchronous", 0, kFlag, "", "", "leave out the barrier after every step",
                                kJobGroup, "training.synchronous", "false"});

// How it is read. The first three are fields of the workload (a loader's habits),
// the rest is this machine's.
inline constexpr Row kRead = choice<&JobAsk::read, ReadMode::kBuffered, ReadMode::kDirect>(
    {"read", 0, kChoice, "", "", "read through the page cache, or past it (O_DIRECT)", kReadingGroup,
     "loader.read.mode"});
inline constexpr Row kTransferSize =
    row<&JobAsk::transfer_size>({"transfer-size", 0, kBytes, "SIZE", "", "read in requests of SIZE",
                                 kReadingGroup, "loader.read.transfer_size"});
inline constexpr Row kDeliver = choice<&JobAsk::deliver, Deliver::kDiscard, Deliver::kBatch>(
    {"deliver", 0, kChoice, "", "", "drop what was read, or also copy it into batch buffers", kReadingGroup,
     "loader.deliver"});
// The defaults in these rows are those of EngineAsk's members; a test holds the two together.
inline constexpr Row kEngine = named<&EngineAsk::engine, engine_named>(
    {"engine", 0, kChoice, "", "auto",
     "choose how bytes move; auto takes io_uring where the kernel allows it", kReadingGroup},
    engine_words);
inline constexpr Row kIoThreads = row<&EngineAsk::threads>(
    {"threads", 'j', kCount, "N", "0", "run N I/O loops; 0 is one per core", kReadingGroup});
inline constexpr Row kTimeout = row<&EngineAsk::timeout>(
    {"timeout", 0, kSeconds, "TIME", "30 s", "give up on a read after TIME; 0s is never", kReadingGroup});

// How a bucket is reached; the defaults of all four are found where the usual tools look.
inline constexpr Row kEndpoint = row<&RemoteAsk::endpoint>(
    {"endpoint", 0, kText, "URL", "",
     "reach s3:// at URL: http://HOST:PORT; else AWS_ENDPOINT_URL, or Amazon", kBucketGroup});
inline constexpr Row kRegion =
    row<&RemoteAsk::region>({"region", 0, kText, "NAME", "",
                             "sign for region NAME; else AWS_REGION, or the profile's", kBucketGroup});
inline constexpr Row kProfile =
    row<&RemoteAsk::profile>({"profile", 0, kText, "NAME", "",
                              "take keys and settings from profile NAME of the AWS files", kBucketGroup});
inline constexpr Row kBucketStyle =
    choice<&RemoteAsk::bucket_style, BucketStyle::kAuto, BucketStyle::kPath, BucketStyle::kHost>(
        {"bucket-style", 0, kChoice, "", "auto", "put the bucket's name into the path, or before the host's",
         kBucketGroup});

// Of a command whose page is a screen: the option that asks for all of it.
template <auto Member>
inline constexpr Row kFullRow = row<Member>({"full", 0, kFlag, "", "",
                                             "show all that is known, and not the first screen alone",
                                             kOutputGroup});

}  // namespace aforo::rows
