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

constexpr Positional kSizeWords[] = {{"W", kWorkloadHelp}};
constexpr const Option* kSizeOptions[] = {&kAccelerators, &kBatchSize,    &kWorkers,      &kPrefetch,
                                          &kStepTime,     &kAsynchronous, &kSet,          &kDlio,
                                          &kDataset,      &kRead,         &kTransferSize, &kAcceleratorType,
                                          &kCapacity,     &kTarget,       &kPerHost,      &kExplain,
                                          &kJson,         &kQuiet,        &kHelp};
constexpr Example kSizeExamples[] = {
    {"aforo size resnet50_h100 --accelerators 64 --capacity 220TB", "what must storage do for 64 of them?"},
    {"aforo size unet3d --accelerator-type b200 --accelerators 8 --explain",
     "the same with every formula shown"},
    {"aforo size job.yaml --target 95% --workers 16 --json -", "as a Record on standard output"}};

constexpr Positional kCatalogueWords[] = {{"TOPIC", "workloads"}, {"NAME", "one of them, in full"}};
constexpr const Option* kCatalogueOptions[] = {&kJson, &kQuiet, &kHelp};
constexpr Example kCatalogueExamples[] = {
    {"aforo catalogue workloads", "all presets, and what one accelerator asks of storage"},
    {"aforo catalogue workloads unet3d_h100", "one preset in full, with the source of every constant"}};

constexpr const Option* kReferenceOptions[] = {&kHelp};
constexpr Example kReferenceExamples[] = {
    {"aforo reference > docs/reference.md", "bring the reference up to date"}};

constexpr Command kCommands[] = {
    {"size", "Compute what a job needs of storage", "W [key=value]... [options]",
     "Answers from arithmetic: read bandwidth, requests and opens per second, the time one sample may take, "
     "capacity, "
     "network and memory per host, at the utilisation target. Formulas and a worked example: "
     "docs/sizing-requirement.md.",
     kSizeWords, kSizeOptions, kSizeExamples, "0 done; 2 it could not be done.", true, false, act_size},
    {"catalogue", "List what is known, with source and date", "workloads [NAME] [options]",
     "Shows the workloads that are shipped: what they are, what one accelerator asks of storage, and where "
     "each constant "
     "comes from (measured, published or estimated).",
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
