// The bytes of one generated shard: what begins the file, its samples one after another, and what ends it.
#pragma once

#include "dataset/generated_layout.h"

namespace aforo {

// The layout must outlive the source. One thread at a time; several sources may share one file.
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

}  // namespace aforo
