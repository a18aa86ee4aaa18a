// A layout of single files that remembers their sizes: a size is drawn from its law once, not in every epoch
// and by every rank. 4 bytes per sample. Not thread-safe: one per simulation.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "dataset/layout.h"

namespace aforo {

class RememberedLayout final : public Layout {
 public:
  // Whether `reads` samples in all are worth the table.
  static bool pays(const Layout& layout, std::uint64_t reads) {
    const bool constant = layout.total_bytes() == layout.samples() * layout.largest_sample();
    return layout.kind() == LayoutKind::kFilePerSample && !constant && reads > layout.samples() &&
           layout.samples() <= kMostSamples;
  }

  explicit RememberedLayout(const Layout& inner)  // outlives it
      : Layout(inner.kind(), inner.content()), inner_(inner), lengths_(inner.samples()) {}

  std::uint64_t samples() const override { return inner_.samples(); }
  std::uint64_t files() const override { return inner_.files(); }
  SampleLocation locate(SampleId sample) const override {
    std::uint32_t& length = lengths_[sample];
    if (length != 0) return {sample, 0, length, true};
    const SampleLocation at = inner_.locate(sample);
    const bool plain = at.file == sample && at.offset == 0 && at.whole_file;
    if (plain && at.length <= std::numeric_limits<std::uint32_t>::max())
      length = static_cast<std::uint32_t>(at.length);
    return at;
  }
  std::uint64_t samples_in(FileId file) const override { return inner_.samples_in(file); }
  SampleId first_sample(FileId file) const override { return inner_.first_sample(file); }
  std::uint64_t file_size(FileId file) const override { return inner_.file_size(file); }
  std::size_t path(FileId file, std::span<char, kMaxPath> out) const override {
    return inner_.path(file, out);
  }
  std::uint64_t largest_sample() const override { return inner_.largest_sample(); }
  std::uint64_t total_bytes() const override { return inner_.total_bytes(); }

 private:
  static constexpr std::uint64_t kMostSamples = std::uint64_t{1} << 28;
  const Layout& inner_;
  mutable std::vector<std::uint32_t> lengths_;  // 0 = not asked yet, or not plain
};

}  // namespace aforo
