// Which files of a directory are its samples: told by what most of them hold, by content
// first, by name second.
//
// Files are counted by extension while a directory is walked; a few of each extension, spread evenly over all
// of them, are then looked into. Memory is bounded: at most kMostGroups extensions, kProbes paths each.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "dataset/recognise.h"
#include "storage/store.h"

namespace aforo {

// ".jpg", lower case, with the dot; "" without one; a hidden file's is ".hidden".
std::string extension_of(std::string_view path);

// Files of these never are samples when others are there: hidden files, aforo's manifest,
// indices, labels and texts.
bool is_side_extension(std::string_view extension);

// All files of one extension.
struct FileGroup {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t empty = 0;  // of 0 bytes
  // A uniform random choice of their paths.
  std::vector<std::string> probes;
  // Of the probes, once looked into.
  std::map<FileKind, std::uint64_t> kinds;
  // The most frequent; kOther for none.
  FileKind kind() const;
};

// Counts files. One thread at a time; threads count on their own and merge.
class Census {
 public:
  static constexpr std::size_t kMostGroups = 64;
  static constexpr std::size_t kProbes = 32;
  // The group of all further extensions.
  static constexpr std::string_view kRest = Listing::kOtherSort;

  explicit Census(std::uint64_t seed = 1) : random_(seed) {}

  // Returns the name of the group that it counted into; valid as long as the census.
  const std::string& add(std::string_view path, std::uint64_t size);
  void merge(const Census& other);
  std::uint64_t files() const;
  const std::map<std::string, FileGroup, std::less<>>& groups() const { return groups_; }

  // Reads the first bytes of every probe. What cannot be read is skipped and counted in the result.
  std::uint64_t probe(const Store& store);

 private:
  FileGroup& group_of(std::string_view extension, const std::string*& name);
  std::map<std::string, FileGroup, std::less<>> groups_;
  Random random_;
};

// The decision: what the samples are.
struct SampleChoice {
  FileKind kind = FileKind::kOther;
  std::vector<std::string> groups;  // extensions that are samples
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t empty = 0;  // files of 0 bytes
  // "1,000 files *.txt (other, 12 KiB)", most numerous first.
  std::vector<std::string> left_out;
  // A mixed tree; samples that are not what most are, or empty.
  std::vector<std::string> warnings;

  bool includes(std::string_view group) const;
};

// Files of the `preferred` kind if there are any; else of the kind that most files have (bytes decide a tie),
// leaving side files out unless there is nothing else.
SampleChoice choose_samples(const Census& census, std::optional<FileKind> preferred = std::nullopt);

}  // namespace aforo
