#include "survey/inspect_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "dataset/container.h"
#include "dataset/format.h"
#include "dataset/size_fit.h"
#include "storage/engine.h"
#include "storage/open_store.h"
#include "survey/dataset_listing.h"
#include "survey/dataset_words.h"
#include "survey/inspect_hosts.h"
#include "survey/inspection.h"
#include "survey/shard_words.h"
#include "workload/parse.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

// What a workload file takes as one sample (dataset.sample_size), and what a larger file is cut into. Chosen: a
// request of most readers.
constexpr double kLargestSampleBytes = 64.0 * (1ULL << 30), kPieceBytes = 1 << 20;

std::string in_words(std::uint64_t n) { return format_count(static_cast<double>(n)); }

Json json_of(const SizeSummary& sizes) {
  Json json;
  json["count"] = sizes.count();
  json["total"] = sizes.total();
  json["mean"] = sizes.mean();
  json["stddev"] = sizes.stddev();
  json["min"] = sizes.smallest();
  for (const auto& [name, share] : {std::pair{"p1", 0.01},
                                    {"p5", 0.05},
                                    {"p25", 0.25},
                                    {"p50", 0.5},
                                    {"p75", 0.75},
                                    {"p90", 0.9},
                                    {"p95", 0.95},
                                    {"p99", 0.99},
                                    {"p999", 0.999}}) {
    json[name] = std::round(sizes.quantile(share));
  }
  json["max"] = sizes.largest();
  return json;
}

// The names of hosts that gave nothing.
std::vector<std::string> add_hosts(Json& record, const InspectHosts& hosts, const Crew& crew) {
  Json list = Json::array();
  for (std::uint32_t h = 0; h < crew.hosts(); ++h)
    list.push_back({{"name", crew.name(h)}, {"process", h}, {"files", hosts.dealt()[h]}});
  record["hosts"] = std::move(list);
  std::vector<std::string> missing;
  for (const std::uint32_t host : hosts.missing()) missing.push_back(crew.name(host));
  if (!missing.empty()) record["hosts_missing"] = missing;
  return missing;
}

}  // namespace

Inspection::FanOut Inspection::fan_out() const {
  FanOut fan;
  for (const auto& [tally, directories] : walked_.fan_out) {
    std::uint64_t files = 0;
    for (const auto& [extension, n] : tally) files += is_sample(extension) ? n : 0;
    if (files == 0) continue;
    fan.fewest = fan.directories == 0 ? files : std::min(fan.fewest, files);
    fan.most = std::max(fan.most, files);
    fan.directories += directories;
    fan.files += files * directories;
  }
  return fan;
}

// Samples of a file that aforo does not read, and files that are too large for one sample, are records of one size
// in a block: with the bytes that are there.
bool Inspection::as_records() const {
  return indexed_ ||
         (!traits_of(layout_).packed && static_cast<double>(samples_.sizes.largest()) > kLargestSampleBytes);
}

DatasetSpec Inspection::spec_of(const SizeFit& fit) const {
  DatasetSpec spec;
  if (as_records()) {
    const auto total = static_cast<double>(samples_.sizes.total());
    spec.layout = first_layout([](const LayoutTraits& traits) {
      return traits.one_size && traits.reading == Reading::kShardByShard;
    });
    spec.samples = indexed_ ? samples_.count : static_cast<std::uint64_t>(std::ceil(total / kPieceBytes));
    spec.sample_size.mean = std::round(1000 * total / static_cast<double>(spec.samples)) / 1000;
    spec.samples_per_file = (spec.samples + choice_.files - 1) / choice_.files;
    spec.files_per_directory = 0;
    return spec;
  }
  spec.layout = layout_;
  spec.content = content_of(choice_.kind);
  spec = with_made_content(spec);  // bytes are bytes: it can be generated
  spec.samples = samples_.count;
  spec.sample_size = fit.law;
  if (container(layout_).has_headers())
    spec.samples_per_file = (samples_.count + choice_.files - 1) / choice_.files;
  const FanOut fan = fan_out();
  spec.files_per_directory = fan.directories <= 1 ? 0 : (fan.files + fan.directories - 1) / fan.directories;
  return spec;
}

// Every file that is not what most are, where all were looked into; else what the probes say stands.
void Inspection::add_kinds(Json& list) const {
  for (const std::string& warning : choice_.warnings) list.push_back(warning);
  if (!looked_) {
    for (const std::string& warning : choice_.mixture) list.push_back(warning);
    return;
  }
  for (const auto& [kind, files] : looked_->kinds) {
    if (kind == choice_.kind || kind == FileKind::kEmpty || choice_.kind == FileKind::kMegatron) continue;
    list.push_back(fmt::format("{} {} and not {}, such as {}: counted as {} too",
                               counted(files, "sample file is", "sample files are"), to_string(kind),
                               to_string(choice_.kind), looked_->first.at(kind),
                               files == 1 ? "a sample" : "samples"));
  }
}

Json Inspection::warnings() const {
  Json list = Json::array();
  if (!choice_.hidden_samples.empty() && !indexed_) list.push_back(choice_.hidden_samples);
  if (indexed_) {
    list.push_back(fmt::format(
        "{} of the kind {} hold {} samples by their index; the block takes them as records of "
        "their mean size",
        counted(choice_.files, "file", "files"), to_string(choice_.kind), in_words(samples_.count)));
  } else if (as_records()) {
    list.push_back(
        fmt::format("a file of {} is no sample: the block takes the bytes as records of 1 MiB; set "
                    "dataset.samples and sample_size to what a sample reads",
                    format_bytes({samples_.sizes.largest()})));
  }
  add_kinds(list);
  for (const std::string& warning : warnings_of(walked_)) list.push_back(warning);
  if (unreadable_ > 0)
    list.push_back(fmt::format("{} could not be looked into", counted(unreadable_, "file", "files")));
  if (samples_.estimated) {
    list.push_back(fmt::format("the number of samples is estimated: {} of {} files were indexed",
                               in_words(samples_.files_indexed), in_words(choice_.files)));
  }
  for (const std::string& warning : warnings_of(samples_.odd)) list.push_back(warning);
  if (samples_.files_damaged > 0) {
    list.push_back(fmt::format("{} damaged, such as {}",
                               counted(samples_.files_damaged, "file is", "files are"),
                               samples_.damage.front()));
  }
  if (traits_of(layout_).sizing_only) {
    list.push_back(fmt::format("aforo does not look into {} files: every file counts as one sample",
                               to_string(choice_.kind)));
  }
  return list;
}

std::optional<DatasetSpec> Inspection::report(Json& record, Seconds scan_time) const {
  record["samples"] = samples_.count;
  if (samples_.estimated) record["samples_estimated"] = true;
  record["files"] = choice_.files;
  // A memory map's size is what it was made for, not what is there.
  const bool mapped = choice_.kind == FileKind::kLmdb;
  record["bytes"] = mapped ? samples_.sizes.total() : choice_.bytes;
  record["left_out"] = {{"files", choice_.left_out_files},
                        {"bytes", choice_.left_out_bytes},
                        {"hidden_files", walked_.hidden_files},
                        {"hidden_directories", walked_.hidden_directories},
                        {"linked_directories", walked_.linked_directories},
                        {"dangling_links", walked_.dangling},
                        {"special_files", walked_.special},
                        {"members_of_shards", samples_.odd.passed_over},
                        {"bytes_behind_ends", samples_.odd.bytes_behind_end}};
  record["kind"] = to_string(choice_.kind);
  record["layout"] = to_string(layout_);
  record["content"] = to_string(content_of(choice_.kind));
  const FanOut fan = fan_out();
  record["directories"] = fan.directories;
  if (fan.directories > 0) {
    record["files_per_directory"] = {
        {"min", fan.fewest},
        {"mean", static_cast<double>(fan.files) / static_cast<double>(fan.directories)},
        {"max", fan.most}};
  }
  record["scan_seconds"] = scan_time.value;
  record["errors"] = {{"count", walked_.errors + unreadable_}, {"examples", walked_.error_examples}};
  for (const Json& warning : warnings()) record["warnings"].push_back(warning);
  if (manifest_) {
    record["generated"] = {{"dataset_id", to_string(manifest_->id)},
                           {"state", to_string(manifest_->state)},
                           {"dataset", manifest_->dataset_yaml}};
  }
  if (samples_.sizes.count() == 0) return std::nullopt;
  const SizeFit fit = readable(fit_sizes(samples_.sizes), samples_.sizes);
  record["sizes"] = json_of(samples_.sizes);
  record["law"] = to_string(fit.law.kind);
  record["law_distance"] = fit.distance;
  std::optional<DatasetSpec> found;
  add_block(record, fit, found);
  return found;
}

// Only what every command takes: else why there is none.
void Inspection::add_block(Json& record, const SizeFit& fit, std::optional<DatasetSpec>& found) const {
  if (samples_.sizes.total() == 0) {
    record["warnings"].push_back("no dataset block: all samples are empty");
    return;
  }
  try {
    const std::string text = dataset_to_yaml(spec_of(fit));
    found = parse_dataset_block(text, directory_);
    record["dataset_yaml"] = text;
  } catch (const UserError& error) {
    record["warnings"].push_back(fmt::format("no dataset block: {}", error.what()));
  }
}

Progress Inspection::progress(Seconds started) const {
  Progress progress;
  progress.phase = phase_;
  progress.elapsed = monotonic_now() - started;
  progress.step = counters_.files;  // how many there are is not known before the end
  if (progress.elapsed.value > 0) {
    progress.samples_per_second = static_cast<double>(progress.step) / progress.elapsed.value;
  }
  return progress;
}

InspectOutcome inspect(const InspectOptions& options, std::stop_token stop, const ProgressSink& sink,
                       Crew* crew) {
  InspectOutcome outcome;
  if (crew && !crew->first()) {
    const auto store = open_store(options.directory, options.access);
    require_place(*store);
    help_inspect(*crew, *store, threads_of(options), stop);
    return outcome;
  }
  const Seconds started = monotonic_now();
  Inspection inspection(options, stop, crew);
  Json& record = outcome.record;
  record = start_record("inspect", inspection.store());
  record["directory"] = options.directory;
  {
    const ProgressTicker ticker(sink, [&] { return inspection.progress(started); });
    inspection.scan();
    inspection.measure_samples();
    if (crew) inspection.hosts()->dismiss();
  }
  outcome.dataset = inspection.report(record, monotonic_now() - started);
  outcome.partial = stop.stop_requested();
  record["partial"] = outcome.partial;
  if (crew) outcome.missing = add_hosts(record, *inspection.hosts(), *crew);
  return outcome;
}

}  // namespace aforo
