#include "dataset/packed_source.h"

#include <algorithm>
#include <cstring>

namespace aforo {

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

// Makes current_ the sample that holds `offset`: usually the present one or the next, else by bisection.
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

}  // namespace aforo
