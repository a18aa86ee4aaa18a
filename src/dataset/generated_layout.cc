#include "dataset/generated_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/random.h"

namespace aforo {
namespace {

// Chosen: an anchor of 8 bytes for each 4 samples, and at most 3 sizes drawn again to find a place.
constexpr std::uint64_t kFirstStride = 4;
// A petabyte in one sample: the law is absurd, the arithmetic must not be.
constexpr double kLargestDraw = 1e15;

// Which random order of all that the seed makes is meant: that of a law's parts.
constexpr std::uint64_t kPartsStream = 0x7061727473;

// Laws without spread yield the same size every time.
bool is_constant(const Law& law) {
  switch (law.kind) {
    case LawKind::kConstant:
      return true;
    case LawKind::kExponential:
    case LawKind::kPoisson:
    case LawKind::kEmpirical:
      return false;
    default:
      return law.stddev == 0;
  }
}

// The bytes of one generated shard: what begins the file, its samples
// one after another, and what ends it. The layout outlives the source.
// One thread at a time; several sources may share one file.
class PackedSource final : public ByteSource {
 public:
  PackedSource(const GeneratedLayout& layout, FileId file);
  std::uint64_t size() const override { return size_; }
  void fill(std::uint64_t offset, std::span<std::byte> out) override;

 private:
  void seek(std::uint64_t offset);
  void open_sample(SampleId sample, std::uint64_t offset);

  const GeneratedLayout& layout_;
  std::vector<std::byte> head_;
  SampleId first_;
  SampleId end_;
  std::uint64_t size_;
  std::uint64_t data_end_;   // where the last sample ends
  SampleId sample_ = 0;      // the one that current_ produces
  std::uint64_t begin_ = 0;  // its offset in the file
  std::unique_ptr<ByteSource> current_;
};

PackedSource::PackedSource(const GeneratedLayout& layout, FileId file)
    : layout_(layout),
      first_(layout.first_sample(file)),
      end_(first_ + layout.samples_in(file)),
      size_(layout.file_size(file)) {
  const SampleLocation last = layout.locate(end_ - 1);
  data_end_ = last.offset + last.length;
  const std::uint64_t begin = layout.locate(first_).offset;
  head_ = layout.container().head(end_ - first_, last.length);
  open_sample(first_, begin);
}

void PackedSource::open_sample(SampleId sample, std::uint64_t offset) {
  sample_ = sample;
  begin_ = offset;
  current_ = layout_.format().open({layout_.id(), sample}, layout_.target_of(sample));
}

// Makes current_ the sample that holds `offset`: usually the present one
// or the next, else by bisection.
void PackedSource::seek(std::uint64_t offset) {
  const std::uint64_t next = begin_ + current_->size();
  if (offset >= begin_ && offset < next) return;
  if (offset == next) {
    open_sample(sample_ + 1, next);
    return;
  }
  SampleId low = first_, high = end_ - 1;
  while (low < high) {
    const SampleId middle = low + (high - low + 1) / 2;
    if (layout_.locate(middle).offset <= offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  open_sample(low, layout_.locate(low).offset);
}

void PackedSource::fill(std::uint64_t offset, std::span<std::byte> out) {
  if (offset < head_.size()) {
    const auto part = out.first(std::min<std::uint64_t>(out.size(), head_.size() - offset));
    std::memcpy(out.data(), head_.data() + offset, part.size());
    offset += part.size();
    out = out.subspan(part.size());
  }
  while (!out.empty() && offset < data_end_) {
    seek(offset);
    const auto part = out.first(std::min<std::uint64_t>(out.size(), begin_ + current_->size() - offset));
    current_->fill(offset - begin_, part);
    offset += part.size();
    out = out.subspan(part.size());
  }
  if (!out.empty()) std::memset(out.data(), 0, out.size());
}

// Sizes that are drawn while nobody notices: about 60 ms.
constexpr std::uint64_t kDrawnInAMoment = 1'000'000;
// Sizes that are drawn between two questions whether to give up.
constexpr std::uint64_t kBetweenLooks = 1 << 17;

}  // namespace

DatasetId dataset_id_of(const DatasetSpec& spec) {
  DatasetId id{0x61666f726f, 0x64617461736574};
  const auto add = [&id](std::uint64_t word) {
    id.high = mix64(id.high, word);
    id.low = mix64(id.low + id.high, ~word);
  };
  const auto add_number = [&add](double number) { add(std::bit_cast<std::uint64_t>(number)); };
  add(static_cast<std::uint64_t>(spec.layout));
  add(static_cast<std::uint64_t>(spec.content));
  add(spec.samples);
  add(spec.samples_per_file);
  add(spec.files_per_directory);
  add(spec.seed);
  add(static_cast<std::uint64_t>(spec.sample_size.kind));
  add_number(spec.sample_size.mean);
  add_number(spec.sample_size.stddev);
  add_number(spec.sample_size.minimum);
  add_number(spec.sample_size.maximum);
  for (const double quantile : spec.sample_size.quantiles) add_number(quantile);
  for (const double share : spec.sample_size.shares) add_number(share);
  return id;
}

GeneratedLayout::GeneratedLayout(const DatasetSpec& spec, DatasetId id, const GiveUp& give_up)
    : GeneratedLayout(spec, id, {}, Scan::kWhole, give_up) {}

GeneratedLayout::GeneratedLayout(const DatasetSpec& spec, DatasetId id, const Totals& totals,
                                 const GiveUp& give_up)
    : GeneratedLayout(spec, id, totals, Scan::kTotalsKnown, give_up) {}

GeneratedLayout GeneratedLayout::planned(const DatasetSpec& spec, DatasetId id) {
  return GeneratedLayout(spec, id, {}, spec.samples > kDrawnInAMoment ? Scan::kPlanned : Scan::kWhole, {});
}

GeneratedLayout::GeneratedLayout(const DatasetSpec& spec, DatasetId id, const Totals& totals, Scan how,
                                 const GiveUp& give_up)
    : Layout(spec.layout, spec.content),
      spec_(spec),
      id_(id),
      parts_(spec.samples, mix64(spec.seed, kPartsStream)),
      container_(&aforo::container(spec.layout)),
      format_(&stored_format(spec.layout, spec.content)),
      totals_(totals) {
  scan(how, give_up);
}

// What the law says of them all; the format's frame is the same around each, and its least size rarely binds.
void GeneratedLayout::reckon_totals() {
  const double mean = std::max(law_mean(spec_.sample_size), static_cast<double>(format_->min_bytes()));
  const auto typical = static_cast<std::uint64_t>(std::llround(mean));
  const double stored =
      mean + static_cast<double>(format_->stored_bytes(typical)) - static_cast<double>(typical);
  totals_ = {static_cast<std::uint64_t>(stored * static_cast<double>(spec_.samples)), 0};
  for (SampleId sample = 0; sample < kDrawnInAMoment; ++sample)
    totals_.largest_sample = std::max(totals_.largest_sample, stored_size(sample));
}

void GeneratedLayout::scan(Scan how, const GiveUp& give_up) {
  if (spec_.samples == 0) throw UserError("expected a dataset of at least one sample, found samples: 0");
  const bool packed = container_->traits().packed;
  each_a_file_ = !packed;
  per_file_ = packed ? std::max<std::uint64_t>(spec_.samples_per_file, 1) : 1;
  files_ = spec_.samples / per_file_ + (spec_.samples % per_file_ != 0);
  if (is_constant(spec_.sample_size)) {
    constant_ = stored_size(0);
    if (constant_ > ~std::uint64_t{0} / spec_.samples / 2)
      throw UserError("expected a dataset below 2^63 bytes");
    totals_ = {constant_ * spec_.samples, constant_};
    return;
  }
  if (how == Scan::kPlanned) return reckon_totals();
  if (packed && per_file_ > 1) {
    stride_ = kFirstStride;
    while (stride_ < per_file_ && (per_file_ + stride_ - 1) / stride_ > kMostAnchors / files_) stride_ *= 2;
    anchors_per_file_ = (per_file_ + stride_ - 1) / stride_;
    anchors_.resize(files_ * anchors_per_file_);
  } else if (how == Scan::kTotalsKnown) {
    return;
  }
  totals_ = {};
  const bool keep = spec_.samples <= kMostSizesKept;  // as scanned, of every sample
  if (keep) sizes_.reserve(spec_.samples);            // and filled one by one: what is not in it yet is drawn
  std::uint64_t offset = 0;
  for (SampleId sample = 0; sample < spec_.samples; ++sample) {
    if (give_up && sample % kBetweenLooks == kBetweenLooks - 1 && give_up()) throw Interrupted();
    const std::uint64_t within = sample % per_file_;
    if (within == 0) offset = 0;
    if (stride_ != 0 && within % stride_ == 0) {
      anchors_[sample / per_file_ * anchors_per_file_ + within / stride_] = offset;
    }
    const std::uint64_t size = stored_size(sample);
    if (keep) sizes_.push_back(size);
    offset += size;
    totals_.total_bytes += size;
    totals_.largest_sample = std::max(totals_.largest_sample, size);
  }
}

// Of a law with shares each sample takes its own n-th part, in a random order: a dataset then has the law's
// total, whatever the share of the few that hold most of it.
double GeneratedLayout::draw_of(SampleId sample, Random& random) const {
  if (spec_.sample_size.shares.empty()) return draw(spec_.sample_size, random);
  const double place = static_cast<double>(parts_(sample)) + random.uniform();
  return law_quantile(spec_.sample_size, place / static_cast<double>(spec_.samples));
}

std::uint64_t GeneratedLayout::target_of(SampleId sample) const {
  Random random(mix64(spec_.seed, sample));
  const double drawn = std::min(draw_of(sample, random), kLargestDraw);
  const auto size = static_cast<std::uint64_t>(std::llround(std::max(drawn, 1.0)));
  return std::max(size, format_->min_bytes());
}

std::uint64_t GeneratedLayout::offset_in_file(SampleId sample) const {
  const std::uint64_t within = sample % per_file_;
  if (within == 0) return 0;
  if (constant_ != 0) return within * constant_;
  if (stride_ == 0) {  // planned
    std::uint64_t offset = 0;
    for (SampleId before = sample - within; before < sample; ++before) offset += stored_size(before);
    return offset;
  }
  std::uint64_t offset = anchors_[sample / per_file_ * anchors_per_file_ + within / stride_];
  for (SampleId before = sample - within % stride_; before < sample; ++before) offset += stored_size(before);
  return offset;
}

SampleLocation GeneratedLayout::locate(SampleId sample) const {
  const std::uint64_t length = constant_ != 0 ? constant_ : stored_size(sample);
  if (!container_->traits().packed) return {sample, 0, length, true};
  return {sample / per_file_, container_->head_bytes() + offset_in_file(sample), length, false};
}

std::uint64_t GeneratedLayout::samples_in(FileId file) const {
  return std::min(per_file_, spec_.samples - file * per_file_);
}

std::uint64_t GeneratedLayout::file_size(FileId file) const {
  const SampleLocation last = locate(first_sample(file) + samples_in(file) - 1);
  return last.offset + last.length + container_->end_bytes();
}

std::size_t GeneratedLayout::path(FileId file, std::span<char, kMaxPath> out) const {
  const auto extension = format_->extension();
  char* end = out.data();
  if (container_->traits().packed) {
    end = fmt::format_to(end, "shard-{:05}.{}", file, extension);
  } else if (spec_.files_per_directory == 0) {
    end = fmt::format_to(end, "s{:010}.{}", file, extension);
  } else {
    end = fmt::format_to(end, "d{:05}/s{:010}.{}", file / spec_.files_per_directory, file, extension);
  }
  *end = '\0';
  return static_cast<std::size_t>(end - out.data());
}

std::uint64_t GeneratedLayout::directories() const {
  const bool flat = container_->traits().packed || spec_.files_per_directory == 0;
  return flat ? 0 : (files_ - 1) / spec_.files_per_directory + 1;
}

std::string GeneratedLayout::directory(std::uint64_t index) const { return fmt::format("d{:05}", index); }

std::string GeneratedLayout::index_path(FileId file) const {
  return path(file) + std::string(container_->index_suffix());
}

std::string GeneratedLayout::index_text(FileId file) const {
  std::vector<Extent> records;
  std::uint64_t offset = container_->head_bytes();
  for (std::uint64_t i = 0; i < samples_in(file); ++i) {
    records.push_back({offset, stored_size(first_sample(file) + i)});
    offset += records.back().length;
  }
  return container_->index_text(records);
}

std::unique_ptr<ByteSource> GeneratedLayout::open_file(FileId file) const {
  if (!container_->traits().packed) return format_->open({id_, file}, target_of(file));
  return std::make_unique<PackedSource>(*this, file);
}

}  // namespace aforo
