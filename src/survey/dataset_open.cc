#include "survey/dataset_open.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <iterator>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "base/error.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "dataset/generated_layout.h"
#include "dataset/scanned_layout.h"
#include "dataset/size_fit.h"
#include "survey/dataset_census.h"
#include "survey/dataset_index.h"
#include "survey/dataset_listing.h"
#include "survey/dataset_marker.h"
#include "survey/dataset_words.h"
#include "survey/shard_words.h"
#include "workload/parse.h"

namespace aforo {
namespace {

constexpr double kSameMean = 0.1;  // chosen: sizes that differ by less are the same workload

std::string count(std::uint64_t n) { return format_count(static_cast<double>(n)); }

void warn_of_differences(const DatasetSpec& wanted, double mean_found, OpenedDataset& opened,
                         const std::string& directory) {
  if (wanted.samples != opened.spec.samples) {
    opened.differences.push_back(
        fmt::format("{} holds {} samples, the workload names {}: those that are there are used", directory,
                    count(opened.spec.samples), count(wanted.samples)));
  }
  const double mean_wanted = law_mean(wanted.sample_size);
  if (mean_wanted > 0 && mean_found > 0 && std::abs(mean_found / mean_wanted - 1) > kSameMean) {
    opened.differences.push_back(
        fmt::format("samples in {} have {} on average, the workload names {}: bytes are counted as they are",
                    directory, format_bytes({static_cast<std::uint64_t>(mean_found)}),
                    format_bytes({static_cast<std::uint64_t>(mean_wanted)})));
  }
}

// --- what aforo generated ---

// Shards that are not as they were laid. A file a sample is not asked: to ask warms what a job is measured by.
void find_damage(const Store& store, const Layout& layout, unsigned threads, const std::stop_token& stop,
                 OpenedDataset& opened) {
  std::mutex mutex;
  std::map<FileId, std::string> damaged;
  parallel_for(layout.files(), 16, threads, stop, [&](unsigned, std::uint64_t begin, std::uint64_t end) {
    for (FileId file = begin; file < end; ++file) {
      const auto size = store.size_of(layout.path(file));
      const std::uint64_t laid = layout.file_size(file);
      if (size && *size == laid) continue;
      std::string what = size ? fmt::format("it holds {} bytes, {} were laid", *size, laid)
                         : size.error() == ENOENT ? "it is gone"
                                                  : describe_errno(size.error());
      const std::scoped_lock lock(mutex);
      ++opened.damaged_files;
      damaged.emplace(file, std::move(what));
      if (damaged.size() > OpenedDataset::kDamagedNamed) damaged.erase(std::prev(damaged.end()));
    }
  });
  if (stop.stop_requested()) throw Interrupted();
  for (auto& [file, what] : damaged) opened.damaged.push_back({layout.path(file), std::move(what)});
}

OpenedDataset open_generated(const Store& store, Manifest manifest, const DatasetSpec& wanted,
                             unsigned threads, const std::stop_token& stop) {
  const std::string& directory = store.where();
  if (manifest.state != Manifest::State::kComplete) {
    throw UserError(
        fmt::format("expected a complete dataset in {}, found at least {} of {} files written: "
                    "give the 'aforo generate' command again, it resumes",
                    directory, count(manifest.files_written), count(manifest.files)));
  }
  OpenedDataset opened;
  opened.spec = parse_dataset_block(manifest.dataset_yaml, directory + "/" + std::string(kManifestName));
  const DatasetSpec& found = opened.spec;
  const bool same_content = traits_of(wanted.layout).packed || wanted.content == found.content ||
                            wanted.content == Content::kRaw || wanted.content == Content::kOther;
  if (wanted.layout != found.layout || !same_content) {
    throw UserError(
        fmt::format("expected {} samples of {} in {}, as the workload says, found a generated dataset of {} "
                    "({}): choose its own "
                    "workload, another directory, or generate this one anew",
                    to_string(wanted.layout), to_string(wanted.content), directory, to_string(found.layout),
                    to_string(found.content)));
  }
  opened.layout = std::make_unique<GeneratedLayout>(found, manifest.id, manifest.totals,
                                                    [&stop] { return stop.stop_requested(); });
  warn_of_differences(wanted, law_mean(found.sample_size), opened, directory);
  if (traits_of(found.layout).packed) find_damage(store, *opened.layout, threads, stop, opened);
  opened.manifest = std::move(manifest);
  return opened;
}

// --- anything else ---

// The names that one thread met, end to end.
struct Names {
  struct Entry {
    std::uint64_t begin;
    std::uint64_t size;
    const std::string* group;
  };
  explicit Names(std::uint64_t seed) : census(seed) {}
  void add(std::string_view path, std::uint64_t size) {
    entries.push_back({text.size(), size, &census.add(path, size)});
    text.append(path).push_back('\0');
  }
  std::string_view path(const Entry& entry) const { return text.data() + entry.begin; }

  Census census;
  std::string text;
  std::vector<Entry> entries;
};

void require_agreement(const DatasetSpec& wanted, const SampleChoice& choice, const std::string& directory,
                       OpenedDataset& opened) {
  const Container& named = container(wanted.layout);
  if (!named.reads(choice.kind)) {
    // A layout that counts such a file as one sample would hide what it holds.
    const std::string way = hides_samples(choice.kind)
                                ? fmt::format("unpack or convert them ({} cannot be read from {})",
                                              to_string(wanted.layout), to_string(choice.kind))
                                : fmt::format("set dataset.layout to {}", to_string(layout_of(choice.kind)));
    throw UserError(
        fmt::format("expected {} samples in {}, as the workload says, found {} of {}: {}, or choose another "
                    "directory",
                    to_string(wanted.layout), directory, counted(choice.files, "file", "files"),
                    to_string(choice.kind), way));
  }
  const auto preferred = named.looks_for(wanted.content);
  if (preferred && *preferred != choice.kind && !named.traits().packed) {
    opened.differences.push_back(
        fmt::format("{} holds {} files, the workload names {}: they are read as they are", directory,
                    to_string(choice.kind), to_string(wanted.content)));
  }
}

std::uint64_t record_bytes_of(const DatasetSpec& wanted) {
  const Container& named = container(wanted.layout);
  if (!named.traits().one_size || named.has_headers()) return 0;
  if (wanted.sample_size.kind != LawKind::kConstant || wanted.sample_size.mean < 1) {
    throw UserError(
        fmt::format("expected dataset.sample_size to be one size for layout {}, found a {} law: records in "
                    "foreign files are told apart by their size alone",
                    named.traits().word, to_string(wanted.sample_size.kind)));
  }
  return static_cast<std::uint64_t>(std::llround(wanted.sample_size.mean));
}

// Indexes the chosen files of one thread's names, in parallel, into the builder.
class ShardReader {
 public:
  ShardReader(const Container& container, const Store& store, ScannedLayoutBuilder& builder,
              SizeSummary& sizes)
      : container_(container), store_(store), builder_(builder), sizes_(sizes) {}

  void read(const std::string& path, std::uint64_t size) {
    const FileIndex index = index_file(container_, store_, path, size);
    const std::lock_guard lock(mutex_);
    odd_.add(index.odd);
    if (!index.error.empty()) note(path, index.error);
    if (index.samples.empty()) return;
    for (const Extent& sample : index.samples) sizes_.add(sample.length);
    builder_.add_shard(path, size, index.samples);
  }

  void report(OpenedDataset& opened) const {
    for (std::string& warning : warnings_of(odd_)) opened.warnings.push_back(std::move(warning));
    opened.damaged_files = damaged_files_;
    for (const auto& [path, what] : damaged_) opened.damaged.push_back({path, what});
  }

 private:
  // The first by path stay, so that two runs over the same files name the same ones.
  void note(const std::string& path, const std::string& what) {
    ++damaged_files_;
    damaged_.emplace(path, what);
    if (damaged_.size() > OpenedDataset::kDamagedNamed) damaged_.erase(std::prev(damaged_.end()));
  }

  const Container& container_;
  const Store& store_;
  ScannedLayoutBuilder& builder_;
  SizeSummary& sizes_;
  std::mutex mutex_;
  ShardOddities odd_;
  std::uint64_t damaged_files_ = 0;
  std::map<std::string, std::string> damaged_;  // path -> what is wrong
};

void add_files(const Container& container, const std::vector<Names>& names, const Census& census,
               const SampleChoice& choice, const Store& store, unsigned threads, const std::stop_token& stop,
               ScannedLayoutBuilder& builder, SizeSummary& sizes, OpenedDataset& opened) {
  ShardReader shards(container, store, builder, sizes);
  for (const Names& part : names) {
    std::vector<const Names::Entry*> chosen;
    for (const Names::Entry& entry : part.entries) {
      const bool own = census.groups().find(*entry.group) != census.groups().end();
      if (!choice.includes(own ? *entry.group : std::string(Census::kRest))) continue;
      if (container.has_headers()) {
        chosen.push_back(&entry);
      } else {
        builder.add(part.path(entry), entry.size);
        sizes.add(entry.size);
      }
    }
    parallel_for(chosen.size(), 1, threads, stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
      shards.read(std::string(part.path(*chosen[i])), chosen[i]->size);
    });
  }
  shards.report(opened);
}

[[noreturn]] void throw_without_samples(const std::string& directory, const SampleChoice& choice,
                                        const OpenedDataset& opened) {
  const std::string why = opened.damaged.empty()
                              ? "they are empty"
                              : fmt::format("{} damaged, such as {} ({})", count(opened.damaged_files),
                                            opened.damaged.front().path, opened.damaged.front().what);
  throw UserError(
      fmt::format("expected samples in the {} of {} in {}, found none ({}): "
                  "restore them or choose another directory",
                  counted(choice.files, "file", "files"), to_string(choice.kind), directory, why));
}

// What its files look like is what is read of them.
DatasetSpec as_found(const SampleChoice& choice) {
  DatasetSpec found;
  found.layout = layout_of(choice.kind);
  found.content = content_of(choice.kind);
  return found;
}

// `asked`: null is whatever lies there.
OpenedDataset open_foreign(const Store& store, const DatasetSpec* asked, unsigned threads,
                           const std::stop_token& stop) {
  const std::string& directory = store.where();
  OpenedDataset opened;
  const unsigned walkers = 2 * threads;
  std::vector<Names> names;
  for (unsigned thread = 0; thread < walkers; ++thread) names.emplace_back(thread + 1);
  const Listing walked = list_dataset(
      store, walkers, stop, nullptr,
      [&](unsigned thread, std::string_view path, std::uint64_t size) { names[thread].add(path, size); });
  if (stop.stop_requested()) throw Interrupted();
  Census census;
  for (const Names& part : names) census.merge(part.census);
  if (census.files() == 0) {
    const auto left_out = warnings_of(walked);
    throw UserError(
        fmt::format("expected samples in {}, found no files{}: lay a dataset there with 'aforo generate'",
                    directory, left_out.empty() ? "" : " (" + join(left_out, "; ") + ")"));
  }
  census.probe(store);
  const SampleChoice choice = choose_samples(census, asked);
  const DatasetSpec wanted = asked != nullptr ? *asked : as_found(choice);
  if (asked != nullptr) require_agreement(wanted, choice, directory, opened);
  const bool by_file = !traits_of(wanted.layout).packed;
  if (by_file && !choice.hidden_samples.empty()) opened.warnings.push_back(choice.hidden_samples);
  for (const auto* some : {&choice.mixture, &choice.warnings})
    opened.warnings.insert(opened.warnings.end(), some->begin(), some->end());
  for (std::string& warning : warnings_of(walked)) opened.warnings.push_back(std::move(warning));

  const std::uint64_t record_bytes = record_bytes_of(wanted);
  ScannedLayoutBuilder builder(wanted.layout, content_of(choice.kind), record_bytes);
  SizeSummary sizes;
  add_files(container(wanted.layout), names, census, choice, store, threads, stop, builder, sizes, opened);
  if (stop.stop_requested()) throw Interrupted();
  names.clear();
  const std::uint64_t files = builder.files();
  if (files == 0) throw_without_samples(directory, choice, opened);
  opened.layout = builder.build();

  opened.spec = wanted;
  opened.spec.layout = opened.layout->kind();
  opened.spec.content = opened.layout->content();
  opened.spec.samples = opened.layout->samples();
  opened.spec.samples_per_file = (opened.spec.samples + files - 1) / files;
  if (record_bytes == 0) opened.spec.sample_size = fit_sizes(sizes).law;
  if (asked != nullptr) warn_of_differences(wanted, record_bytes > 0 ? 0 : sizes.mean(), opened, directory);
  return opened;
}

}  // namespace

std::string how_to_mend(const OpenedDataset& damaged) {
  return damaged.manifest
             ? "move such files away and give the 'aforo generate' command again, which lays what is missing"
             : "repair or remove it";
}

OpenedDataset open_dataset(const Store& store, const DatasetSpec& wanted, unsigned threads,
                           std::stop_token stop) {
  require_place(store);
  if (auto manifest = read_marker(store))
    return open_generated(store, std::move(*manifest), wanted, thread_count(threads), stop);
  return open_foreign(store, &wanted, thread_count(threads), stop);
}

OpenedDataset open_as_found(const Store& store, unsigned threads, std::stop_token stop) {
  require_place(store);
  if (auto manifest = read_marker(store)) {
    const DatasetSpec laid = parse_dataset_block(manifest->dataset_yaml, store.where());
    return open_generated(store, std::move(*manifest), laid, thread_count(threads), stop);
  }
  return open_foreign(store, nullptr, thread_count(threads), stop);
}

}  // namespace aforo
