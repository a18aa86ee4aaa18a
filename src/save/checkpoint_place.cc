#include "save/checkpoint_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/text.h"
#include "dataset/checkpoint_layout.h"

namespace aforo {
namespace {

constexpr std::uint64_t kLargestManifest = 1 << 20;

// Of whichever layout it is.
tl::expected<CheckpointManifest, std::string> read_checkpoint_manifest(const Store& store,
                                                                       const std::string& directory) {
  int error = ENOENT;
  for (const CheckpointFiles files : {CheckpointFiles::kDcp, CheckpointFiles::kTorch}) {
    const auto text =
        read_text(store, fmt::format("{}/{}", directory, manifest_name(files)), kLargestManifest);
    if (text) return parse_checkpoint_manifest(*text);
    if (text.error() != ENOENT) error = text.error();
  }
  return tl::unexpected(describe_errno(error));
}

std::string in_brief(const CheckpointPlace& place) {
  std::vector<std::string> words;
  if (!place.unfinished.empty())
    words.push_back(fmt::format("{} cut short before {} whole", place.unfinished.size(),
                                place.unfinished.size() == 1 ? "it was" : "they were"));
  if (!place.broken.empty()) words.push_back(place.broken.front());
  return words.empty() ? "" : fmt::format(" ({})", join(words, ", "));
}

}  // namespace

CheckpointPlace look_at_checkpoints(const Store& store) {
  CheckpointPlace place;
  const DirectoryLook look = store.look(kCheckpointsMarker);
  place.ownership = look.ownership;
  place.others = look.others;
  if (look.ownership != Ownership::kOurs) return place;
  std::vector<CheckpointName> named;
  store.each_at_top([&named](std::string_view name, EntryKind kind) {
    const auto found = checkpoint_of_name(name);
    if (found && kind == EntryKind::kDirectory) named.push_back(*found);
    return true;
  });
  std::sort(named.begin(), named.end(),
            [](const CheckpointName& a, const CheckpointName& b) { return a.number < b.number; });
  for (const CheckpointName& name : named) {
    place.next = std::max(place.next, name.number + 1);
    if (!name.whole) {
      place.unfinished.push_back(name.number);
      continue;
    }
    const std::string directory = fmt::format("checkpoint-{:06}", name.number);
    const auto manifest = read_checkpoint_manifest(store, directory);
    if (manifest && manifest->number == name.number)
      place.whole.push_back(*manifest);
    else
      place.broken.push_back(
          fmt::format("{}: {}", directory, manifest ? "its manifest has another number" : manifest.error()));
  }
  return place;
}

void require_alike(const CheckpointPlace& place, const CheckpointSpec& asked, const std::string& where) {
  for (const CheckpointManifest& there : place.whole)
    if (const std::string differs = difference_between(asked, there.spec); !differs.empty())
      throw UserError(fmt::format(
          "expected the checkpoints in '{}' to be laid as the workload says, found others there ({}); choose another "
          "directory, or the workload that they were written with",
          where, differs));
}

void require_restorable(const CheckpointPlace& place, const CheckpointSpec& asked, const std::string& where) {
  constexpr std::string_view kWrite = "write some with 'aforo checkpoint W DIR --write 1'";
  if (place.ownership == Ownership::kAbsent)
    throw UserError(fmt::format("expected a directory of checkpoints, found no '{}'; {}", where, kWrite));
  if (place.ownership == Ownership::kEmpty)
    throw UserError(fmt::format("expected checkpoints in '{}', found an empty directory; {}", where, kWrite));
  if (place.ownership == Ownership::kForeign)
    throw UserError(
        fmt::format("expected checkpoints that aforo wrote in '{}', found other files there ({}); {}", where,
                    join(place.others, ", "), kWrite));
  if (place.whole.empty())
    throw UserError(
        fmt::format("expected a whole checkpoint in '{}', found none{}; {}", where, in_brief(place), kWrite));
  require_alike(place, asked, where);
}

void require_there(const Store& store, const CheckpointManifest& manifest) {
  const auto found = read_checkpoint_manifest(store, fmt::format("checkpoint-{:06}", manifest.number));
  if (found && *found == manifest) return;
  throw UserError(fmt::format(
      "expected checkpoint {} in '{}' as the first process sees it, found {}; name a directory that all hosts share",
      manifest.number, store.where(), found ? "another one" : found.error()));
}

void require_files(const Store& store, const CheckpointManifest& manifest) {
  const CheckpointLayout layout(CheckpointShape::make(manifest.spec, 1).value());
  const CheckpointShape& shape = layout.shape();
  for (std::uint32_t rank = 0; rank < shape.ranks(); ++rank)
    for (std::uint32_t part = 0; part < shape.files_of(rank); ++part) {
      const std::string name = layout.path(CheckpointLayout::whole(layout.id({manifest.number, rank, part})));
      const std::uint64_t bytes = shape.file(rank, part).bytes;
      const auto size = store.size_of(name);
      if (size && *size == bytes) continue;
      throw UserError(fmt::format(
          "expected '{}/{}' to have {} bytes, found {}: the checkpoint is not whole; restore "
          "another, or write it again",
          store.where(), name, bytes, size ? fmt::format("{}", *size) : describe_errno(size.error())));
    }
}

}  // namespace aforo
