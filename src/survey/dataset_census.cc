#include "survey/dataset_census.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "dataset/container.h"

namespace aforo {
namespace {

constexpr std::string_view kHidden = ".hidden";
constexpr std::size_t kLongestExtension = 12;  // with its dot; chosen: longer is part of a name

// Chosen: what lies beside samples and is none.
constexpr std::array<std::string_view, 22> kSide = {
    kHidden, ".idx", ".index", ".json", ".jsonl", ".csv", ".tsv",  ".txt",    ".xml",  ".yaml", ".yml",
    ".md",   ".log", ".html",  ".py",   ".sh",    ".md5", ".sha1", ".sha256", ".lock", ".tmp",  ".cfg"};

std::string describe(const std::string& extension, const FileGroup& group) {
  const std::string name = extension == kHidden         ? "hidden"
                           : extension.empty()          ? "without extension"
                           : extension == Census::kRest ? "of other extensions"
                                                        : "*" + extension;
  return fmt::format("{} {} {} ({}, {})", format_count(static_cast<double>(group.files)),
                     group.files == 1 ? "file" : "files", name, to_string(group.kind()),
                     format_bytes({group.bytes}));
}

struct Tally {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

FileKind most_frequent(const Census& census, bool sides) {
  std::map<FileKind, Tally> kinds;
  for (const auto& [extension, group] : census.groups()) {
    if (!sides && is_side_extension(extension)) continue;
    Tally& tally = kinds[group.kind()];
    tally.files += group.files;
    tally.bytes += group.bytes;
  }
  FileKind best = FileKind::kOther;
  Tally most;
  for (const auto& [kind, tally] : kinds) {
    if (std::pair(tally.files, tally.bytes) > std::pair(most.files, most.bytes)) {
      best = kind;
      most = tally;
    }
  }
  return best;
}

bool all_sides(const Census& census) {
  return std::all_of(census.groups().begin(), census.groups().end(),
                     [](const auto& entry) { return is_side_extension(entry.first); });
}

bool has_kind(const Census& census, FileKind kind, bool sides) {
  return std::any_of(census.groups().begin(), census.groups().end(), [&](const auto& entry) {
    return (sides || !is_side_extension(entry.first)) && entry.second.kind() == kind;
  });
}

// Not of shards: one that does not look like the others is damage, which is found and
// named when it is indexed.
void warn_of_mixture(const FileGroup& group, const std::string& extension, SampleChoice& choice) {
  if (container(layout_of(choice.kind)).has_headers()) return;
  std::uint64_t probed = 0, others = 0;
  for (const auto& [kind, count] : group.kinds) {
    probed += count;
    if (kind != choice.kind && kind != FileKind::kEmpty) others += count;  // empty ones have a sentence
  }
  if (others == 0) return;
  choice.warnings.push_back(fmt::format("of {} files *{} looked into, {} {} not {}: counted as samples too",
                                        probed, extension, others, others == 1 ? "is" : "are",
                                        to_string(choice.kind)));
}

}  // namespace

std::string extension_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
  if (name.starts_with('.')) return std::string(kHidden);
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || name.size() - dot > kLongestExtension) return {};
  return to_lower(name.substr(dot));
}

bool is_side_extension(std::string_view extension) {
  return std::find(kSide.begin(), kSide.end(), extension) != kSide.end();
}

FileKind FileGroup::kind() const {
  FileKind best = FileKind::kOther;
  std::uint64_t most = 0;
  for (const auto& [kind, count] : kinds) {
    if (count > most) {
      best = kind;
      most = count;
    }
  }
  return best == FileKind::kEmpty ? FileKind::kOther : best;
}

FileGroup& Census::group_of(std::string_view extension, const std::string*& name) {
  auto found = groups_.find(extension);
  if (found == groups_.end()) {
    const bool full = groups_.size() >= kMostGroups;
    found = groups_.try_emplace(std::string(full ? kRest : extension)).first;
  }
  name = &found->first;
  return found->second;
}

const std::string& Census::add(std::string_view path, std::uint64_t size) {
  const std::string* name = nullptr;
  FileGroup& group = group_of(extension_of(path), name);
  ++group.files;
  group.bytes += size;
  group.empty += size == 0;
  if (group.probes.size() < kProbes) {
    group.probes.emplace_back(path);
  } else if (const std::uint64_t at = random_.below(group.files); at < kProbes) {
    group.probes[at] = path;
  }
  return *name;
}

void Census::merge(const Census& other) {
  for (const auto& [extension, theirs] : other.groups_) {
    const std::string* name = nullptr;
    FileGroup& mine = group_of(extension, name);
    std::vector<std::string> mixed;
    // Each side gives as many probes as its share of the files.
    for (std::size_t mine_next = 0, theirs_next = 0; mixed.size() < kProbes;) {
      const bool mine_left = mine_next < mine.probes.size(), theirs_left = theirs_next < theirs.probes.size();
      if (!mine_left && !theirs_left) break;
      const bool take_mine =
          mine_left && (!theirs_left || random_.below(mine.files + theirs.files) < mine.files);
      mixed.push_back(take_mine ? mine.probes[mine_next++] : theirs.probes[theirs_next++]);
    }
    mine.probes = std::move(mixed);
    mine.files += theirs.files;
    mine.bytes += theirs.bytes;
    mine.empty += theirs.empty;
  }
}

std::uint64_t Census::files() const {
  std::uint64_t sum = 0;
  for (const auto& [extension, group] : groups_) sum += group.files;
  return sum;
}

std::uint64_t Census::probe(const Store& store) {
  std::uint64_t unreadable = 0;
  std::array<std::byte, kRecogniseBytes> front;
  for (auto& [extension, group] : groups_) {
    group.kinds.clear();
    for (const std::string& path : group.probes) {
      const auto size = read_at(store, path, 0, front);
      if (!size) {
        ++unreadable;
        continue;
      }
      ++group.kinds[recognise(path, std::span(front).first(*size))];
    }
  }
  return unreadable;
}

bool SampleChoice::includes(std::string_view group) const {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

SampleChoice choose_samples(const Census& census, std::optional<FileKind> preferred) {
  const bool sides = all_sides(census);
  SampleChoice choice;
  choice.kind = preferred && has_kind(census, *preferred, sides) ? *preferred : most_frequent(census, sides);
  std::vector<std::pair<std::uint64_t, std::string>> left_out;
  for (const auto& [extension, group] : census.groups()) {
    if ((sides || !is_side_extension(extension)) && group.kind() == choice.kind) {
      choice.groups.push_back(extension);
      choice.files += group.files;
      choice.bytes += group.bytes;
      choice.empty += group.empty;
      warn_of_mixture(group, extension, choice);
    } else {
      left_out.emplace_back(group.files, describe(extension, group));
    }
  }
  if (choice.empty > 0) {
    choice.warnings.push_back(fmt::format(
        "{} of {} sample files {} empty (0 bytes)", format_count(static_cast<double>(choice.empty)),
        format_count(static_cast<double>(choice.files)), choice.empty == 1 ? "is" : "are"));
  }
  std::sort(left_out.rbegin(), left_out.rend());
  for (auto& [files, text] : left_out) choice.left_out.push_back(std::move(text));
  if (!choice.left_out.empty()) {
    choice.warnings.push_back(fmt::format("left out as no samples: {}", join(choice.left_out, ", ")));
  }
  return choice;
}

}  // namespace aforo
