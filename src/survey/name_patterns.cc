#include "survey/name_patterns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/random.h"
#include "base/text.h"
#include "base/units.h"
#include "survey/dataset_words.h"

namespace aforo {
namespace {

// Chosen: more marks of one sort than a dataset has; beyond them names are just names.
constexpr std::size_t kMostMarks = 32;
constexpr std::size_t kLongestMark = 16;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_letters(std::string_view text) {
  return !text.empty() && text.size() <= kLongestMark && std::all_of(text.begin(), text.end(), is_letter);
}

std::uint64_t hash_of(std::string_view a, std::string_view b) {
  std::uint64_t hash = 0x6e616d6573;
  for (const std::string_view part : {a, b}) {
    for (const char c : part) hash = mix64(hash, static_cast<unsigned char>(c));
    hash = mix64(hash, 0x100);
  }
  return hash;
}

// "train" of "train", "Training", "train2017", "train-clean-100"; "" of what is no split.
std::string_view split_of(std::string_view word) {
  while (!word.empty() && is_digit(word.back())) word.remove_suffix(1);
  const std::string low = to_lower(word);
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kSplits = {{
      {"train", "train"},
      {"training", "train"},
      {"tr", "train"},
      {"val", "val"},
      {"valid", "val"},
      {"validation", "val"},
      {"dev", "val"},
      {"test", "test"},
      {"testing", "test"},
      {"eval", "test"},
      {"holdout", "test"},
  }};
  for (const auto& [word_of_it, split] : kSplits)
    if (low == word_of_it) return split;
  return {};
}

std::string_view split_in(std::string_view name) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (i < name.size() && std::string_view("_-. ").find(name[i]) == std::string_view::npos) continue;
    if (const auto split = split_of(name.substr(begin, i - begin)); !split.empty()) return split;
    begin = i + 1;
  }
  return {};
}

// By a folder if one is named so, else by the file's own name.
std::string_view split_of_path(std::string_view folders, std::string_view name) {
  for (const std::string& folder : split(folders, '/'))
    if (const auto split = split_in(folder); !split.empty()) return split;
  return split_in(name);
}

// Folders of the second file of a pair are called so; two classes of the same numbers are no pair.
bool names_a_target(std::string_view folder) {
  const std::string low = to_lower(folder);
  for (const std::string_view word : {"mask", "label", "seg", "annot", "target", "depth", "truth", "gt"})
    if (low.find(word) != low.npos) return true;
  return false;
}

}  // namespace

void NamePatterns::add(Marks& marks, std::string_view mark, std::uint64_t size, std::uint64_t hash,
                       std::string_view path) {
  auto found = marks.find(mark);
  if (found == marks.end()) {
    if (marks.size() >= kMostMarks) return;
    found = marks.emplace(std::string(mark), Sum{.example = std::string(path)}).first;
  }
  Sum& sum = found->second;
  ++sum.files;
  sum.bytes += size;
  sum.hash += hash;
  if (path < sum.example) sum.example = path;
}

void NamePatterns::add(std::string_view path, std::uint64_t size) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folders = slash == path.npos ? std::string_view() : path.substr(0, slash);
  const std::string_view name = slash == path.npos ? path : path.substr(slash + 1);
  const std::string_view stem = name.substr(0, name.find('.'));
  if (const auto split = split_of_path(folders, name); !split.empty()) add(splits_, split, size, 0, path);

  const std::size_t mark = stem.find_last_of("_-");
  const bool marked = mark != stem.npos && mark > 0 && all_letters(stem.substr(mark + 1));
  add(suffixes_, marked ? stem.substr(mark + 1) : std::string_view(), size,
      hash_of(folders, marked ? stem.substr(0, mark) : stem), path);

  const std::size_t above = folders.rfind('/');
  const std::string_view last = above == folders.npos ? folders : folders.substr(above + 1);
  add(folders_, last, size,
      hash_of(above == folders.npos ? std::string_view() : folders.substr(0, above), stem), path);

  std::size_t end = 0;
  while (end < name.size() && is_letter(name[end])) ++end;
  if (end > 0 && end < name.size() && split_of(name.substr(0, end)).empty())
    add(prefixes_, name.substr(0, end), size, hash_of(folders, name.substr(end)), path);
}

void NamePatterns::merge(const NamePatterns& other) {
  const auto merge_marks = [](Marks& mine, const Marks& theirs) {
    for (const auto& [mark, sum] : theirs) {
      if (!mine.contains(mark) && mine.size() >= kMostMarks) continue;
      Sum& into = mine[mark];
      into.files += sum.files;
      into.bytes += sum.bytes;
      into.hash += sum.hash;
      if (into.example.empty() || sum.example < into.example) into.example = sum.example;
    }
  };
  merge_marks(splits_, other.splits_);
  merge_marks(suffixes_, other.suffixes_);
  merge_marks(folders_, other.folders_);
  merge_marks(prefixes_, other.prefixes_);
}

// The largest set of marks that stand on the same names, at least two of them.
std::vector<const NamePatterns::Marks::value_type*> NamePatterns::alike(const Marks& marks) {
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<const Marks::value_type*>> sets;
  if (marks.size() < kMostMarks) {
    for (const auto& entry : marks)
      if (entry.second.files > 1) sets[{entry.second.files, entry.second.hash}].push_back(&entry);
  }
  std::vector<const Marks::value_type*> best;
  for (auto& [same, set] : sets)
    if (set.size() > 1 && set.size() > best.size()) best = std::move(set);
  return best;
}

std::vector<std::string> NamePatterns::sentences(bool shards) const {
  std::vector<std::string> out;
  if (splits_.size() > 1) {
    std::vector<std::string> parts;
    for (const auto& [split, sum] : splits_)
      parts.push_back(
          fmt::format("{} {} ({})", split, counted(sum.files, "file", "files"), format_bytes({sum.bytes})));
    out.push_back(fmt::format("splits are counted together: {}; give the directory of one to have it alone",
                              join(parts, ", ")));
  }
  const auto say = [&out](const std::vector<const Marks::value_type*>& set, std::string_view what,
                          std::string_view meant) {
    std::vector<std::string> examples;
    for (const auto* entry : set) examples.push_back(entry->second.example);
    out.push_back(fmt::format("{} times {} {}, such as {}: {}", set.size(),
                              counted(set.front()->second.files, "file", "files"), what,
                              join(examples, " and "), meant));
  };
  const auto one_of_each = [](const std::vector<const Marks::value_type*>& set) {
    return fmt::format("if a sample is one of each, there are {} of them",
                       format_count(static_cast<double>(set.front()->second.files)));
  };
  if (const auto pairs = alike(suffixes_); !pairs.empty())
    say(pairs, "are named alike but for their end", one_of_each(pairs));
  const auto folders = alike(folders_);
  if (std::any_of(folders.begin(), folders.end(),
                  [](const auto* entry) { return names_a_target(entry->first); }))
    say(folders, "have the same names in folders of their own", one_of_each(folders));
  if (const auto parallel = alike(prefixes_); shards && !parallel.empty())
    say(parallel, "are parallel shards by their names",
        fmt::format("a sample that is spread over them is counted {} times", parallel.size()));
  return out;
}

}  // namespace aforo
