// The table of commands.
#include "cli/acts.h"
#include "cli/command.h"
#include "cli/option_table.h"

namespace aforo {
namespace {

using namespace rows;

constexpr std::string_view kWorkloadHelp =
    "the job: a preset's name ('aforo catalogue workloads'), a workload file, or a workload file of the "
    "benchmark";

constexpr Positional kRunWords[] = {{"W", kWorkloadHelp}, {"DIR", "the directory that holds the dataset"}};
constexpr const Option* kRunOptions[] = {
    &kAccelerators, &kEpochs,    &kSteps,      &kBatchSize,     &kWorkers,
    &kPrefetch,     &kStepTime,  &kAuTarget,   &kAsynchronous,  &kSet,
    &kDlio,         &kDataset,   &kRead,       &kTransferSize,  &kDeliver,
    &kEngine,       &kIoThreads, &kDropCaches, &kCacheExpected, &kNull,
    &kVerify,       &kOnError,   &kTimeout,    &kFindMax,       &kMaxAccelerators,
    &kStorage,      &kPrice,     &kTimeLimit,  &kNoDiagnose,    &kStepsCsv,
    &kJson,         &kCsv,       &kDryRun,     &kQuiet,         &kHelp};
constexpr Example kRunExamples[] = {
    {"aforo run resnet50_h100 /mnt/data --accelerators 4 --epochs 2",
     "four emulated H100s train ResNet-50 on the files in /mnt/data"},
    {"aforo run job.yaml /mnt/data --read direct --find-max --json result.json",
     "how many accelerators does this mount feed, the page cache left out?"},
    {"aforo run --dlio unet3d_h100.yaml /mnt/data workload.reader.read_threads=8 --dry-run",
     "the benchmark's own file with one of its overrides: what would be run?"}};

constexpr Positional kGenerateWords[] = {
    {"W", kWorkloadHelp}, {"DIR", "an absent or empty directory, or one that aforo generated"}};
constexpr const Option* kGenerateOptions[] = {&kSamples, &kSize,   &kLayout, &kContent, &kSeed,
                                              &kWriters, &kDirect, &kDelete, &kSet,     &kDlio,
                                              &kDataset, &kJson,   &kDryRun, &kQuiet,   &kHelp};
constexpr Example kGenerateExamples[] = {
    {"aforo generate resnet50_h100 /mnt/data --samples 50000",
     "lay 50,000 samples as this workload has them"},
    {"aforo generate unet3d_h100 /mnt/data --samples 500 --dry-run",
     "how many files and bytes, and do they fit?"},
    {"aforo generate --delete /mnt/data", "remove the generated files again"}};

constexpr Positional kInspectWords[] = {{"DIR", "the directory that holds a dataset"}};
constexpr const Option* kInspectOptions[] = {&kDatasetOut, &kScanners, &kJson, &kQuiet, &kHelp};
constexpr Example kInspectExamples[] = {
    {"aforo inspect /mnt/images", "how many samples, how large, in what layout?"},
    {"aforo inspect /mnt/images -o dataset.yaml", "write the dataset block for run, generate and size"},
    {"aforo size resnet50_h100 --dataset dataset.yaml --accelerators 64",
     "use it: what does this dataset need?"}};

constexpr Positional kProbeWords[] = {
    {"DIR", "a directory that holds a dataset, which is only read, or an absent or empty one"}};
constexpr const Option* kProbeOptions[] = {&kProbeWorkload, &kSet,       &kBudget,  &kProbeRead,
                                           &kEngine,        &kIoThreads, &kTimeout, &kStorageOut,
                                           &kJson,          &kQuiet,     &kHelp};
constexpr Example kProbeExamples[] = {
    {"aforo probe /mnt/data -o storage.yaml", "what does this mount give, in a minute?"},
    {"aforo probe /mnt/data --workload resnet50_h100 -o storage.yaml",
     "measured with the very reads that this job makes"},
    {"aforo probe /mnt/new --workload job.yaml --budget 3min --read both --json probe.json",
     "on an empty directory: data are laid, measured both ways, and removed"}};

constexpr Positional kPredictWords[] = {
    {"W", kWorkloadHelp}, {"STORAGE", "the storage file, from 'aforo probe' or written by hand"}};
constexpr const Option* kPredictOptions[] = {
    &kAccelerators,    &kEpochs,          &kSteps,  &kBatchSize, &kWorkers,  &kPrefetch,     &kStepTime,
    &kAuTarget,        &kAsynchronous,    &kSet,    &kDlio,      &kDataset,  &kRead,         &kTransferSize,
    &kFindMax,         &kMaxAccelerators, &kMethod, &kSweep,     &kNoAdvice, &kRanksPerHost, &kBeside,
    &kCheckpointEvery, &kCheckpointPause, &kJson,   &kCsv,       &kQuiet,    &kHelp};
constexpr Example kPredictExamples[] = {
    {"aforo predict resnet50_h100 storage.yaml --accelerators 16",
     "how busy would this storage keep 16 of them, and what would help?"},
    {"aforo predict job.yaml storage.yaml --find-max --read direct", "how many accelerators would it feed?"},
    {"aforo predict unet3d_h100 storage.yaml --sweep accelerators=1..64 --json sweep.json",
     "utilisation over the number of accelerators"},
    {"aforo predict job.yaml storage.yaml --beside other.yaml:8", "the same while another job reads too"}};

constexpr Positional kSizeWords[] = {{"W", kWorkloadHelp}};
constexpr const Option* kSizeOptions[] = {
    &kAccelerators,    &kEpochs,  &kBatchSize, &kWorkers,   &kPrefetch,     &kStepTime,
    &kAsynchronous,    &kSet,     &kDlio,      &kDataset,   &kRead,         &kTransferSize,
    &kAcceleratorType, &kRates,   &kJobs,      &kPortfolio, &kCapacity,     &kDatasetSize,
    &kGrowth,          &kYears,   &kSnapshots, &kDuty,      &kFailureEvery, &kTarget,
    &kPerHost,         &kWhere,   &kProvider,  &kFamily,    &kConfirm,      &kCompareFormats,
    &kSizeSweep,       &kExplain, &kPrices,    &kPriceOf,   &kPriceChange,  &kHourPrice,
    &kHorizon,         &kJson,    &kCsv,       &kQuiet,     &kHelp};
constexpr Example kSizeExamples[] = {
    {"aforo size mimic_cxr_densenet_h100 --accelerators 64 --capacity 250TB",
     "what to buy for an X-ray archive?"},
    {"aforo size llama31_8b_tokens_h100 --accelerator-type b200 -n 512 --where cloud --explain",
     "the same in the cloud, every number with formula, inputs and source"},
    {"aforo size --jobs jobs.yaml --price-change ssd=+50% --json -",
     "several jobs on one storage, flash dearer"},
    {"aforo size --portfolio medical-imaging",
     "what is right when it is not known yet what will be trained?"}};

constexpr Positional kCatalogueWords[] = {
    {"TOPIC", "workloads, drives, nodes, nics, services, accelerators, rates, prices or price-history"},
    {"NAME", "one of them, in full; of rates also an accelerator, of prices also a group"}};
constexpr const Option* kCatalogueOptions[] = {&kJson, &kQuiet, &kHelp};
constexpr Example kCatalogueExamples[] = {
    {"aforo catalogue workloads", "all presets, and what one accelerator asks of storage"},
    {"aforo catalogue workloads unet3d_h100", "one preset in full, with the source of every constant"},
    {"aforo catalogue services aws-s3-standard", "one cloud service: limits, latency and prices"},
    {"aforo catalogue prices ssd", "what flash costs, between which bounds, and who says so"},
    {"aforo catalogue drives --json -", "all drives as a Record on standard output"}};

constexpr const Option* kReferenceOptions[] = {&kHelp};
constexpr Example kReferenceExamples[] = {
    {"aforo reference > docs/reference.md", "bring the reference up to date"}};

constexpr Command kCommands[] = {
    {"run", "Train against real storage, and say what limits it", "W DIR [key=value]... [options]",
     "Emulated accelerators take batches from a loader that reads the files in DIR as the framework would, "
     "compute for "
     "the step time, and meet at the barrier. Reports accelerator utilisation, stalls, bytes really read, "
     "and what limits "
     "them. Options in the first two groups default to what the workload says. Ctrl-C ends the run and keeps "
     "what was "
     "measured, marked partial; a second Ctrl-C ends aforo at once.",
     kRunWords, kRunOptions, kRunExamples,
     "0 utilisation is at or above the target; 1 it is below; 2 the run could not be done, or not to its "
     "end. A --time-limit that is reached is the end that was asked for: 0 or 1, and the Record says "
     "partial.",
     true, false, act_run},
    {"generate", "Lay a workload's dataset on a directory", "W DIR [key=value]... [options]",
     "Writes files as the workload describes them: sizes, layout, directories; incompressible, checksummed, "
     "the same for "
     "the same seed. Called again after an interruption it resumes. Writes only into a directory that is "
     "empty or that "
     "aforo generated.",
     kGenerateWords, kGenerateOptions, kGenerateExamples,
     "0 the dataset is complete; 2 it could not be done, or not to its end.", true, false, act_generate},
    {"inspect", "Describe a real dataset", "DIR [options]",
     "Counts samples, fits their sizes, recognises the layout by content, and writes the dataset block that "
     "run, generate "
     "and size accept. Reads names, sizes and headers; writes nothing into DIR.",
     kInspectWords, kInspectOptions, kInspectExamples, "0 done; 2 it could not be done, or not to its end.",
     false, false, act_inspect},
    {"probe", "Measure a storage for a minute, for predictions", "DIR [key=value]... [options]",
     "Holds 1, 2, 4, ... reads in flight, as far as the rate grows, and measures rate and latency at each, "
     "repeatedly and in random order, with the readers of a training job: whole files, ranges or streams of "
     "shards, as "
     "the workload reads them. Data are read cold; a part of them then again from the page cache. A dataset "
     "in "
     "DIR is only "
     "read; where DIR is absent or empty one is laid, and removed at the end. The storage file says how sure "
     "it "
     "is, and "
     "may be edited by hand.",
     kProbeWords, kProbeOptions, kProbeExamples, "0 done; 2 it could not be done, or not to its end.", true,
     false, act_probe},
    {"predict", "Predict a job on a storage that is known as data", "W STORAGE [key=value]... [options]",
     "Runs the job of 'aforo run' in virtual time against a storage file, or takes closed forms where they "
     "are "
     "known to be near: accelerator utilisation with its interval, throughput, stalls by cause, what limits "
     "it, "
     "and which single change would help most. How it works and how to read it: docs/predicting.md.",
     kPredictWords, kPredictOptions, kPredictExamples,
     "0 predicted utilisation is at or above the target, or a sweep was made; 1 it is below; 2 it could not "
     "be "
     "done.",
     true, false, act_predict},
    {"size", "Say which storage to buy for a job, and what it costs", "W [key=value]... [options]",
     "From the job and its accelerators: what storage must give (bandwidth, requests, opens, time per "
     "sample, "
     "capacity, checkpoints), which designs on premises and in the cloud give it, what each costs a month "
     "with the "
     "idle time that it leaves the accelerators, the best of them confirmed in simulation, and what would "
     "turn the "
     "answer. Formulas: docs/sizing-requirement.md; designs, money and worked examples: docs/sizing.md.",
     kSizeWords, kSizeOptions, kSizeExamples,
     "0 a design serves the jobs; 1 none in the catalogue does; 2 it could not be done.", true, false,
     act_size},
    {"catalogue", "List what is known, with source and date", "TOPIC [NAME] [options]",
     "Shows what is shipped, with source, date and kind (measured, published or estimated) of every row: the "
     "workloads and what one accelerator asks of storage; drives, servers for them (nodes), network cards, "
     "cloud services and accelerators; the samples per second that accelerators were seen to train (rates); "
     "what all of it costs, and what it cost before. Files and columns: docs/catalogue.md.",
     kCatalogueWords, kCatalogueOptions, kCatalogueExamples, "0 done; 2 it could not be done.", false, false,
     act_catalogue},
    {"reference",
     "Print docs/reference.md",
     "",
     "Made from the declarations of options and workload fields.",
     {},
     kReferenceOptions,
     kReferenceExamples,
     "0 done.",
     false,
     true,
     act_reference},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  for (const Command& command : kCommands)
    if (command.name == name) return &command;
  return nullptr;
}

}  // namespace aforo
