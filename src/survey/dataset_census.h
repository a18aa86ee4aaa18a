// Which files of a directory are its samples: told by what most of its bytes are, by
// content first, by name second.
//
// Files are counted by extension while a directory is walked; a few of each extension, spread
// evenly over all of them, are then looked into. Memory is bounded: at most kMostGroups extensions,
// kProbes paths each. What cannot be read is counted and never thrown.
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
#include "survey/name_patterns.h"
#include "workload/spec.h"

namespace aforo {

// ".jpg", lower case, with the dot; "" without one, or where it is longer than 12 characters (a
// name with a dot in it, then) or a number (of a series, or of a DICOM UID); a hidden file's is ".hidden", and that
// of a few well-known names that are never samples ("README", "DICOMDIR", "Thumbs.db") is the name.
std::string extension_of(std::string_view path);

// Files of these never are samples when others are there: hidden files, aforo's manifest,
// indices, labels and texts.
bool is_side_extension(std::string_view extension);

// All files of one extension.
struct FileGroup {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  // Of 0 bytes.
  std::uint64_t empty = 0;
  // A uniform random choice of their paths.
  std::vector<std::string> probes;
  // What the names say of which files belong together.
  NamePatterns names;
  // Of the probes, once looked into: what they are, and the first bytes that all of them have; "" without such.
  std::map<FileKind, std::uint64_t> kinds;
  std::string front;
  // The most frequent of the probes; kOther before they were looked into, and where all are empty.
  FileKind kind() const;
};

// Counts files. One thread at a time; threads count on their own, each with a seed
// of its own, and merge.
class Census {
 public:
  // Chosen: more extensions than a dataset has; a tree of a million odd names still costs the same.
  static constexpr std::size_t kMostGroups = 64;
  // Of each extension. Chosen: enough that a mixture of one in ten is seen nearly always (1 -
  // 0.9^32 = 97 %), and few enough to open on any storage.
  static constexpr std::size_t kProbes = 32;
  // The group of all further extensions.
  static constexpr std::string_view kRest = Listing::kOtherSort;

  explicit Census(std::uint64_t seed = 1) : random_(seed) {}

  // Returns the name of the group that it counted into; valid as long as the census.
  const std::string& add(std::string_view path, std::uint64_t size);
  // As if all had been counted here. Probes of both are mixed in proportion to their files.
  void merge(const Census& other);
  std::uint64_t files() const;
  const std::map<std::string, FileGroup, std::less<>>& groups() const { return groups_; }

  // Reads the first bytes of every probe, blocking, one after another. What cannot be read is
  // skipped and counted in the result. Probing again begins anew.
  std::uint64_t probe(const Store& store);

 private:
  FileGroup& group_of(std::string_view extension, const std::string*& name);
  std::map<std::string, FileGroup, std::less<>> groups_;
  Random random_;
};

// The decision: what the samples are. Sums are over the chosen groups.
struct SampleChoice {
  // What they hold; kOther where nothing told them.
  FileKind kind = FileKind::kOther;
  // Extensions that are samples, as Census names them.
  std::vector<std::string> groups;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t empty = 0;  // files of 0 bytes
  // What was counted and is not chosen, and in words: "1,000 files *.txt (other, 12 KiB)", most numerous first.
  std::uint64_t left_out_files = 0, left_out_bytes = 0;
  std::vector<std::string> left_out;
  // What else the samples could be; a mixed tree; samples that are not what most are, or empty; splits, pairs and
  // parallel files.
  std::vector<std::string> warnings;
  // What the probes have that is not of the chosen kind, for who does not look into all.
  std::vector<std::string> mixture;
  // That each file counts as one sample and probably holds many; "" where it does not look so.
  std::string hidden_samples;

  bool includes(std::string_view group) const;
};

// The kind that most bytes are of (the number decides a tie), leaving side files and programs out unless there is
// nothing else. An archive's bytes count as a tenth; those of three files or fewer, of one sample each, as a
// thousandth where another sort has ten times as many files, texts too. Where a workload is `asked` for, files of its
// content come first, then those that its layout reads, unless they are fewer than the others and have less than a
// tenth of their bytes. What else the samples could be is said. Files that nobody knows are of one kind only where
// suffix or first bytes agree. Of a census that was probed. Pure: the same counts give the same choice.
SampleChoice choose_samples(const Census& census, const DatasetSpec* asked = nullptr);

}  // namespace aforo
