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
// Chosen: files of one sample each are few beside kMany times as many of another sort, and then weigh kFewWeight, which
// is less than a model weighs beside photographs and more than notes weigh beside a file of all tokens.
constexpr std::uint64_t kFew = 3, kMany = 10;
constexpr double kFewWeight = 0.001;
// Chosen: others of this share of the bytes may be what a person meant.
constexpr double kRival = 0.1;
// Of the side files those that datasets of texts and tables consist of.
constexpr std::array<std::string_view, 8> kTexts = {".txt", ".json", ".jsonl", ".csv",
                                                    ".tsv", ".xml",  ".html",  ".md"};
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

// One file of such a kind holds many samples, whatever their number.
bool is_packed(FileKind kind) {
  return traits_of(layout_of(kind)).packed || (hides_samples(kind) && !may_be_one_sample(kind));
}

// What the samples may be: all files of one sort.
struct Candidate {
  Rank rank = Rank::kSample;
  Sort sort;
  double bytes = 0;
  std::uint64_t files = 0;
  double weight = 0;  // by which candidates of one rank are compared
  bool text = false;  // a side file that may be a sample
  std::vector<std::string> groups;
  std::string words;
};

// A model or a vocabulary beside the samples is a file or three, and may be larger than all of them.
bool is_few(const Candidate& candidate, std::uint64_t most) {
  return !is_packed(candidate.sort.kind) && candidate.files <= kFew && candidate.files * kMany <= most;
}

std::vector<Candidate> candidates_of(const Census& census) {
  std::map<std::pair<Rank, Sort>, Candidate> sums;
  for (const auto& [extension, group] : census.groups()) {
    const Rank rank = rank_of(extension, group);
    const Sort sort = sort_of(extension, group);
    Candidate& sum = sums[{rank, sort}];
    sum.rank = rank;
    sum.sort = sort;
    sum.bytes += static_cast<double>(group.bytes);
    sum.files += group.files;
    sum.text = std::find(kTexts.begin(), kTexts.end(), extension) != kTexts.end();
    sum.groups.push_back(extension);
    sum.words += (sum.words.empty() ? "" : " and ") + describe(extension, group);
  }
  std::uint64_t most = 0;
  std::vector<Candidate> all;
  for (auto& [key, sum] : sums) {
    const bool counts = sum.rank == Rank::kSample || (sum.rank == Rank::kSide && sum.text);
    if (counts && !is_packed(sum.sort.kind)) most = std::max(most, sum.files);
    all.push_back(std::move(sum));
  }
  for (Candidate& one : all) {
    const bool archive = is_archive(one.sort.kind);
    one.weight = one.bytes * (archive ? kArchiveWeight : is_few(one, most) ? kFewWeight : 1);
  }
  return all;
}

// The heaviest of those that `fits` lets in; the number decides a tie. Null: there is none.
template <typename Fits>
const Candidate* heaviest(const std::vector<Candidate>& all, const Fits& fits) {
  const Candidate* best = nullptr;
  for (const Candidate& one : all) {
    if (!fits(one)) continue;
    if (best == nullptr || std::pair(one.weight, one.files) > std::pair(best->weight, best->files))
      best = &one;
  }
  return best;
}

// Nobody asked for a layout. Null: there are no files.
const Candidate* best_of(const std::vector<Candidate>& all) {
  const auto of = [&](Rank rank) {
    return heaviest(all, [&](const Candidate& c) { return c.rank == rank; });
  };
  const Candidate* best = of(Rank::kSample);
  if (best == nullptr) best = of(Rank::kSide);
  if (best == nullptr) return of(Rank::kNever);
  if (best->rank == Rank::kSide || is_packed(best->sort.kind)) return best;
  const Candidate* texts = heaviest(all, [&](const Candidate& c) {
    return c.rank == Rank::kSide && c.text && c.weight > best->weight && is_few(*best, c.files);
  });
  return texts != nullptr ? texts : best;
}

// What the workload reads comes first: files of its content, then those that its layout reads without hiding
// samples, if they are not a few beside many others, which a wrong layout would take for the dataset.
const Candidate* best_for(const std::vector<Candidate>& all, const DatasetSpec& asked) {
  const Candidate* best = best_of(all);
  if (best == nullptr) return best;
  const Container& named = container(asked.layout);
  const auto looked_for = named.looks_for(asked.content);
  if (const Candidate* wanted = heaviest(
          all, [&](const Candidate& c) { return c.rank == best->rank && looked_for == c.sort.kind; }))
    return wanted;
  const Candidate* read = heaviest(all, [&](const Candidate& c) {
    return c.rank == best->rank && named.reads(c.sort.kind) && !hides_samples(c.sort.kind);
  });
  const bool many = read != nullptr && (read->files >= best->files || read->bytes >= kRival * best->bytes);
  return many ? read : best;
}

// The sentence that names the heaviest of the others that a person may have meant; "" where none comes near.
std::string other_than(const Candidate& chosen, const std::vector<Candidate>& all) {
  const Candidate* other = heaviest(all, [&](const Candidate& c) {
    return &c != &chosen && c.rank == Rank::kSample && c.bytes >= kRival * chosen.bytes;
  });
  if (other == nullptr) return {};
  return fmt::format("the samples are taken to be {}; they could be {}", chosen.words, other->words);
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

SampleChoice choose_samples(const Census& census, const DatasetSpec* asked) {
  const std::vector<Candidate> all = candidates_of(census);
  const Candidate* chosen = asked != nullptr ? best_for(all, *asked) : best_of(all);
  SampleChoice choice;
  if (chosen != nullptr) choice.kind = chosen->sort.kind;
  std::vector<std::pair<std::uint64_t, std::string>> left_out;
  NamePatterns names;
  for (const auto& [extension, group] : census.groups()) {
    if (std::find(chosen->groups.begin(), chosen->groups.end(), extension) != chosen->groups.end()) {
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
  if (chosen != nullptr) {
    if (std::string other = other_than(*chosen, all); !other.empty())
      choice.warnings.push_back(std::move(other));
  }
  if (hides_samples(choice.kind)) {
    const bool one = may_be_one_sample(choice.kind);
    choice.hidden_samples = fmt::format(
        "{} {} of the kind {}, which {} many samples: each file counts as one sample: {}",
        counted(choice.files, "file", "files"), choice.files == 1 ? "is" : "are", to_string(choice.kind),
        one ? "may hold" : "holds", one ? "wrong where it does" : "probably wrong");
  }
  const bool shards = container(layout_of(choice.kind)).has_headers() ||
                      (hides_samples(choice.kind) && !may_be_one_sample(choice.kind));
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
