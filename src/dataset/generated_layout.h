// The layout of a dataset that aforo generates: computed from the spec
// and the dataset id, stored nowhere.
//
// Files, relative to the dataset's root:
//
//   file-per-sample  d00012/s0000012345.jpg   files_per_directory samples in each; 0 = no directories
//   tfrecord         shard-00012.tfrecord     samples_per_file records, and shard-00012.tfrecord.idx
//   webdataset       shard-00012.tar          samples_per_file members
//   records          shard-00012.bin          samples_per_file samples, bare
//   npy              shard-00012.npy          samples_per_file rows of one array
//
// The size of sample i is one draw of the spec's law from Random(mix64(seed, i)), rounded, at least
// the format's minimum. A constant law needs O(1) memory and time. For any other law construction
// draws every size once (about 60 ns each) for the total, the largest and, in packed layouts, the
// offset of every `stride`-th sample: at most kMostAnchors words; `locate` then draws at most
// `stride` sizes again, of a dataset of at most kMostSizesKept samples none.
#pragma once

#include <functional>
#include <vector>

#include "base/random.h"
#include "dataset/container.h"
#include "dataset/layout.h"

namespace aforo {

// The id that generating `spec` gets: equal specs (seed included) give
// equal datasets, byte for byte. A hash of every field that the bytes
// depend on, 128 bits; no name and no time is in it. Pure.
DatasetId dataset_id_of(const DatasetSpec& spec);

class GeneratedLayout final : public Layout {
 public:
  // What a scan of all sizes finds; kept in the manifest so that opening
  // a file-per-sample dataset needs no scan.
  struct Totals {
    // Of all samples, as stored: framing included, what belongs to no sample not.
    std::uint64_t total_bytes = 0;
    // As stored.
    std::uint64_t largest_sample = 0;
    bool operator==(const Totals&) const = default;
  };

  // Words: 32 MiB at most. Chosen: in a larger dataset `locate` draws more sizes again instead.
  static constexpr std::uint64_t kMostAnchors = std::uint64_t{1} << 22;
  // Samples whose sizes are kept as they were scanned, so that `locate` draws nothing again: 512 KiB at most.
  // Chosen: a simulation asks for each of so few millions of times.
  static constexpr std::uint64_t kMostSizesKept = std::uint64_t{1} << 16;

  // Throws UserError for layouts and contents that cannot be generated, for a spec without samples,
  // and for one of a constant size of 2^63 bytes or more. `totals` must come from a layout of the
  // same spec; they spare a file-per-sample dataset its scan.
  //
  // `give_up`, where there is one, is asked during the scan, each 10 ms or so; Interrupted is thrown where it says so.
  using GiveUp = std::function<bool()>;
  GeneratedLayout(const DatasetSpec& spec, DatasetId id, const GiveUp& give_up = {});
  GeneratedLayout(const DatasetSpec& spec, DatasetId id, const Totals& totals, const GiveUp& give_up = {});

  // For a plan before anything is laid: a dataset of more samples than a moment draws has its totals from the law's
  // mean, and its largest sample from the first of them. `locate` costs a draw for each sample before, in its file.
  static GeneratedLayout planned(const DatasetSpec& spec, DatasetId id);

  std::uint64_t samples() const override { return spec_.samples; }
  std::uint64_t files() const override { return files_; }
  SampleLocation locate(SampleId sample) const override;
  std::uint64_t samples_in(FileId file) const override;
  SampleId first_sample(FileId file) const override { return file * per_file_; }
  std::uint64_t file_size(FileId file) const override;
  using Layout::path;
  std::size_t path(FileId file, std::span<char, kMaxPath> out) const override;
  std::uint64_t largest_sample() const override { return totals_.largest_sample; }
  std::uint64_t total_bytes() const override { return totals_.total_bytes; }

  // Bytes of all data files: total_bytes plus what belongs to no sample (a head, tar's end blocks).
  // Without index files.
  std::uint64_t stored_bytes() const {
    return totals_.total_bytes + files_ * (container_->head_bytes() + container_->end_bytes());
  }

  DatasetId id() const { return id_; }
  const DatasetSpec& spec() const { return spec_; }
  const Totals& totals() const { return totals_; }
  std::optional<GeneratedSample> identity(SampleId sample) const override {
    return GeneratedSample{{id_, sample}, target_of(sample)};
  }

  // The size that the law drew for `sample`: the format's target.
  std::uint64_t target_of(SampleId sample) const;

  // What one sample is, framing included.
  const SampleFormat& format() const { return *format_; }

  // Directories, in the order they must be made; 0 when there are none.
  // Requires index < directories().
  std::uint64_t directories() const;
  std::string directory(std::uint64_t index) const;

  // What its files are, samples aside: where they begin and end, what lies beside them.
  const Container& container() const { return *container_; }

  // Whether an index lies beside each file (TFRecord's).
  bool has_index() const { return !container_->index_suffix().empty(); }
  // What it is called, and what it holds: O(samples in the file). Both require has_index.
  std::string index_path(FileId file) const;
  std::string index_text(FileId file) const;

  // The bytes of a data file: what begins it, its samples, what ends it. In order it is made in one
  // pass; a jump costs a bisection and a sample from its start. The layout must outlive the source;
  // any number of sources may share a layout, one thread each.
  std::unique_ptr<ByteSource> open_file(FileId file) const;

 private:
  enum class Scan { kWhole, kTotalsKnown, kPlanned };
  GeneratedLayout(const DatasetSpec& spec, DatasetId id, const Totals& totals, Scan scan,
                  const GiveUp& give_up);
  void scan(Scan how, const GiveUp& give_up);
  void reckon_totals();
  double draw_of(SampleId sample, Random& random) const;
  std::uint64_t stored_size(SampleId sample) const {
    return sample < sizes_.size() ? sizes_[sample] : format_->stored_bytes(target_of(sample));
  }
  std::uint64_t offset_in_file(SampleId sample) const;

  DatasetSpec spec_;
  DatasetId id_;
  Permutation parts_;  // of a law with shares: which n-th part each sample takes
  const Container* container_;
  const SampleFormat* format_;
  std::uint64_t per_file_ = 1;
  std::uint64_t files_ = 0;
  // Stored size of every sample; 0 = it varies.
  std::uint64_t constant_ = 0;
  // Samples between anchors, within a file: the smallest power of two times the first stride that
  // keeps to kMostAnchors; 0 = no anchors.
  std::uint64_t stride_ = 0;
  std::uint64_t anchors_per_file_ = 0;
  // Offset behind its file's head of every stride_-th sample, file after file.
  std::vector<std::uint64_t> anchors_;
  Totals totals_;
};

}  // namespace aforo
