// The rows: every option of every command, declared here and nowhere else.
#pragma once

#include "cli/options.h"

namespace aforo::rows {

using enum ValueKind;

inline constexpr std::string_view kJob = "Job";
inline constexpr std::string_view kReading = "Reading";
inline constexpr std::string_view kMeasuring = "Measuring";
inline constexpr std::string_view kData = "Dataset";
inline constexpr std::string_view kPredicting = "Predicting";
inline constexpr std::string_view kSizing = "Sizing";
inline constexpr std::string_view kMoney = "Money";
inline constexpr std::string_view kOutput = "Output";

// What the job is. Defaults come from the workload, so none is shown.
inline constexpr Option kSet{
    "set", 's', kAssignment, "KEY=VALUE", "", "set a workload field, as in --set loader.workers=8",
    kJob,  {},  {},          true};
inline constexpr Option kDlio{
    "dlio", 0,  kFile,
    "FILE", "", "read the workload W from the benchmark's own workload file; W is then left out",
    kJob};
inline constexpr Option kDataset{
    "dataset", 0, kFile, "FILE", "", "take the dataset block from FILE, as 'aforo inspect -o FILE' writes it",
    kJob};
inline constexpr Option kAccelerators{"accelerators",       'n',  kPositive,          "N", "",
                                      "use N accelerators", kJob, "accelerator.count"};
inline constexpr Option kEpochs{"epochs", 'e', kPositive, "E", "", "train E epochs", kJob, "training.epochs"};
inline constexpr Option kSteps{"steps",         0, kPositive, "S", "", "end each epoch after S steps", kJob,
                               "training.steps"};
inline constexpr Option kBatchSize{
    "batch-size", 'b', kPositive, "B", "", "put B samples in a batch", kJob, "loader.batch_size"};
inline constexpr Option kWorkers{
    "workers", 'w', kCount, "W", "", "load with W workers per accelerator", kJob, "loader.workers"};
inline constexpr Option kPrefetch{
    "prefetch",       0, kCount, "P", "", "let the loader run P batches ahead (pytorch: per worker)", kJob,
    "loader.prefetch"};
inline constexpr Option kStepTime{
    "step-time", 0, kSeconds, "TIME", "", "compute TIME on each batch", kJob, "accelerator.step_time"};
inline constexpr Option kAuTarget{
    "au-target",         0, kFraction, "SHARE", "", "judge against this accelerator utilisation", kJob,
    "training.au_target"};
inline constexpr Option kAsynchronous{
    "asynchronous",         0,      kFlag, "", "", "leave out the barrier after every step", kJob,
    "training.synchronous", "false"};

// How it is read.
inline constexpr Option kRead{"read",   0,
                              kChoice,  "buffered|direct",
                              "",       "read through the page cache, or past it (O_DIRECT)",
                              kReading, "loader.read.mode"};
inline constexpr Option kTransferSize{"transfer-size",
                                      0,
                                      kBytes,
                                      "SIZE",
                                      "",
                                      "read in requests of SIZE",
                                      kReading,
                                      "loader.read.transfer_size"};
inline constexpr Option kDeliver{"deliver", 0,
                                 kChoice,   "discard|batch",
                                 "",        "drop what was read, or also copy it into batch buffers",
                                 kReading,  "loader.deliver"};
inline constexpr Option kEngine{
    "engine", 0,
    kChoice,  "auto|io_uring|threads",
    "auto",   "choose how bytes move; auto takes io_uring where the kernel allows it",
    kReading};
inline constexpr Option kIoThreads{"threads", 'j', kCount, "N", "0", "run N I/O loops; 0 is one per core",
                                   kReading};
inline constexpr Option kDropCaches{
    "drop-caches", 0, kFlag, "", "", "empty the page cache of the dataset before every epoch", kReading};
inline constexpr Option kCacheExpected{
    "cache-expected", 0, kFlag, "", "", "do not flag a run that the page cache served: a warm run is wanted",
    kReading};
inline constexpr Option kNull{
    "null", 0, kFlag, "", "", "read nothing at all: the ceiling of this client for this workload", kReading};
inline constexpr Option kVerify{
    "verify", 0, kFlag, "", "", "prove that every sample read is the one that was generated", kReading};
inline constexpr Option kOnError{
    "on-error",  0,      kChoice,
    "stop|skip", "stop", "end at the first sample that cannot be read, or count it and go on",
    kReading};
inline constexpr Option kTimeout{
    "timeout", 0, kSeconds, "TIME", "30 s", "give up on a read after TIME; 0s is never", kReading};

// What is measured.
inline constexpr Option kFindMax{
    "find-max", 0, kFlag, "", "", "find the largest number of accelerators that stays at the target",
    kMeasuring};
inline constexpr Option kMaxAccelerators{
    "max-accelerators", 0, kPositive, "N", "", "let --find-max try at most N", kMeasuring};
inline constexpr Option kPrice{"accelerator-price",
                               0,
                               kDollarsPerHour,
                               "USD/h",
                               "",
                               "price stalls at this rate per accelerator, as in 6.88/h",
                               kMeasuring};
inline constexpr Option kTimeLimit{
    "time-limit", 0, kSeconds, "TIME", "", "end the run after TIME; 0s is never", kMeasuring};
inline constexpr Option kNoDiagnose{
    "no-diagnose", 0, kFlag, "", "", "skip the short extra runs that tell storage from client and loader",
    kMeasuring};
inline constexpr Option kStepsCsv{"steps-csv", 0, kFile, "FILE", "", "write every step of every rank to FILE",
                                  kMeasuring};

inline constexpr Option kStorage{
    "storage", 0, kFile, "FILE", "", "predict the run from this storage file first, and print the difference",
    kMeasuring};

// What is predicted.
inline constexpr Option kMethod{
    "method",   0,
    kChoice,    "auto|closed|simulate",
    "auto",     "predict by formulas or by simulation; auto takes formulas where they are near",
    kPredicting};
inline constexpr Option kSweep{
    "sweep",      0,  kText,
    "KEY=VALUES", "", "predict for each value, as in accelerators=1..64 or workers=1,4,16",
    kPredicting};
inline constexpr Option kRanksPerHost{
    "per-host", 0, kPositive, "N", "", "put N accelerators in a host; without it all share one", kPredicting};
inline constexpr Option kBeside{
    "beside",    0,  kText, "W[:N]", "", "let another job of N accelerators use the storage meanwhile",
    kPredicting, {}, {},    true};
inline constexpr Option kCheckpointEvery{
    "checkpoint-every", 0, kPositive, "STEPS", "", "pause for a checkpoint every STEPS steps of an epoch",
    kPredicting};
inline constexpr Option kCheckpointPause{"checkpoint-pause",           0,          kSeconds, "TIME", "",
                                         "let such a pause last TIME", kPredicting};
inline constexpr Option kNoAdvice{
    "no-advice", 0, kFlag, "", "", "skip the simulations that tell which change would help most",
    kPredicting};

// The dataset that is generated.
inline constexpr Option kSamples{"samples",       'n',   kPositive,        "N", "",
                                 "lay N samples", kData, "dataset.samples"};
inline constexpr Option kSize{
    "size", 0, kBytes, "SIZE", "", "make every sample SIZE", kData, "dataset.sample_size"};
inline constexpr Option kLayout{"layout", 0,
                                kChoice,  "file-per-sample|tfrecord|records",
                                "",       "choose how samples lie in files",
                                kData,    "dataset.layout"};
inline constexpr Option kContent{
    "content",        0, kChoice, "raw|jpeg|npz", "", "choose what a file per sample holds", kData,
    "dataset.content"};
inline constexpr Option kSeed{"seed",        0, kCount, "N", "", "decide sizes and bytes by this seed", kData,
                              "dataset.seed"};
inline constexpr Option kWriters{"threads", 'j', kCount, "N", "0", "write with N threads; 0 is one per core",
                                 kData};
inline constexpr Option kDirect{"direct", 0, kFlag, "", "", "write past the page cache (O_DIRECT)", kData};
inline constexpr Option kDelete{
    "delete", 0, kFlag, "", "", "remove what aforo generated in DIR, and nothing else; W is then left out",
    kData};
inline constexpr Option kScanners{
    "threads", 'j', kCount, "N", "0", "scan with N threads; 0 is twice the cores", kData};
inline constexpr Option kDatasetOut{
    "output", 'o', kFile, "FILE", "", "write the dataset block to FILE; - is standard output", kData};

// What a probe reads, and for how long.
inline constexpr Option kProbeWorkload{
    "workload", 0, kText, "W", "", "measure the reads that this job makes: a preset or a workload file",
    kData};
inline constexpr Option kProbeRead{
    "read",  0,
    kChoice, "buffered|direct|both",
    "",      "read through the page cache, past it, or both; left out, as the workload reads, or both",
    kReading};
inline constexpr Option kBudget{"budget",  'b', kSeconds, "TIME", "60 s", "measure for about TIME in all",
                                kMeasuring};
inline constexpr Option kStorageOut{
    "output", 'o', kFile, "FILE", "", "write the storage file to FILE; - is standard output", kOutput};

// What is sized.
inline constexpr Option kAcceleratorType{"accelerator-type",
                                         0,
                                         kText,
                                         "TYPE",
                                         "",
                                         "size for this accelerator; its step time must be known",
                                         kSizing};
inline constexpr Option kCapacity{
    "capacity", 0, kBytes, "SIZE", "", "hold SIZE in all, not only this job's dataset", kSizing};
inline constexpr Option kTarget{"target",  't',
                                kFraction, "SHARE",
                                "",        "keep accelerators this busy, as in 0.9 or 90%",
                                kSizing,   "training.au_target"};
inline constexpr Option kPerHost{"per-host", 0, kPositive, "N", "8", "put N accelerators in a host", kSizing};
inline constexpr Option kJobs{
    "jobs", 0, kFile, "FILE", "", "size for the jobs of FILE on one storage; W is then left out", kSizing};
inline constexpr Option kPortfolio{
    "portfolio", 0,  kText,
    "NAME|FILE", "", "choose for jobs that may come, each with a weight; W is then left out",
    kSizing};
inline constexpr Option kDatasetSize{
    "dataset-size", 0, kBytes, "SIZE", "", "let the job read SIZE in every epoch", kSizing};
inline constexpr Option kDuty{"duty", 0, kFraction, "SHARE", "1", "run the job for this share of the time",
                              kSizing};
inline constexpr Option kGrowth{
    "growth", 0, kShare, "SHARE", "0", "let the capacity grow by this share every year", kSizing};
inline constexpr Option kYears{"years", 0, kCount, "N", "0", "hold what has grown after N years", kSizing};
inline constexpr Option kSnapshots{
    "snapshots", 0, kShare, "SHARE", "0", "keep this share of the capacity again, as snapshots", kSizing};
inline constexpr Option kFailureEvery{
    "failure-every", 0,  kSeconds,
    "TIME",          "", "expect a failure of the job every TIME: sets the checkpoints' pace",
    kSizing};
inline constexpr Option kRates{"rates", 0,
                               kChoice, "benchmark|training",
                               "",      "take the step time from this set of the catalogue's rates",
                               kSizing};
inline constexpr Option kWhere{"where", 0, kChoice, "any|on-premises|cloud", "any", "look for designs there",
                               kSizing};
inline constexpr Option kProvider{
    "provider", 0, kText, "NAME", "", "look at this cloud's services only: aws, gcp, azure", kSizing};
inline constexpr Option kFamily{"family", 0, kText, "NAME", "", "look at designs of this family only",
                                kSizing};
inline constexpr Option kConfirm{
    "confirm", 0, kCount, "N", "10", "simulate the best N designs; 0 leaves it at closed forms", kSizing};
inline constexpr Option kCompareFormats{"compare-formats",
                                        0,
                                        kFlag,
                                        "",
                                        "",
                                        "size the same data as files, shards of several sizes, and npz",
                                        kSizing};
inline constexpr Option kSizeSweep{
    "sweep",      0,  kText,
    "KEY=VALUES", "", "size for each value, as in accelerators=64,128 or target=80%,90%,95%",
    kSizing};
inline constexpr Option kPrices{
    "prices", 0, kFile, "FILE", "", "take prices from a CSV of item,value,unit over the shipped ones",
    kMoney};
inline constexpr Option kPriceOf{
    "price", 0, kText, "ITEM=VALUE", "", "set one price, as in tlc=\"120 USD/TB\"", kMoney, {}, {}, true};
inline constexpr Option kPriceChange{
    "price-change", 0,  kText, "NAME=CHANGE", "", "change a group of prices or an item, as in ssd=+50%",
    kMoney,         {}, {},    true};
inline constexpr Option kHourPrice{"accelerator-price",
                                   0,
                                   kDollarsPerHour,
                                   "USD/h",
                                   "",
                                   "price an accelerator-hour at this rate, as in 6.88/h",
                                   kMoney};
inline constexpr Option kHorizon{
    "horizon", 0, kPositive, "MONTHS", "36", "compare owning and renting over so many months", kMoney};
inline constexpr Option kExplain{
    "explain", 0, kFlag, "", "", "show formula, inputs and source of every number", kSizing};

// What comes out.
inline constexpr Option kJson{"json", 0, kFile, "FILE", "", "write the Record to FILE; - is standard output",
                              kOutput};
inline constexpr Option kCsv{
    "csv",  0,  kFile,
    "FILE", "", "write the Record's plain numbers as one CSV row to FILE; of 'size' one row per design",
    kOutput};
inline constexpr Option kDryRun{"dry-run", 0, kFlag, "", "", "say what would be done, and touch nothing",
                                kOutput};
inline constexpr Option kQuiet{"quiet", 'q', kFlag, "", "", "print neither progress nor table", kOutput};
inline constexpr Option kHelp{"help", 'h', kFlag, "", "", "show this help", kOutput};

}  // namespace aforo::rows
