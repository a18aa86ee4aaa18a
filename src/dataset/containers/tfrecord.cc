// TFRecord files: framed records, with DALI's index beside them.
#include "dataset/tfrecord.h"

#include <fmt/format.h>

#include "dataset/container.h"

namespace aforo {
namespace {

// An index is believed when its records follow one another without a gap
// and end where the file ends.
bool covers(const std::vector<Extent>& records, std::uint64_t size) {
  std::uint64_t end = 0;
  for (const Extent& record : records) {
    if (record.offset != end || record.length < kTfrecordFraming) return false;
    end += record.length;
  }
  return end == size;
}

std::optional<std::vector<Extent>> from_index_file(const HeaderReader& file, std::uint64_t size) {
  for (const std::string_view name : {".idx", ".index"}) {
    for (const bool instead : {false, true}) {
      const auto text = file.beside(name, instead);
      if (!text) continue;
      auto records = parse_record_index(*text);
      if (records && covers(*records, size)) return std::move(*records);
    }
  }
  return std::nullopt;
}

class TfrecordFraming final : public FramingCheck {
 public:
  Checked feed(std::span<const std::byte> block) override {
    found_.clear();
    return said(records_.feed(block, found_));
  }
  Checked finish() override { return said(records_.finish()); }

 private:
  static Checked said(const tl::expected<void, RecordError>& result) {
    if (result) return {};
    return tl::unexpected(
        fmt::format("{} at byte {}", to_string(result.error().fault), result.error().offset));
  }
  TfrecordScanner records_{false};
  std::vector<Extent> found_;
};

class TfrecordContainer final : public Container {
 public:
  LayoutKind layout() const override { return LayoutKind::kTfrecord; }

  std::optional<FileKind> recognises(std::string_view, std::span<const std::byte> front) const override {
    if (front.size() < kTfrecordHeaderBytes || !read_tfrecord_header(front)) return std::nullopt;
    return FileKind::kTfrecord;
  }
  bool owns(FileKind kind) const override { return kind == FileKind::kTfrecord; }
  std::optional<FileKind> looks_for(Content) const override { return FileKind::kTfrecord; }

  const SampleFormat* makes(Content content) const override {
    return find_content_format(content) == nullptr ? nullptr : &tfrecord_format(content);
  }
  std::string_view index_suffix() const override { return ".idx"; }
  std::string index_text(std::span<const Extent> samples) const override {
    return write_record_index(samples);
  }

  bool has_headers() const override { return true; }
  std::uint64_t framing_bytes() const override { return kTfrecordFraming; }

  FileIndex index(HeaderReader& file, std::uint64_t size) const override {
    FileIndex index;
    if (auto records = from_index_file(file, size)) {
      index.samples = std::move(*records);
      index.from_index_file = true;
      return index;
    }
    const auto broken = [&](RecordFault fault, std::uint64_t offset) {
      const std::string why = file.failure();
      index.error = fmt::format("{} at byte {}", why.empty() ? to_string(fault) : why, offset);
      return std::move(index);
    };
    for (std::uint64_t at = 0; at < size;) {
      const auto header = file.at(at, kTfrecordHeaderBytes);
      if (header.size() < kTfrecordHeaderBytes) return broken(RecordFault::kTruncated, at);
      const auto length = read_tfrecord_header(header);
      if (!length) return broken(RecordFault::kBadLengthChecksum, at);
      if (size - at < kTfrecordFraming || *length > size - at - kTfrecordFraming)
        return broken(RecordFault::kTruncated, at);
      index.samples.push_back({at, *length + kTfrecordFraming});
      at += *length + kTfrecordFraming;
    }
    return index;
  }

  std::unique_ptr<FramingCheck> framing(bool with_samples) const override {
    if (with_samples) return nullptr;
    return std::make_unique<TfrecordFraming>();
  }

  Proof proof(Content) const override { return Proof::kChecksum; }
  Checked check(Content, std::span<const std::byte> sample) const override {
    const auto checked = check_tfrecord(sample);
    if (checked) return {};
    return tl::unexpected(std::string(to_string(checked.error())));
  }
};

}  // namespace

const Container& tfrecord_container() {
  static const TfrecordContainer container;
  return container;
}

}  // namespace aforo
