// `aforo generate --delete`: what a manifest names goes, everything else stays.
#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/parallel_for.h"
#include "generate/generate_command.h"
#include "generate/whose_file.h"
#include "storage/open_store.h"
#include "storage/store.h"
#include "survey/dataset_marker.h"
#include "survey/dataset_words.h"
#include "workload/parse.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

struct Removal {
  std::atomic<std::uint64_t> looked{0};
  std::atomic<std::uint64_t> files{0};    // of samples
  std::atomic<std::uint64_t> indices{0};  // beside them
  std::atomic<std::uint64_t> bytes{0};
  std::mutex mutex;
  std::string failed;  // first path that could not be removed, with the reason
};

// Removes (or, on a dry run, only counts) one file of the dataset. What is not there, or not ours, needs no
// removing.
void take(const Owned& owned, const std::string& path, Whose whose, std::optional<std::uint64_t> size,
          bool dry_run, std::atomic<std::uint64_t>& removed, Removal& removal) {
  if (whose != Whose::kOurs && whose != Whose::kTorn) return;
  const std::uint64_t bytes = size ? *size : owned.look(path).size;
  if (const int error = dry_run ? 0 : owned.remove_file(path)) {
    const std::lock_guard lock(removal.mutex);
    if (removal.failed.empty()) removal.failed = fmt::format("{}: {}", path, describe_errno(error));
    return;
  }
  removed.fetch_add(1, std::memory_order_relaxed);
  removal.bytes.fetch_add(bytes, std::memory_order_relaxed);
}

// The dataset's directories that are symbolic links by now: what they lead to is somebody else's.
std::set<std::string> linked_directories(const GeneratedLayout& layout, const Owned& owned) {
  std::set<std::string> linked;
  for (std::uint64_t i = 0; i < layout.directories(); ++i) {
    const std::string path = layout.directory(i);
    if (owned.look(path).kind == EntryKind::kLink) linked.insert(path);
  }
  return linked;
}

bool leads_through(const std::set<std::string>& linked, const std::string& path) {
  if (linked.empty()) return false;
  for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    if (linked.contains(path.substr(0, slash))) return true;
  }
  return false;
}

void take_files(const GeneratedLayout& layout, const Owned& owned, bool dry_run, const std::stop_token& stop,
                Removal& removal) {
  const std::set<std::string> linked = linked_directories(layout, owned);
  parallel_for(layout.files(), 256, thread_count(0), stop, [&](unsigned, FileId begin, FileId end) {
    for (FileId file = begin; file < end; ++file) {
      const std::string path = layout.path(file);
      removal.looked.fetch_add(1, std::memory_order_relaxed);
      if (leads_through(linked, path)) continue;
      take(owned, path, whose_data(owned, layout, file), std::nullopt, dry_run, removal.files, removal);
      if (layout.has_index())
        take(owned, layout.index_path(file), whose_index(owned, layout, file), std::nullopt, dry_run,
             removal.indices, removal);
    }
  });
}

// Of a store without directories all names come in a listing, sizes with them: nothing is asked for that is not there.
void take_listed(const GeneratedLayout& layout, const Owned& owned, const Store& store, bool dry_run,
                 const std::stop_token& stop, Removal& removal) {
  struct Entry {
    std::string name;
    std::uint64_t size;
  };
  constexpr std::size_t kAtOnce = 1000;  // what a page of a listing has
  std::vector<Entry> entries;
  const auto take_some = [&] {
    parallel_for(
        entries.size(), 1, threads_for(store, 0), stop, [&](unsigned, std::uint64_t i, std::uint64_t) {
          const Entry& entry = entries[i];
          const auto named = file_named(layout, entry.name);
          if (!named) return;
          const std::uint64_t size =
              named->is_index ? layout.index_text(named->file).size() : layout.file_size(named->file);
          Whose whose = Whose::kOurs;
          if (entry.size != size)
            whose = named->is_index ? whose_index(owned, layout, named->file)
                                    : whose_data(owned, layout, named->file);
          take(owned, entry.name, whose, entry.size, dry_run,
               named->is_index ? removal.indices : removal.files, removal);
          removal.looked.fetch_add(1, std::memory_order_relaxed);
        });
    entries.clear();
  };
  ListOptions options;
  options.unlisted = kManifestName;
  options.everything = true;
  const Listing listing = store.list(options, stop, [&](unsigned, std::string_view name, std::uint64_t size) {
    entries.push_back({std::string(name), size});
    if (entries.size() == kAtOnce) take_some();
  });
  take_some();
  if (listing.cut_short) removal.failed = listing.error_examples.front();
  if (!stop.stop_requested()) removal.looked = layout.files();
}

// What stays behind: counted, a few named. A symbolic link counts as itself, whatever it leads to.
struct Foreign {
  std::uint64_t files = 0;
  std::vector<std::string> examples;
};

Foreign find_foreign(const Store& store) {
  Foreign foreign;
  ListOptions options;
  options.unlisted = kManifestName;
  options.everything = true;
  store.list(options, {}, [&foreign](unsigned, std::string_view name, std::uint64_t) {
    ++foreign.files;
    if (foreign.examples.size() < 5) foreign.examples.emplace_back(name);
  });
  return foreign;
}

// Of a probe that was killed: a folder right below, or "".
std::string left_by_a_probe(const Store& store) {
  std::string found;
  store.each_at_top([&](std::string_view name, EntryKind kind) {
    if (kind == EntryKind::kDirectory && name.starts_with(kProbeFolder)) found = name;
    return found.empty();
  });
  return found.empty() ? found : place_below(store.where(), found);
}

Manifest require_marker(const Store& store) {
  auto manifest = read_marker(store);
  if (manifest) return std::move(*manifest);
  const std::string probed = left_by_a_probe(store);
  throw UserError(fmt::format(
      "expected a dataset that aforo generated in {} (with {}), found none{}: nothing is deleted there",
      store.where(), kManifestName,
      probed.empty()
          ? ""
          : fmt::format(" but what a probe left that was killed ('aforo generate --delete {}' takes it away, "
                        "as the next probe there does)",
                        probed)));
}

GeneratedLayout layout_of(const Manifest& manifest, const std::string& directory,
                          const std::stop_token& stop) {
  const DatasetSpec spec =
      parse_dataset_block(manifest.dataset_yaml, directory + "/" + std::string(kManifestName));
  GeneratedLayout layout(spec, manifest.id, manifest.totals, [&stop] { return stop.stop_requested(); });
  if (layout.files() != manifest.files || dataset_id_of(spec) != manifest.id) {
    throw UserError(
        fmt::format("expected the manifest in {} to agree with itself, found {} files named and {} "
                    "computed: it was edited; remove the directory by hand",
                    directory, manifest.files, layout.files()));
  }
  return layout;
}

void finish(const GeneratedLayout& layout, const Owned& owned, const std::string& directory) {
  for (std::uint64_t i = owned.has_directories() ? layout.directories() : 0; i-- > 0;) {
    // One that is not empty stays.
    owned.remove_directory(layout.directory(i));
  }
  if (const int error = owned.remove_marker()) {
    throw UserError(fmt::format("expected to remove {} in {} as the last file, found {}", kManifestName,
                                directory, describe_errno(error)));
  }
}

}  // namespace

GenerateOutcome delete_generated(const std::string& directory, bool dry_run, std::stop_token stop,
                                 const ProgressSink& sink, const RemoteAccess& access) {
  const auto store = open_store(directory, access);
  // Of a directory that is not there the marker's absence says enough.
  if (store->check() != 0)
    if (const std::string why = store->why(); !why.empty()) throw UserError(why);
  const Manifest manifest = require_marker(*store);
  const GeneratedLayout layout = layout_of(manifest, directory, stop);
  const auto owned = store->own_for_removal(kManifestName);
  GenerateOutcome outcome;
  Json& record = outcome.record;
  record = start_record("generate", *store);
  record["delete"] = true;
  record["dry_run"] = dry_run;
  record["directory"] = directory;
  record["dataset_id"] = to_string(manifest.id);

  const Seconds started = monotonic_now();
  Removal removal;
  {
    const ProgressTicker ticker(sink, [&] {
      Progress progress;
      progress.phase = dry_run ? "counting" : "deleting";
      progress.step = removal.looked;
      progress.steps = layout.files();
      progress.fraction = static_cast<double>(progress.step) / static_cast<double>(progress.steps);
      progress.elapsed = monotonic_now() - started;
      return progress;
    });
    if (owned->has_directories())
      take_files(layout, *owned, dry_run, stop, removal);
    else
      take_listed(layout, *owned, *store, dry_run, stop, removal);
  }
  if (!removal.failed.empty()) {
    throw UserError(
        fmt::format("expected to remove {} files in {}, found {} after {} of them; the marker stays, so "
                    "that the same command goes on",
                    layout.files(), directory, removal.failed, removal.files.load()));
  }
  const bool all = removal.looked == layout.files();
  if (all && !dry_run) finish(layout, *owned, directory);
  record["files"] = removal.files.load();
  if (layout.has_index()) record["index_files"] = removal.indices.load();
  record["bytes"] = removal.bytes.load();
  record["seconds"] = (monotonic_now() - started).value;
  outcome.partial = !all;
  record["partial"] = !all;
  const Foreign foreign = find_foreign(*store);
  const std::uint64_t own = dry_run || !all ? removal.files + removal.indices : 0;
  const std::uint64_t left = foreign.files - std::min(foreign.files, own);
  if (all) record["foreign_files"] = left;
  if (all && !dry_run && left > 0) {
    record["foreign_examples"] = foreign.examples;
    record["warnings"].push_back(fmt::format("{} that aforo did not write {} left in place, such as {}",
                                             counted(left, "file or link", "files or links"),
                                             left == 1 ? "was" : "were", foreign.examples.front()));
  }
  return outcome;
}

}  // namespace aforo
