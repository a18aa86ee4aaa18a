#include "survey/dataset_census.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "dataset/container.h"
#include "survey/dataset_words.h"

namespace aforo {
namespace {

constexpr std::string_view kHidden = ".hidden";
constexpr std::size_t kLongestExtension = 12;  // with its dot; chosen: longer is part of a name

// Chosen: what lies beside samples and is none.
constexpr std::array<std::string_view, 22> kSideExtensions = {
    kHidden, ".idx", ".index", ".json", ".jsonl", ".csv", ".tsv",  ".txt",    ".xml",  ".yaml", ".yml",
    ".md",   ".log", ".html",  ".py",   ".sh",    ".md5", ".sha1", ".sha256", ".lock", ".tmp",  ".cfg"};

// Chosen: what lies beside samples under a name of its own.
constexpr std::array<std::string_view, 14> kSideNames = {
    "dicomdir", "readme",    "license", "licence",   "copying",     "notice",   "makefile",
    "manifest", "changelog", "authors", "thumbs.db", "desktop.ini", "lock.mdb", "autorun.inf"};
// Chosen: an archive beside its contents is about as large as they are.
constexpr double kArchiveWeight = 0.1;
constexpr std::size_t kFront = 4;  // first bytes that tell unknown files apart

std::string describe(const std::string& extension, const FileGroup& group) {
  const std::string name = extension == kHidden         ? "hidden"
                           : extension.empty()          ? "without extension"
                           : extension == Census::kRest ? "of other extensions"
                           : extension[0] != '.'        ? extension
                                                        : "*" + extension;
  return fmt::format("{} {} {} ({}, {})", format_count(static_cast<double>(group.files)),
                     group.files == 1 ? "file" : "files", name, to_string(group.kind()),
                     format_bytes({group.bytes}));
}

// What files must have in common to be samples of one dataset: what they are, or, where nobody knows that, their
// suffix or their first bytes.
struct Sort {
  FileKind kind = FileKind::kOther;
  std::string mark;
  auto operator<=>(const Sort&) const = default;
};

// First bytes that are text ("once", "<xml") tell nothing.
bool tells(std::string_view front) {
  return front.size() == kFront && std::any_of(front.begin(), front.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 9 || byte > 0x7e;
         });
}

Sort sort_of(const std::string& extension, const FileGroup& group) {
  const FileKind kind = group.kind();
  if (kind != FileKind::kOther) return {kind, ""};
  return {kind, tells(group.front) ? "bytes " + group.front : extension};
}

// From what is a dataset's sample without a doubt to what is one only where there is nothing else.
enum class Rank { kSample, kSide, kNever };
Rank rank_of(const std::string& extension, const FileGroup& group) {
  if (is_never_sample(group.kind())) return Rank::kNever;
  return is_side_extension(extension) ? Rank::kSide : Rank::kSample;
}

Rank best_rank(const Census& census) {
  Rank best = Rank::kNever;
  for (const auto& [extension, group] : census.groups()) best = std::min(best, rank_of(extension, group));
  return best;
}

// Of the sort that most bytes of the rank are of, of the preferred kind if there is one.
std::optional<Sort> largest_sort(const Census& census, Rank rank, std::optional<FileKind> preferred) {
  std::map<Sort, std::pair<double, std::uint64_t>> sums;
  for (const auto& [extension, group] : census.groups()) {
    if (rank_of(extension, group) != rank) continue;
    const Sort sort = sort_of(extension, group);
    if (preferred && sort.kind != *preferred) continue;
    auto& [bytes, files] = sums[sort];
    bytes += static_cast<double>(group.bytes) * (is_archive(sort.kind) ? kArchiveWeight : 1);
    files += group.files;
  }
  std::optional<Sort> best;
  for (const auto& [sort, sum] : sums)
    if (!best || sum > sums[*best]) best = sort;
  return best;
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
  choice.mixture.push_back(fmt::format("of {} files *{} looked into, {} {} not {}: counted as samples too",
                                       probed, extension, others, others == 1 ? "is" : "are",
                                       to_string(choice.kind)));
}

}  // namespace

std::string extension_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
  if (name.starts_with('.')) return std::string(kHidden);
  const std::string low = to_lower(name);
  if (std::find(kSideNames.begin(), kSideNames.end(), low) != kSideNames.end()) return low;
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || name.size() - dot > kLongestExtension) return {};
  const std::string_view number = "0123456789";
  if (low.find_first_not_of(number, dot + 1) == low.npos) return {};
  return low.substr(dot);
}

bool is_side_extension(std::string_view extension) {
  if (!extension.empty() && extension[0] != '.') return true;
  return std::find(kSideExtensions.begin(), kSideExtensions.end(), extension) != kSideExtensions.end();
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
  group.names.add(path, size);
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
    mine.names.merge(theirs.names);
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
    group.front.clear();
    bool alike = true;
    for (const std::string& path : group.probes) {
      const auto size = read_at(store, path, 0, front);
      if (!size) {
        ++unreadable;
        continue;
      }
      ++group.kinds[recognise(path, std::span(front).first(*size))];
      if (*size == 0) continue;
      const std::string first(reinterpret_cast<const char*>(front.data()), std::min(*size, kFront));
      if (group.front.empty()) group.front = first;
      alike = alike && group.front == first;
    }
    if (!alike) group.front.clear();
  }
  // Nothing in a Megatron corpus says what it is: its index beside it does.
  const auto index = groups_.find(".idx"), corpus = groups_.find(".bin");
  if (index != groups_.end() && corpus != groups_.end() && index->second.kind() == FileKind::kMegatronIndex)
    corpus->second.kinds = {{FileKind::kMegatron, corpus->second.probes.size()}};
  return unreadable;
}

bool SampleChoice::includes(std::string_view group) const {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

SampleChoice choose_samples(const Census& census, std::optional<FileKind> preferred) {
  const Rank rank = best_rank(census);
  SampleChoice choice;
  std::optional<Sort> sort = largest_sort(census, rank, preferred);
  if (!sort) sort = largest_sort(census, rank, std::nullopt);
  choice.kind = sort ? sort->kind : FileKind::kOther;
  std::vector<std::pair<std::uint64_t, std::string>> left_out;
  NamePatterns names;
  for (const auto& [extension, group] : census.groups()) {
    if (rank_of(extension, group) == rank && sort_of(extension, group) == *sort) {
      choice.groups.push_back(extension);
      choice.files += group.files;
      choice.bytes += group.bytes;
      choice.empty += group.empty;
      names.merge(group.names);
      warn_of_mixture(group, extension, choice);
    } else {
      left_out.emplace_back(group.files, describe(extension, group));
      choice.left_out_files += group.files;
      choice.left_out_bytes += group.bytes;
    }
  }
  if (hides_samples(choice.kind)) {
    choice.hidden_samples = fmt::format(
        "{} {} of the kind {}, which holds many samples: each file counts as one sample: probably wrong",
        counted(choice.files, "file", "files"), choice.files == 1 ? "is" : "are", to_string(choice.kind));
  }
  const bool shards = container(layout_of(choice.kind)).has_headers() || hides_samples(choice.kind);
  for (std::string& sentence : names.sentences(shards)) choice.warnings.push_back(std::move(sentence));
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
