// npy files of many samples: one array, whose first axis is the samples.
// numpy.load(file)[i] is sample i.
//
// Read are versions 1.0 to 3.0 of the header (numpy.lib.format), C order, any type of fixed size;
// what aforo makes is version 1.0, "|u1" and two axes: samples and bytes. A foreign .npy file is
// one sample of content npy unless the workload says "layout: npy": nothing in the bytes tells an
// image of 480 rows from 480 samples.
#include <fmt/format.h>

#include <algorithm>

#include "dataset/bytes.h"
#include "dataset/container.h"
#include "dataset/zip.h"

namespace aforo {
namespace {

using Error = tl::unexpected<std::string>;

constexpr std::size_t kHead = 128;    // of a generated file; numpy aligns data to 64 bytes
constexpr std::size_t kPrelude = 12;  // magic, version and, in versions 2.0 and 3.0, the longer length
// Version 1.0 cannot be longer; numpy itself refuses above 10,000.
constexpr std::size_t kLongestHeader = 1 << 16;

struct Rows {
  std::uint64_t first = 0;  // where the data begin
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;  // of each
};

// Bytes that the whole header takes, from the prelude of a file. Short or foreign ones are the
// parser's affair.
std::size_t header_bytes(std::span<const std::byte> prelude) {
  if (prelude.size() < kPrelude) return prelude.size();
  if (prelude[6] == std::byte{1}) return 10 + load_le<std::uint16_t>(&prelude[8]);
  return std::min<std::size_t>(kPrelude + load_le<std::uint32_t>(&prelude[8]), kLongestHeader);
}

tl::expected<Rows, std::string> rows_of(std::span<const std::byte> front) {
  const auto header = read_npy_header(front);
  if (!header) return Error(header.error());
  if (header->fortran_order && header->shape.size() > 1)
    return Error("expected an array in C order, found Fortran order: its samples do not lie together");
  if (header->shape.empty())
    return Error("expected an array whose first axis is the samples, found a single value");
  const auto bytes = header->data_bytes();
  if (!bytes)
    return Error(fmt::format("expected numbers or text of a fixed size, found the type {}",
                             header->descr.empty() ? "of a structure" : "'" + header->descr + "'"));
  const std::uint64_t count = header->shape.front();
  if (*bytes >> 62 != 0) return Error("expected an array below 4 EiB, found a larger one");
  if (*bytes == 0) return Error("expected samples with bytes, found an array of none");
  return Rows{header->data_offset, count, *bytes / count};
}

std::string cut_short(const Rows& rows, std::uint64_t size) {
  return fmt::format("short: the header names {} samples of {} bytes, the file ends at byte {}", rows.count,
                     rows.bytes, size);
}

// The header, and that the file is as long as it says.
class NpyFraming final : public FramingCheck {
 public:
  Checked feed(std::span<const std::byte> block) override {
    offset_ += block.size();
    while (!rows_ && !block.empty()) {
      const std::size_t wanted = front_.size() < kPrelude ? kPrelude : header_bytes(front_);
      const auto part = block.first(std::min(block.size(), wanted - front_.size()));
      front_.insert(front_.end(), part.begin(), part.end());
      block = block.subspan(part.size());
      if (front_.size() < kPrelude || front_.size() < header_bytes(front_)) continue;
      const auto rows = rows_of(front_);
      if (!rows) return Error(rows.error() + " at byte 0");
      rows_ = *rows;
    }
    return {};
  }
  Checked finish() override {
    if (!rows_) return Error("short: the file ends inside the npy header");
    const std::uint64_t end = rows_->first + rows_->count * rows_->bytes;
    if (offset_ < end) return Error(cut_short(*rows_, offset_));
    if (offset_ > end) return Error(fmt::format("too long: {} bytes after the last sample", offset_ - end));
    return {};
  }

 private:
  std::vector<std::byte> front_;
  std::optional<Rows> rows_;
  std::uint64_t offset_ = 0;
};

// A row: the payload and nothing else.
class NpyFormat final : public SampleFormat {
 public:
  std::string_view name() const override { return "npy"; }
  std::string_view extension() const override { return "npy"; }
  std::uint64_t min_bytes() const override { return raw_format().min_bytes(); }
  std::uint64_t stored_bytes(std::uint64_t target) const override {
    return raw_format().stored_bytes(target);
  }
  void encode(const SampleIdentity& identity, std::uint64_t target,
              std::vector<std::byte>& out) const override {
    raw_format().encode(identity, target, out);
  }
  std::unique_ptr<ByteSource> open(const SampleIdentity& identity, std::uint64_t target) const override {
    return raw_format().open(identity, target);
  }
  Checked verify(const SampleIdentity& identity, std::uint64_t target,
                 std::span<const std::byte> bytes) const override {
    return raw_format().verify(identity, target, bytes);
  }
  std::optional<PayloadClaim> claim(std::span<const std::byte> bytes) const override {
    return raw_format().claim(bytes);
  }
};

class NpyContainer final : public Container {
 public:
  LayoutKind layout() const override { return LayoutKind::kNpy; }

  std::optional<FileKind> recognises(std::string_view, std::span<const std::byte>) const override {
    return std::nullopt;
  }
  bool owns(FileKind) const override { return false; }
  bool reads(FileKind kind) const override { return kind == FileKind::kNpy; }
  std::optional<FileKind> looks_for(Content) const override { return FileKind::kNpy; }

  const SampleFormat* makes(Content content) const override {
    static const NpyFormat format;
    return content == Content::kRaw ? &format : nullptr;
  }
  std::uint64_t head_bytes() const override { return kHead; }
  std::vector<std::byte> head(std::uint64_t samples, std::uint64_t sample_bytes) const override {
    std::string text =
        fmt::format("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}, {}), }}", samples, sample_bytes);
    text.resize(kHead - 11, ' ');  // two numbers of 20 digits fit
    text = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(kHead - 10) + '\0' + text + '\n';
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
  }

  bool has_headers() const override { return true; }

  FileIndex index(HeaderReader& file, std::uint64_t size) const override {
    FileIndex index;
    if (size == 0) return index;
    const std::size_t wanted = header_bytes(file.at(0, kPrelude));
    const auto rows = rows_of(file.at(0, wanted));
    if (!rows) {
      const std::string why = file.failure();
      index.error = (why.empty() ? rows.error() : why) + " at byte 0";
      return index;
    }
    const std::uint64_t there = size < rows->first ? 0 : (size - rows->first) / rows->bytes;
    if (there < rows->count) index.error = cut_short(*rows, size);
    for (std::uint64_t row = 0; row < std::min(there, rows->count); ++row)
      index.samples.push_back({rows->first + row * rows->bytes, rows->bytes});
    return index;
  }

  std::unique_ptr<FramingCheck> framing(bool) const override { return std::make_unique<NpyFraming>(); }

  Proof proof(Content) const override { return Proof::kNone; }
  Checked check(Content, std::span<const std::byte>) const override { return {}; }
};

}  // namespace

const Container& npy_container() {
  static const NpyContainer container;
  return container;
}

}  // namespace aforo
