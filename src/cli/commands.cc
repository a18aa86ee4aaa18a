// The table of commands.
#include "answer/catalogue.h"
#include "answer/checkpoint.h"
#include "answer/generate.h"
#include "answer/inspect.h"
#include "answer/predict.h"
#include "answer/probe.h"
#include "answer/run.h"
#include "answer/size.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/report_command.h"
#include "cli/results.h"
#include "cli/started.h"
#include "serve/serve.h"

namespace aforo {
namespace {

constexpr Example kRunExamples[] = {
    {"aforo run resnet50_h100 /mnt/data --accelerators 4 --epochs 2",
     "four emulated H100s train ResNet-50 on the files in /mnt/data"},
    {"aforo run job.yaml /mnt/data --read direct --find-max --json result.json",
     "how many accelerators does this mount feed, the page cache left out?"},
    {"aforo run --dlio unet3d_h100.yaml /mnt/data workload.reader.read_threads=8 --dry-run",
     "the benchmark's own file with one of its overrides: what would be run?"}};

constexpr Example kGenerateExamples[] = {
    {"aforo generate resnet50_h100 /mnt/data --samples 50000",
     "lay 50,000 samples as this workload has them"},
    {"aforo generate unet3d_h100 /mnt/data --samples 500 --dry-run",
     "how many files and bytes, and do they fit?"},
    {"aforo generate --delete /mnt/data", "remove the generated files again"}};

constexpr Example kCheckpointExamples[] = {
    {"aforo checkpoint job.yaml /mnt/checkpoints --write 10 --read 10 --verify",
     "write ten, read them back, and prove every byte"},
    {"aforo checkpoint job.yaml /mnt/checkpoints checkpoint.model=llama3-8b --dry-run",
     "how many files and bytes of each rank, and do they fit?"},
    {"aforo checkpoint job.yaml /mnt/checkpoints --read 1 --restore resharded --ranks 16",
     "what does it take to go on with 16 ranks?"}};

constexpr Example kInspectExamples[] = {
    {"aforo inspect /mnt/images", "how many samples, how large, in what layout?"},
    {"aforo inspect /mnt/images -o dataset.yaml", "write the dataset block for run, generate and size"},
    {"aforo size resnet50_h100 --dataset dataset.yaml --accelerators 64",
     "use it: what does this dataset need?"}};

constexpr Example kProbeExamples[] = {
    {"aforo probe /mnt/data -o storage.yaml", "what does this mount give, in a minute?"},
    {"aforo probe /mnt/data --workload resnet50_h100 -o storage.yaml",
     "measured with the very reads that this job makes"},
    {"aforo probe /mnt/data --workload resnet50_h100 -n 16 --precision 10 -o storage.yaml",
     "as long as it takes to predict that job to +- 10 points"},
    {"aforo probe /mnt/new --workload job.yaml --budget 3min --read both --json probe.json",
     "on an empty directory: data are laid, measured both ways, and removed"}};

constexpr Example kPredictExamples[] = {
    {"aforo predict resnet50_h100 storage.yaml --accelerators 16",
     "how busy would this storage keep 16 of them, and what would help?"},
    {"aforo predict job.yaml storage.yaml --find-max --read direct", "how many accelerators would it feed?"},
    {"aforo predict unet3d_h100 storage.yaml --sweep accelerators=1..64 --json sweep.json",
     "utilisation over the number of accelerators"},
    {"aforo predict job.yaml storage.yaml --beside other.yaml:8", "the same while another job reads too"}};

constexpr Example kSizeExamples[] = {
    {"aforo size mimic_cxr_densenet_h100 --accelerators 64 --capacity 250TB",
     "what to buy for an X-ray archive?"},
    {"aforo size llama31_8b_tokens_h100 --accelerator-type b200 -n 512 --where cloud --explain",
     "the same in the cloud, every number with formula, inputs and source"},
    {"aforo size --jobs jobs.yaml --price-change ssd=+50% --json -",
     "several jobs on one storage, flash dearer"},
    {"aforo size --portfolio medical-imaging",
     "what is right when it is not known yet what will be trained?"}};

constexpr Example kReportExamples[] = {
    {"aforo report run.json -o report.html", "the run as one page with its pictures, which opens offline"},
    {"aforo report sweep.json monday.json tuesday.json -o report.html",
     "what was measured on two days on the prediction's curve, and beside each other"}};

constexpr Example kCatalogueExamples[] = {
    {"aforo catalogue workloads", "all presets, and what one accelerator asks of storage"},
    {"aforo catalogue workloads unet3d_h100", "one preset in full, with the source of every constant"},
    {"aforo catalogue services aws-s3-standard", "one cloud service: limits, latency and prices"},
    {"aforo catalogue prices ssd", "what flash costs, between which bounds, and who says so"},
    {"aforo catalogue drives --json -", "all drives as a Record on standard output"}};

constexpr Example kServeExamples[] = {
    {"aforo serve", "size and predict in a browser, and see the Records of this directory"},
    {"aforo serve results --port 0", "those of another directory, on any port that is free"}};

constexpr Example kReferenceExamples[] = {
    {"aforo reference > docs/reference.md", "bring the reference up to date"}};

struct ReferenceAsk : Ask {
  const AskTable& table() const override {
    static constexpr AskTable kTable{"reference", "", {}};
    return kTable;
  }
};

Answer answer(const ReferenceAsk&, const Context&) {
  Answer out;
  out.page = reference_markdown();
  return out;
}

template <class A>
std::unique_ptr<Ask> make() {
  return std::make_unique<A>();
}

template <class A>
Answer answer_as(const Ask& ask, const Context& context) {
  return answer(dynamic_cast<const A&>(ask), context);
}

void serve_on(const Ask& ask, Console& console, const std::stop_token& stop) {
  ServeHooks hooks;
  hooks.stop = stop;
  hooks.started = started_now;
  hooks.listening = [&](const std::string& address) {
    console.out << "Open " << address << " (once; Ctrl-C ends it)\n" << std::flush;
  };
  serve(dynamic_cast<const ServeAsk&>(ask), hooks);
}

constexpr Command kCommands[] = {
    {"run", "Train against real storage, and say what limits it",
     "Emulated accelerators take batches from a loader that reads the files in DIR as the framework would, "
     "compute for the step time, and meet at the barrier. Reports accelerator utilisation, stalls, bytes "
     "really read, and what limits them. Options in the first two groups default to what the workload says. "
     "Ctrl-C ends the run and keeps what was measured, marked partial; a second Ctrl-C ends aforo at once.",
     &kRunResults, kRunExamples,
     "0 utilisation is at or above the target; 1 it is below, or could not be judged; 2 the run could not be "
     "done, or not to its end. A --time-limit that is reached is the end that was asked for: 0 or 1 where a "
     "step was done, and the Record says partial.",
     "samples/s", false, make<RunAsk>, answer_as<RunAsk>, nullptr, true},
    {"generate", "Lay a workload's dataset on a directory",
     "Writes files as the workload describes them: sizes, layout, directories; incompressible, checksummed, "
     "the same for the same seed. Called again after an interruption it resumes. Writes only into a "
     "directory that is empty or that aforo generated.",
     &kRecordResults, kGenerateExamples,
     "0 the dataset is complete; 2 it could not be done, or not to its end.", "files/s", false,
     make<GenerateAsk>, answer_as<GenerateAsk>, nullptr, true},
    {"checkpoint", "Write and restore checkpoints, and nothing else",
     "All ranks of the workload's checkpoint block write their files, as its layout has them, then rank 0 commits: a "
     "checkpoint that was cut short is never taken for whole. Contents are incompressible and made before the clock "
     "starts. Then the page cache is emptied and the newest are restored. Times of create, write, fsync, rename and close, "
     "of the slowest rank and of rank 0, bytes by the kernel, and what the pause costs. Writes only into a directory that "
     "is empty or that aforo wrote checkpoints to. docs/checkpoints.md.",
     &kRecordResults, kCheckpointExamples, "0 done; 2 it could not be done, or not to its end.",
     "checkpoints/s", false, make<CheckpointAsk>, answer_as<CheckpointAsk>, nullptr, true},
    {"inspect", "Describe a real dataset",
     "Counts samples, fits their sizes, recognises the layout by content, and writes the dataset block that "
     "run, generate and size accept. Reads names, sizes and headers; writes nothing into DIR.",
     &kDatasetBlockResults, kInspectExamples, "0 done; 2 it could not be done, or not to its end.", "files/s",
     false, make<InspectAsk>, answer_as<InspectAsk>, nullptr, true},
    {"probe", "Measure a storage for a minute, for predictions",
     "Holds 1, 2, 4, ... reads in flight, as far as the rate grows, and measures rate and latency at each, "
     "repeatedly and in random order, with the readers of a training job: whole files, ranges or streams of "
     "shards, as the workload reads them. Data are read cold; a part of them then again from the page "
     "cache. A dataset in DIR is only read; where DIR is absent or empty one is laid, and removed at the "
     "end. The storage file says how sure it is and what could not be found out, and may be edited by hand. "
     "With --precision it takes as long as one job needs to be predicted so narrowly. Started by mpirun or srun "
     "on several hosts it measures what storage gives to all of them and to one. docs/hosts.md.",
     &kStorageFileResults, kProbeExamples, "0 done; 2 it could not be done, or not to its end.", "reads/s",
     false, make<ProbeAsk>, answer_as<ProbeAsk>, nullptr, true},
    {"predict", "Predict a job on a storage that is known as data",
     "Runs the job of 'aforo run' in virtual time against a storage file, or takes closed forms where they "
     "are known to be near: accelerator utilisation with its interval, throughput, stalls by cause, what "
     "limits it, and which single change would help most. How it works and how to read it: "
     "docs/predicting.md.",
     &kNumbersResults, kPredictExamples,
     "0 predicted utilisation is at or above the target, or a sweep was made; 1 it is below; 2 it could not "
     "be done.",
     "", false, make<PredictAsk>, answer_as<PredictAsk>},
    {"size", "Say which storage to buy for a job, and what it costs",
     "From the job and its accelerators: what storage must give (bandwidth, requests, opens, time per "
     "sample, capacity, checkpoints), which designs on premises and in the cloud give it, what each costs a "
     "month with the idle time that it leaves the accelerators, the best of them confirmed in simulation, "
     "and what would turn the answer. The page is a screen; --full shows everything. Formulas: "
     "docs/sizing-requirement.md; designs, money and worked examples: docs/sizing.md.",
     &kDesignResults, kSizeExamples,
     "0 a design serves the jobs; 1 none in the catalogue does; 2 it could not be done.", "", false,
     make<SizeAsk>, answer_as<SizeAsk>},
    {"report", "Show Records as one offline HTML page",
     "The answer first, then pictures, then the evidence: utilisation over time, what accelerators did, "
     "distributions, cost against utilisation, prices, curves; the table behind each picture can be opened, "
     "copied and saved. The file needs no network and asks for nothing. Several Records go on one page, those of "
     "one class beside each other. --html of run, predict, size and probe writes the same page at once.",
     &kPageResults, kReportExamples, "0 done; 2 it could not be done.", "", false, make<ReportAsk>,
     answer_as<ReportAsk>},
    {"catalogue", "List what is known, with source and date",
     "Shows what is shipped, with source, date and kind (measured, published or estimated) of every row: "
     "the workloads and what one accelerator asks of storage; drives, servers for them (nodes), network "
     "cards, cloud services and accelerators; the samples per second that accelerators were seen to train "
     "(rates); what all of it costs, and what it cost before. Files and columns: docs/catalogue.md.",
     &kRecordResults, kCatalogueExamples, "0 done; 2 it could not be done.", "", false, make<CatalogueAsk>,
     answer_as<CatalogueAsk>},
    {"serve", "Size, predict and see Records in a browser",
     "Prints an address of 127.0.0.1 that opens once, in one browser: choose or edit a workload, move accelerators, capacity and "
     "target, and see what storage must give, the designs and what they cost, at once by closed forms and then as simulated; "
     "open and compare the Records of DIR, and keep all of it as files. Nobody else on the network reaches it, and no file "
     "outside DIR is read. Ctrl-C ends it. Paths of its JSON: /openapi.yaml.",
     &kNoResults, kServeExamples, "0 it was ended; 2 it could not begin.", "", false, make<ServeAsk>, nullptr,
     serve_on},
    {"reference", "Print docs/reference.md", "Made from the declarations of options and workload fields.",
     &kNoResults, kReferenceExamples, "0 done.", "", true, make<ReferenceAsk>, answer_as<ReferenceAsk>},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Command* find_command(std::string_view name) {
  for (const Command& command : kCommands)
    if (command.name == name) return &command;
  return nullptr;
}

const AskTable& table_of(const Command& command) { return command.make()->table(); }

std::vector<const Row*> words_of(const Command& command) {
  std::vector<const Row*> out;
  for (const Row& row : table_of(command).rows)
    if (row.is_word) out.push_back(&row);
  return out;
}

std::vector<const Row*> options_of(const Command& command) {
  std::vector<const Row*> out;
  for (const AskTable* table : {&table_of(command), command.results})
    for (const Row& row : table->rows)
      if (!row.is_word) out.push_back(&row);
  return out;
}

}  // namespace aforo
