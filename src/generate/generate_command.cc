#include "generate/generate_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/parallel_for.h"
#include "base/random.h"
#include "base/units.h"
#include "dataset/format.h"
#include "generate/generate_files.h"
#include "generate/generate_plan.h"
#include "generate/generation.h"
#include "hosts/same_job.h"
#include "storage/open_store.h"
#include "storage/store.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

// `others`: what the other hosts came to, as far as it is known. What is checked they are taken to be as far with.
Progress progress_of(const GenerateCounters& counters, const GenerateCounters& others, std::uint32_t hosts,
                     const GeneratePlan& plan, Seconds elapsed) {
  const FileId below = plan.manifest.files_written;
  const std::uint64_t checked = std::min<std::uint64_t>(counters.checked * hosts, below);
  const std::uint64_t files = counters.files + others.files, kept = counters.kept + others.kept;
  const bool checking = checked < below && files == 0 && kept == 0;
  Progress progress;
  progress.elapsed = elapsed;
  progress.phase = checking ? "checking" : "writing";
  const auto done = static_cast<double>(checking ? checked : below + kept + files);
  const double bytes = static_cast<double>(counters.bytes + others.bytes);
  progress.step = static_cast<std::uint64_t>(done);
  progress.steps = plan.manifest.files;
  // Large files count while they are written: by bytes where that says more than whole files do.
  const double by_files = done / static_cast<double>(plan.manifest.files);
  const double by_bytes =
      bytes / static_cast<double>(std::max<std::uint64_t>(plan.layout->stored_bytes(), 1));
  progress.fraction = std::min(1.0, checking ? by_files : std::max(by_files, by_bytes));
  if (progress.elapsed.value > 0) {
    progress.bytes_per_second = bytes / progress.elapsed.value;
    progress.samples_per_second = static_cast<double>(files) / progress.elapsed.value;
  }
  return progress;
}

// Of sizes that are drawn, the share below `least`.
double share_below(const Law& sizes, std::uint64_t least) {
  constexpr int kDraws = 1000;  // chosen: a share that is worth a word is seen
  Random random(1);
  int below = 0;
  for (int i = 0; i < kDraws; ++i) below += draw(sizes, random) < static_cast<double>(least) ? 1 : 0;
  return static_cast<double>(below) / kDraws;
}

void warn_of_least_size(Json& record, const DatasetSpec& data) {
  const std::uint64_t least = stored_format(data.layout, data.content).min_bytes();
  const double share = share_below(data.sample_size, least);
  if (share > 0)
    record["warnings"].push_back(fmt::format(
        "{} of the samples are written larger than dataset.sample_size says: {} takes {} at least",
        format_percent(share), to_string(data.content), format_bytes({least})));
}

void describe_ask(Json& record, const GenerateOptions& options) {
  record["directory"] = options.directory;
  for (const std::string& warning : options.workload.warnings) record["warnings"].push_back(warning);
  warn_of_least_size(record, options.workload.dataset);
  if (options.workload.name.empty()) return;
  record["config"]["workload"] = options.workload.name;
  record["config"]["origin"] = options.workload.origin;
}

bool is_full(int error) { return error == ENOSPC || error == EDQUOT; }

std::string sentence_of(const WriteFailure& failure, const GeneratePlan& plan, const Manifest& manifest,
                        std::uint64_t bytes, const std::string& directory) {
  const std::string_view what = is_full(failure.error) ? "a full disk" : "an error";
  return fmt::format(
      "expected to write {} files to {} ({}), found {} at {} ({}) after at least {} of them and {} in "
      "this call: what is "
      "written is kept; free space or mend the target, then give the same command to resume",
      plan.manifest.files, directory, plan.space.filesystem, what, failure.path,
      describe_errno(failure.error), manifest.files_written, format_bytes({bytes}));
}

std::string foreign_sentence(const std::string& path, const std::string& found,
                             const std::string& directory) {
  return fmt::format(
      "expected {} in {} to be absent or as the dataset has it, found {} that is not: it is left as it is; move it "
      "away, then give the same command to resume",
      path, directory, found);
}

// Of those that are written together.
void set_rates(Json& json, std::uint64_t files, std::uint64_t bytes, Seconds elapsed) {
  if (elapsed.value <= 0 || files == 0) return;
  set_number(json, "bytes_per_second", static_cast<double>(bytes) / elapsed.value);
  set_number(json, "files_per_second", static_cast<double>(files) / elapsed.value);
}

void add_results(Json& record, const Generation& generation, Seconds elapsed, bool remote) {
  const Manifest& state = generation.state();
  ShareTold all;
  for (const ShareTold& host : generation.told()) {
    all.files += host.files, all.bytes += host.bytes, all.skipped += host.skipped, all.cpu += host.cpu;
    all.direct_refused = all.direct_refused || host.direct_refused;
    all.times.merge(host.times);
  }
  record["seconds"] = elapsed.value;
  record["files_written"] = all.files;
  record["bytes_written"] = all.bytes;
  set_rates(record, all.files, all.bytes, elapsed);
  set_number(record, "cpu_seconds", all.cpu.value);
  record["skipped_files"] = all.skipped;
  record["state"] = to_string(state.state);
  record["files_complete"] = state.files_written;
  record["partial"] = state.state != Manifest::State::kComplete;
  record["durable"] = remote ? "put" : "syncfs";
  record["create_seconds"] = percentiles(all.times.create);
  record["write_seconds"] = percentiles(all.times.write);
  if (all.direct_refused)
    record["warnings"].push_back("this file system has no O_DIRECT: written through the page cache");
}

void add_hosts(Json& record, const Generation& generation, const Crew& crew) {
  Json hosts = Json::array();
  for (std::uint32_t h = 0; h < crew.hosts(); ++h) {
    const ShareTold& told = generation.told()[h];
    Json host{{"name", crew.name(h)},          {"process", h},
              {"files_written", told.files},   {"bytes_written", told.bytes},
              {"skipped_files", told.skipped}, {"seconds", told.seconds.value},
              {"cpu_seconds", told.cpu.value}};
    set_rates(host, told.files, told.bytes, told.seconds);
    hosts.push_back(std::move(host));
  }
  record["hosts"] = std::move(hosts);
  if (const auto missing = generation.missing(); !missing.empty()) record["hosts_missing"] = missing;
}

// Why it did not come to its end, with the host's name where it is another than the first's; empty where it did, and after a stop.
std::string why_ended(const Generation& generation, const GeneratePlan& plan, const std::string& directory,
                      const Crew* crew) {
  if (const auto& failure = generation.failure()) {
    std::uint64_t bytes = 0;
    for (const ShareTold& host : generation.told()) bytes += host.bytes;
    const std::string sentence =
        failure->error == EEXIST
            ? foreign_sentence(failure->path, generation.entry_at(failure->path), directory)
            : sentence_of(*failure, plan, generation.state(), bytes, directory);
    const std::uint32_t host = generation.failed_host();
    return host == 0 ? sentence : crew->name(host) + ": " + sentence;
  }
  const std::vector<std::string> missing = generation.missing();
  if (missing.empty()) return "";
  return nothing_of(missing,
                    "what is written is kept: give the same command to resume, with any number of processes");
}

void refuse_direct(const GenerateOptions& options) {
  if (options.direct && is_remote(options.directory))
    throw UserError(fmt::format(
        "expected no --direct beside '{}', found it: an object store has no page cache to write past; leave it out",
        options.directory));
}

// Before anything is touched; absent = it can be. A dataset that is complete needs no writing.
std::optional<std::string> why_not_laid(const GeneratePlan& plan, const Store& store) {
  if (plan.unfit) return plan.unfit;
  const int error = store.may_write();
  if (error == 0 || (plan.resumes && plan.manifest.state == Manifest::State::kComplete)) return std::nullopt;
  return fmt::format("expected a directory that can be written, found {} for '{}'; choose another place",
                     describe_errno(error), store.where());
}

}  // namespace

GenerateOutcome plan_generate(const GenerateOptions& options) {
  refuse_direct(options);
  const auto store = open_store(options.directory, options.access);
  const GeneratePlan plan = make_generate_plan(options.workload, *store, true, {});
  GenerateOutcome outcome;
  Json& record = outcome.record = start_record("generate", *store);
  record["dry_run"] = true;
  describe_ask(record, options);
  describe_plan(record, plan);
  record["state"] = plan.resumes ? to_string(plan.manifest.state) : "new";
  record["files_already_written"] = plan.manifest.files_written;
  record["fits"] = !plan.unfit.has_value();
  if (const auto why = why_not_laid(plan, *store)) {
    record["warnings"].push_back(*why);
    outcome.error = *why;
  }
  return outcome;
}

GenerateOutcome generate(const GenerateOptions& options, std::stop_token stop, const ProgressSink& sink,
                         Crew* crew) {
  refuse_direct(options);
  const bool first = crew == nullptr || crew->first();
  std::unique_ptr<Store> store = first ? open_store(options.directory, options.access) : nullptr;
  GeneratePlan plan = first ? make_generate_plan(options.workload, *store, false, stop)
                            : make_plan_beside(options.workload, stop);
  GenerateOutcome outcome;
  Json& record = outcome.record;
  if (first) {
    if (const auto why = why_not_laid(plan, *store)) throw UserError(*why);
    record = start_record("generate", *store);
    describe_ask(record, options);
    describe_plan(record, plan);
  }
  Generation generation(options, std::move(store), plan, stop, crew);
  generation.begin(aforo_version());
  const Seconds began = monotonic_now();
  GenerateCounters counters, others;
  {
    const ProgressTicker ticker(first ? sink : ProgressSink{}, [&] {
      return progress_of(counters, others, crew ? crew->hosts() : 1, plan, monotonic_now() - began);
    });
    generation.write(counters, others);
  }
  if (!first) return outcome;
  outcome.error = why_ended(generation, plan, options.directory, crew);
  if (!outcome.error.empty()) record["error"] = outcome.error;
  outcome.files_complete = generation.state().files_written;
  outcome.partial = generation.state().state != Manifest::State::kComplete;
  add_results(record, generation, monotonic_now() - began, is_remote(options.directory));
  if (crew) add_hosts(record, generation, *crew);
  record["threads"] = generation.threads();
  return outcome;
}

}  // namespace aforo
