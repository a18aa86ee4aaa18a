// `aforo generate --delete`: what a manifest names goes, everything else stays.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <mutex>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/parallel_for.h"
#include "generate/generate_command.h"
#include "storage/engine.h"
#include "survey/dataset_marker.h"
#include "survey/dataset_words.h"
#include "workload/parse.h"
#include "world/progress_ticker.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

struct Removal {
  std::atomic<std::uint64_t> looked{0};
  std::atomic<std::uint64_t> files{0};    // of samples
  std::atomic<std::uint64_t> indices{0};  // beside them
  std::atomic<std::uint64_t> bytes{0};
  std::mutex mutex;
  std::string failed;  // first path that could not be removed, with the reason
};

// Removes (or, on a dry run, only counts) one regular file. What is not there needs no removing.
void take(const OwnedDirectory& owned, const std::string& path, bool dry_run,
          std::atomic<std::uint64_t>& removed, Removal& removal) {
  struct stat info {};
  if (::fstatat(owned.root(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
    return;
  if (const int error = dry_run ? 0 : owned.remove_file(path)) {
    const std::lock_guard lock(removal.mutex);
    if (removal.failed.empty()) removal.failed = fmt::format("{}: {}", path, describe_errno(error));
    return;
  }
  removed.fetch_add(1, std::memory_order_relaxed);
  removal.bytes.fetch_add(static_cast<std::uint64_t>(info.st_size), std::memory_order_relaxed);
}

// The dataset's directories that are symbolic links by now: what they lead to is somebody else's.
std::set<std::string> linked_directories(const GeneratedLayout& layout, const OwnedDirectory& owned) {
  std::set<std::string> linked;
  for (std::uint64_t i = 0; i < layout.directories(); ++i) {
    const std::string path = layout.directory(i);
    struct stat info {};
    if (::fstatat(owned.root(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode))
      linked.insert(path);
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

void take_files(const GeneratedLayout& layout, const OwnedDirectory& owned, bool dry_run,
                const std::stop_token& stop, Removal& removal) {
  const std::set<std::string> linked = linked_directories(layout, owned);
  parallel_for(layout.files(), 256, thread_count(0), stop, [&](unsigned, FileId begin, FileId end) {
    for (FileId file = begin; file < end; ++file) {
      const std::string path = layout.path(file);
      removal.looked.fetch_add(1, std::memory_order_relaxed);
      if (leads_through(linked, path)) continue;
      take(owned, path, dry_run, removal.files, removal);
      if (layout.has_index()) take(owned, layout.index_path(file), dry_run, removal.indices, removal);
    }
  });
}

// What stays behind: counted, a few named. A symbolic link counts as itself, whatever it leads to.
struct Foreign {
  std::uint64_t files = 0;
  std::vector<std::string> examples;
};

Foreign find_foreign(const std::string& directory) {
  Foreign foreign;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, fs::directory_options::skip_permission_denied, error), end;
  for (; !error && at != end; at.increment(error)) {
    const std::string path = fs::path(at->path()).lexically_relative(directory).string();
    if (at->symlink_status(error).type() == fs::file_type::directory || path == kManifestName) continue;
    ++foreign.files;
    if (foreign.examples.size() < 5) foreign.examples.push_back(path);
  }
  return foreign;
}

Manifest require_marker(const std::string& directory) {
  auto manifest = read_marker(directory);
  if (!manifest) {
    throw UserError(fmt::format(
        "expected a dataset that aforo generated in {} (with {}), found none: nothing is deleted there",
        directory, kManifestName));
  }
  return std::move(*manifest);
}

GeneratedLayout layout_of(const Manifest& manifest, const std::string& directory) {
  const DatasetSpec spec =
      parse_dataset_block(manifest.dataset_yaml, directory + "/" + std::string(kManifestName));
  GeneratedLayout layout(spec, manifest.id, manifest.totals);
  if (layout.files() != manifest.files || dataset_id_of(spec) != manifest.id) {
    throw UserError(
        fmt::format("expected the manifest in {} to agree with itself, found {} files named and {} "
                    "computed: it was edited; remove the directory by hand",
                    directory, manifest.files, layout.files()));
  }
  return layout;
}

void finish(const GeneratedLayout& layout, const OwnedDirectory& owned, const std::string& directory) {
  for (std::uint64_t i = layout.directories(); i-- > 0;) {
    owned.remove_directory(layout.directory(i));  // one that is not empty stays
  }
  if (const int error = owned.remove_marker()) {
    throw UserError(fmt::format("expected to remove {} in {} as the last file, found {}", kManifestName,
                                directory, describe_errno(error)));
  }
}

}  // namespace

Json delete_generated(const std::string& directory, bool dry_run, std::stop_token stop,
                      const ProgressSink& sink) {
  const Manifest manifest = require_marker(directory);
  const GeneratedLayout layout = layout_of(manifest, directory);
  const OwnedDirectory owned = OwnedDirectory::for_removal(directory, kManifestName);
  Json record = start_record("generate", directory);
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
    take_files(layout, owned, dry_run, stop, removal);
  }
  if (!removal.failed.empty()) {
    throw UserError(
        fmt::format("expected to remove {} files in {}, found {} after {} of them; the marker stays, so "
                    "that the same command goes on",
                    layout.files(), directory, removal.failed, removal.files.load()));
  }
  const bool all = removal.looked == layout.files();
  if (all && !dry_run) finish(layout, owned, directory);
  record["files"] = removal.files.load();
  if (layout.has_index()) record["index_files"] = removal.indices.load();
  record["bytes"] = removal.bytes.load();
  record["seconds"] = (monotonic_now() - started).value;
  record["partial"] = !all;
  const Foreign foreign = find_foreign(directory);
  const std::uint64_t own = dry_run || !all ? removal.files + removal.indices : 0;
  const std::uint64_t left = foreign.files - std::min(foreign.files, own);
  if (all) record["foreign_files"] = left;
  if (all && !dry_run && left > 0) {
    record["foreign_examples"] = foreign.examples;
    record["warnings"].push_back(fmt::format("{} that aforo did not write {} left in place, such as {}",
                                             counted(left, "file or link", "files or links"),
                                             left == 1 ? "was" : "were", foreign.examples.front()));
  }
  return record;
}

}  // namespace aforo
