// Layout: where each sample's bytes lie. The one door between "sample
// 4711" and "this file, this offset".
//
// A Layout is immutable after it is built and safe to use from many threads. Generated datasets
// compute everything from the spec and the seed in O(1) memory; scanned ones hold a compact name
// table shared by all ranks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "dataset/extent.h"
#include "dataset/file_names.h"
#include "dataset/payload.h"
#include "workload/spec.h"

namespace aforo {

// [0, samples()). FileId (file_names.h) is [0, files()). The order is the layout's own: shuffling
// is a sampler's affair.
using SampleId = std::uint64_t;

// One read: the bytes of one sample, framing included.
struct SampleLocation {
  FileId file = 0;
  // From the start of the file.
  std::uint64_t offset = 0;
  // Bytes to read; 0 with whole_file = size unknown, read to the end.
  std::uint64_t length = 0;
  // The sample is exactly one file: offset 0. It can then be opened,
  // read and closed in one request.
  bool whole_file = false;
};

// What is read at once: a file, a record, a tar member; in other formats a row group or a chunk,
// which all of its samples share, in as many pieces as it lies in. The door for such formats: readers
// of today ask `locate`, and no one walks units but the contract suite.
using ReadUnitId = std::uint64_t;  // [0, units())
struct ReadUnit {
  FileId file = 0;
  SampleId first_sample = 0;
  // Those of the unit are neighbours.
  std::uint64_t samples = 1;
  // Ascending, all in `file`; a length of 0: to the end of the file.
  std::vector<Extent> extents;
};

// What a generated sample was made of: enough, with its format, to compute every byte of it again.
struct GeneratedSample {
  SampleIdentity identity;
  // SampleFormat's: the size that the law drew.
  std::uint64_t target = 0;
};

// All members are pure and cheap enough for the way of a read, but for those that say otherwise. An
// id out of its range is the caller's mistake, and not looked for.
class Layout : public FileNames {
 public:
  // At least 1: who builds a layout refuses a dataset without samples.
  virtual std::uint64_t samples() const = 0;
  // Data files; index files are not counted.
  virtual std::uint64_t files() const = 0;
  // O(1), O(log files), or what the layout says; allocates nothing.
  virtual SampleLocation locate(SampleId sample) const = 0;
  // The same; without a call where samples are files whose sizes are kept.
  SampleLocation located(SampleId sample) const {
    if (each_a_file_ && sample < sizes_.size()) return {sample, 0, sizes_[sample], true};
    const SampleLocation found = locate(sample);
    return {found.file, found.offset, found.length, found.whole_file};
  }

  // The unit that has to be read for `sample`, and where it lies. Here unit = sample, which every
  // layout that aforo reads today has; `unit` allocates, and is not for the way of a read.
  virtual std::uint64_t units() const { return samples(); }
  virtual ReadUnitId unit_of(SampleId sample) const { return sample; }
  virtual ReadUnit unit(ReadUnitId unit) const;

  // Whose bytes `sample` must be; nothing for a dataset that others made.
  virtual std::optional<GeneratedSample> identity(SampleId) const { return std::nullopt; }

  // Samples in `file`, and the first of them: packed layouts are read file by file too.
  virtual std::uint64_t samples_in(FileId file) const = 0;
  virtual SampleId first_sample(FileId file) const = 0;

  // Size of `file` in bytes; 0 = unknown.
  virtual std::uint64_t file_size(FileId file) const = 0;

  // Largest sample (bytes) that `locate` can return; sizes read buffers. An upper bound is enough.
  virtual std::uint64_t largest_sample() const = 0;

  // Total bytes of all samples, as stored; those whose size is unknown are left out.
  virtual std::uint64_t total_bytes() const = 0;

  // Bytes of a sample as stored, on average; 0 where nothing is known.
  double mean_sample() const {
    return samples() == 0 ? 0 : static_cast<double>(total_bytes()) / static_cast<double>(samples());
  }
  // What every sample takes, if all are equally large; 0 = they differ. By the sums alone: a layout whose
  // largest_sample is only a bound has none.
  std::uint64_t constant_sample() const {
    return total_bytes() == samples() * largest_sample() ? largest_sample() : 0;
  }

  // Standard deviation of samples' sizes, bytes; 0 = all are alike. Of at most 256 of them, evenly spaced:
  // within a few per cent.
  double sample_stddev() const;

  LayoutKind kind() const { return kind_; }
  Content content() const { return content_; }

 protected:
  Layout(LayoutKind kind, Content content) : kind_(kind), content_(content) {}

  // What a layout that knows it sets, for `located`: sizes of the first samples, as stored, and whether sample i is
  // all of file i.
  std::vector<std::uint64_t> sizes_;
  bool each_a_file_ = false;

 private:
  LayoutKind kind_;
  Content content_;
};

}  // namespace aforo
