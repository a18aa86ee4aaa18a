#include "generate/generate_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "dataset/format.h"
#include "generate/whose_file.h"
#include "survey/dataset_marker.h"
#include "workload/access.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// "offset length\n" in a shard of some hundred MB, and some room: an estimate from above, so
// that what a plan says fits does.
constexpr std::uint64_t kIndexLineBytes = 22;

// Lines of the dataset block that are in one and not in the other: "samples: 100 there, 200 asked".
std::string difference(const std::string& there, const std::string& asked) {
  const std::vector<std::string> theirs = split(there, '\n'), ours = split(asked, '\n');
  std::vector<std::string> words;
  for (const std::string& line : ours) {
    if (std::find(theirs.begin(), theirs.end(), line) != theirs.end()) continue;
    const std::string key = line.substr(0, line.find(':') + 1);
    const auto other = std::find_if(theirs.begin(), theirs.end(), [&](const std::string& text) {
      return !key.empty() && text.starts_with(key);
    });
    const std::string_view found =
        other == theirs.end() ? "nothing" : trim(std::string_view(*other).substr(key.size()));
    words.push_back(fmt::format("{} {} asked, {} there", trim(key),
                                trim(std::string_view(line).substr(key.size())), found));
  }
  return words.empty() ? "written by another version of aforo" : join(words, "; ");
}

// Space that `files` files take beyond their bytes, from the first few thousand of those that are left.
std::uint64_t rounding(const GeneratedLayout& layout, FileId from, std::uint64_t block) {
  // Samples whose files are looked at for the mean rest of a block. Chosen: enough for a mean of
  // rests, and each costs a computed size only.
  constexpr FileId kLooked = 1000;
  const FileId left = layout.files() - from;
  const FileId looked = std::min(left, std::max<FileId>(kLooked * layout.files() / layout.samples(), 1));
  if (left == 0 || block == 0) return 0;
  std::uint64_t rest = 0;
  for (FileId i = 0; i < looked; ++i) rest += (block - layout.file_size(from + i) % block) % block;
  return rest / looked * left + block;
}

std::uint64_t bytes_from(const GeneratedLayout& layout, FileId from) {
  // Samples whose sizes are drawn to count exactly; beyond, what is left is taken to be like the
  // whole. Chosen: bounds how long a plan takes.
  constexpr std::uint64_t kMostDraws = 4'000'000;
  if (from == 0) return layout.stored_bytes();
  const FileId left = layout.files() - from;
  if (left > 0 && layout.samples() / layout.files() * left > kMostDraws) {
    return layout.stored_bytes() / layout.files() * left;
  }
  std::uint64_t bytes = 0;
  for (FileId file = from; file < layout.files(); ++file) bytes += layout.file_size(file);
  return bytes;
}

// What files from `from` on take already: a killed process wrote past its mark. They will be written over.
struct Present {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

Present present_from(const GeneratedLayout& layout, FileId from, const Store& store, std::uint64_t block) {
  // Beyond so many absent files nothing was begun: claims are at most 1000 files, and this is
  // ten threads' worth. What more threads wrote farther on is not counted, and a little more
  // room asked for than is needed.
  constexpr FileId kGap = 10'000;
  Present present;
  FileId absent = 0;
  for (FileId file = from; file < layout.files() && absent < kGap; ++file) {
    const auto size = store.size_of(layout.path(file));
    if (!size) {
      ++absent;
      continue;
    }
    absent = 0;
    ++present.files;
    present.bytes += (*size + block - 1) / block * block;
  }
  return present;
}

SpaceNeeded still_needed(const GeneratedLayout& layout, FileId from, std::uint64_t index_bytes, Bytes block) {
  const FileId left = layout.files() - from;
  const double share = static_cast<double>(left) / static_cast<double>(layout.files());
  const std::uint64_t kinds = layout.has_index() ? 2 : 1;
  SpaceNeeded needed;
  needed.inodes =
      left * kinds + static_cast<std::uint64_t>(static_cast<double>(layout.directories()) * share);
  needed.bytes = {bytes_from(layout, from) + rounding(layout, from, block.value) +
                  static_cast<std::uint64_t>(static_cast<double>(index_bytes) * share) +
                  (layout.has_index() ? left * block.value : 0)};
  return needed;
}

void require_same(const Manifest& found, const Manifest& asked, const std::string& directory) {
  if (found.id == asked.id && found.files == asked.files) return;
  throw UserError(
      fmt::format("expected {} to be empty or to hold this dataset, found another one there ({}): take it "
                  "away with 'aforo "
                  "generate --delete {}', or choose another directory",
                  directory, difference(found.dataset_yaml, asked.dataset_yaml), directory));
}

// A marker that has been lost says whose the place is by its name alone: all that lies beside it must bear the names
// of the dataset. What is in the files is judged when they are laid.
void require_only_own_names(const GeneratedLayout& layout, const Store& store) {
  std::string other;
  std::mutex mutex;
  ListOptions options;
  options.unlisted = kManifestName;
  options.everything = true;
  store.list(options, {}, [&](unsigned, std::string_view name, std::uint64_t) {
    if (file_named(layout, name) || name.starts_with(kManifestName)) return;
    const std::lock_guard lock(mutex);
    if (other.empty()) other = name;
  });
  if (other.empty()) return;
  throw UserError(fmt::format(
      "expected in {}, whose {} is no manifest (as a power cut leaves it), only files of this dataset, found {}: "
      "give the workload that was laid there, or choose another directory",
      store.where(), kManifestName, other));
}

// Before anything is touched, in a dry run too.
void require_held(const GeneratedLayout& layout) {
  const SampleFormat& format = layout.format();
  const std::uint64_t most = format.max_bytes(), largest = layout.totals().largest_sample;
  if (most == ~std::uint64_t{0} || largest <= format.stored_bytes(most)) return;
  throw UserError(
      fmt::format("expected {} samples of at most {} bytes, found one of {}: give --content raw, whose files "
                  "are as large",
                  format.name(), most, largest));
}

// What follows from the workload alone.
GeneratePlan begun_plan(const Workload& workload, bool planned, const std::stop_token& stop) {
  const DatasetSpec& spec = workload.dataset;
  require_made(spec, workload.loader);
  GeneratePlan plan;
  const DatasetId id = dataset_id_of(spec);
  plan.layout = std::make_unique<GeneratedLayout>(
      planned ? GeneratedLayout::planned(spec, id)
              : GeneratedLayout(spec, id, [&stop] { return stop.stop_requested(); }));
  require_held(*plan.layout);
  plan.manifest.id = plan.layout->id();
  plan.manifest.dataset_yaml = dataset_to_yaml(spec);
  plan.manifest.samples = plan.layout->samples();
  plan.manifest.files = plan.layout->files();
  plan.manifest.totals = plan.layout->totals();
  return plan;
}

}  // namespace

GeneratePlan make_plan_beside(const Workload& workload, const std::stop_token& stop) {
  return begun_plan(workload, false, stop);
}

GeneratePlan make_generate_plan(const Workload& workload, const Store& store, bool planned,
                                const std::stop_token& stop) {
  GeneratePlan plan = begun_plan(workload, planned, stop);
  OwnDataset found = look_for_own_dataset(store);
  if (found.manifest) {
    require_same(*found.manifest, plan.manifest, store.where());
    plan.manifest = std::move(*found.manifest);
    plan.manifest.job.clear();
  }
  if (found.lost) require_only_own_names(*plan.layout, store);
  plan.lost = found.lost;
  plan.resumes = found.lost || found.manifest;
  plan.index_bytes = plan.layout->has_index() ? plan.layout->samples() * kIndexLineBytes : 0;
  plan.space = space_at(store);
  plan.needed = still_needed(*plan.layout, plan.manifest.files_written, plan.index_bytes, plan.space.block);
  if (plan.resumes && plan.space.free < StoreSpace::kUnbounded) {
    const Present present =
        present_from(*plan.layout, plan.manifest.files_written, store, plan.space.block.value);
    plan.needed.bytes.value -= std::min(plan.needed.bytes.value, present.bytes);
    plan.needed.inodes -= std::min(plan.needed.inodes, present.files);
  }
  plan.unfit = why_not_fitting(plan.needed, plan.space, store.where(), packed_layout_of(workload.loader));
  return plan;
}

void describe_plan(Json& record, const GeneratePlan& plan) {
  const GeneratedLayout& layout = *plan.layout;
  record["samples"] = layout.samples();
  record["files"] = layout.files();
  if (layout.has_index()) record["index_files"] = layout.files();  // one beside each file
  record["bytes"] = layout.stored_bytes() + plan.index_bytes;
  record["directories"] = layout.directories();
  record["layout"] = to_string(layout.kind());
  record["content"] = to_string(layout.content());
  record["filesystem"] = plan.space.filesystem;
  if (plan.space.free < StoreSpace::kUnbounded) record["free_bytes_before"] = plan.space.free.value;
  record["bytes_needed"] = plan.needed.bytes.value;
  record["seed"] = layout.spec().seed;
  record["dataset_id"] = to_string(layout.id());
  record["dataset"] = plan.manifest.dataset_yaml;
}

}  // namespace aforo
