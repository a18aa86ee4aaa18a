#include "probe/probe_target.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/error.h"
#include "dataset/format.h"
#include "dataset/generated_layout.h"
#include "generate/generate_command.h"
#include "generate/generate_space.h"
#include "pipeline/plan_job.h"
#include "storage/open_store.h"
#include "storage/store.h"
#include "survey/dataset_marker.h"
#include "survey/dataset_open.h"
#include "world/alarm.h"

namespace aforo {
namespace {

// A folder of that name with a marker inside is a killed probe's, and may be removed.
// The least that is worth laying. Chosen, as all that follow: a probe of a minute must not fill a
// disk, and must not read the same few files all the time.
constexpr std::uint64_t kLeastBytes = 8u << 20;
// Enough for some readers, each with a sample of its own.
constexpr std::uint64_t kFewestSamples = 32;
// Of one dataset: more is not written in a probe's time by most storage.
constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 30;
// Of one dataset: bounds what naming and removing them takes.
constexpr std::uint64_t kMostSamples = 2'000'000;
// Shards are made smaller than a workload says where it says more: several must be there soon.
constexpr std::uint64_t kShardBytes = 32u << 20;
// Of what is free: at most so much is taken, by all datasets together.
constexpr double kOfFree = 0.5;
// Of what is free: the least must fit into it.
constexpr double kLeastOfFree = 0.8;
// Written whole, before there is something to read.
constexpr FileId kFewFiles = 4;
// Times that laying may take again, until there are so many.
constexpr int kMoreTimes = 6;
// Bytes: smaller files are written through the page cache, where they are gathered
// into larger writes.
constexpr double kDirectFrom = 64 << 10;

constexpr LayoutKind kFiles = first_layout([](const LayoutTraits& t) { return !t.packed; });
// Samples of one size, packed, that tf.data reads front to back.
constexpr LayoutKind kShards =
    first_layout([](const LayoutTraits& t) { return t.one_size && t.reading == Reading::kShardByShard; });

ProbeWish constant(std::string name, LayoutKind layout, double size, std::uint64_t per_file) {
  ProbeWish wish;
  wish.name = std::move(name);
  wish.dataset.layout = layout;
  wish.dataset.sample_size.mean = size;
  wish.dataset.samples_per_file = per_file;
  return wish;
}

std::uint64_t mean_size(const DatasetSpec& dataset) {
  return static_cast<std::uint64_t>(std::max(1.0, law_mean(dataset.sample_size)));
}

Bytes least_of(const ProbeWish& wish) {
  return {std::max(kLeastBytes, kFewestSamples * mean_size(wish.dataset))};
}

// Laid by a probe that was killed before it could take it away.
bool is_left_over(const Store& store, const RemoteAccess& access, std::string_view name) {
  return name.starts_with(kProbeFolder) &&
         read_marker(*open_store(place_below(store.where(), name), access)).has_value();
}

}  // namespace

std::vector<ProbeWish> probe_wishes(const std::optional<Workload>& workload) {
  if (workload) {
    ProbeWish wish{"data", workload->dataset, workload->loader};
    const std::uint64_t per_shard = std::max<std::uint64_t>(kShardBytes / mean_size(wish.dataset), 1);
    wish.dataset.samples_per_file = std::min(wish.dataset.samples_per_file, per_shard);
    return {wish};
  }
  std::vector<ProbeWish> wishes{constant("file-114kB", kFiles, 114'000, 1),
                                constant("file-2.8MB", kFiles, 2'800'000, 1),
                                constant("stream-1MiB", kShards, 1 << 20, 32)};
  read_as_usual(wishes.back().loader, wishes.back().dataset.layout);
  wishes.back().loader.transfer_size = Bytes{1 << 20};
  return wishes;
}

bool holds_dataset(const Store& store, const RemoteAccess& access) {
  const DirectoryLook look = store.look(kManifestName);
  if (look.ownership == Ownership::kAbsent || look.ownership == Ownership::kEmpty) return false;
  if (look.ownership == Ownership::kOurs) return true;
  bool holds = false;
  store.each_at_top(
      [&](std::string_view name, EntryKind) { return !(holds = !is_left_over(store, access, name)); });
  return holds;
}

ProbeData found_data(std::shared_ptr<Store> store, const std::optional<Workload>& workload, unsigned threads,
                     std::stop_token stop) {
  const std::string& directory = store->where();
  OpenedDataset opened = workload ? open_dataset(*store, workload->dataset, threads, stop)
                                  : open_as_found(*store, threads, stop);
  if (opened.damaged_files) {
    const Damage& first = opened.damaged.front();
    throw UserError(fmt::format("expected whole shards in {}, found {}: {}; {}", directory, first.path,
                                first.what, how_to_mend(opened)));
  }
  ProbeData data;
  data.store = store;
  data.layout = std::move(opened.layout);
  data.files = data.layout->files();
  if (workload)
    data.loader = workload->loader;
  else
    read_as_usual(data.loader, data.layout->kind());
  require_readable(data.layout->kind(), directory);
  data.kind = access_of(*data.layout, data.loader, 1).kind;
  if (workload) data.warnings = std::move(opened.differences);
  for (std::string& warning : opened.warnings) data.warnings.push_back(std::move(warning));
  return data;
}

std::string folder_of(const std::string& directory, const ProbeWish& wish) {
  return place_below(directory, std::string(kProbeFolder) + wish.name);
}

ProbeData laid_data(const std::string& directory, const RemoteAccess& access, const ProbeWish& wish,
                    const LaidFiles& laid) {
  ProbeData data;
  data.store = open_store(folder_of(directory, wish), access);
  DatasetSpec spec = wish.dataset;
  spec.samples = laid.samples;
  const DatasetId id = dataset_id_of(spec);
  const std::uint64_t per_file = traits_of(spec.layout).packed ? spec.samples_per_file : 1;
  spec.samples = std::min(spec.samples, laid.files * per_file);  // sizes and names of these stay as they are
  data.layout = std::make_unique<GeneratedLayout>(spec, id);
  data.files = data.layout->files();
  data.laid = laid;
  data.loader = wish.loader;
  require_readable(data.layout->kind(), directory);
  data.kind = access_of(*data.layout, data.loader, 1).kind;
  return data;
}

ProbeGround::ProbeGround(const Store& store, const RemoteAccess& access, const std::vector<ProbeWish>& wishes)
    : directory_(store.where()), access_(access), made_(store.places_to_make()) {
  remove_left_over(store);
  const Space space = space_at(store);
  Bytes least{0};
  for (const ProbeWish& wish : wishes) least += least_of(wish);
  if (static_cast<double>(least.value) > kLeastOfFree * static_cast<double>(space.free.value))
    throw UserError(fmt::format(
        "expected at least {} free at {} ({}) for the samples that a probe lays, found {}: "
        "free some, or probe a directory that holds a dataset",
        format_bytes({static_cast<std::uint64_t>(static_cast<double>(least.value) / kLeastOfFree)}),
        directory_, space.filesystem, format_bytes(space.free)));
  room_ = {std::min(kMostBytes, static_cast<std::uint64_t>(kOfFree * static_cast<double>(space.free.value)) /
                                    std::max<std::uint64_t>(wishes.size(), 1))};
}

ProbeGround::~ProbeGround() {
  try {
    remove();
  } catch (const std::exception&) {  // `remove` says why, where it is called
  }
}

void ProbeGround::remove_left_over(const Store& store) {
  store.each_at_top([&](std::string_view name, EntryKind) {
    if (!is_left_over(store, access_, name)) return true;
    const std::string folder = place_below(directory_, name);
    left_over_.value += delete_generated(folder, false, {}, {}, access_).record["bytes"].get<std::uint64_t>();
    remove_empty_place(folder);
    return true;
  });
}

ProbeData ProbeGround::lay(const ProbeWish& wish, Seconds time, std::stop_token stop,
                           const ProgressSink& sink) {
  GenerateOptions options;
  DatasetSpec& spec = options.workload.dataset;
  spec = wish.dataset;
  const std::uint64_t room = std::max(room_.value, least_of(wish).value);
  spec.samples = std::clamp(room / (mean_size(spec) + 4096), kFewestSamples, kMostSamples);
  options.directory = folder_of(directory_, wish);
  options.access = access_;
  options.direct =
      !is_remote(directory_) && static_cast<double>(mean_size(spec) * spec.samples_per_file) >= kDirectFrom;
  folders_.push_back(options.directory);
  FileId files = 0;
  const FileId few = std::min<FileId>(kFewFiles, spec.files());
  for (int i = 0; i < kMoreTimes && files < few; ++i) {
    std::stop_source ending;
    const std::stop_callback forward(stop, [&ending] { ending.request_stop(); });
    const Alarm alarm(time, ending);
    try {
      files = generate(options, ending.get_token(), sink).files_complete;
    } catch (const Interrupted&) {
      files = 0;  // the time ended before the first file was begun
    }
    if (stop.stop_requested()) throw Interrupted();
  }
  if (files < few)
    throw UserError(
        fmt::format("expected to lay {} files for the probe in {} within {}, found {} written; give "
                    "a larger --budget, or probe a directory that holds a dataset",
                    few, directory_, format_seconds(time * kMoreTimes), files));
  return laid_data(directory_, access_, wish, {spec.samples, files});
}

void ProbeGround::remove() {
  while (!folders_.empty()) {
    const std::string folder = folders_.back();
    folders_.pop_back();
    const bool laid = open_store(folder, access_)->look(kManifestName).ownership == Ownership::kOurs;
    if (laid) delete_generated(folder, false, {}, {}, access_);
    if (const int error = remove_empty_place(folder))
      throw UserError(fmt::format("expected to remove {} after the probe, found {}; remove it by hand",
                                  folder, describe_errno(error)));
  }
  while (!made_.empty()) {
    remove_empty_place(made_.back());
    made_.pop_back();
  }
}

}  // namespace aforo
