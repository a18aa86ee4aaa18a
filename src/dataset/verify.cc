#include "dataset/verify.h"

#include <fmt/format.h>

#include <algorithm>

#include "dataset/bytes.h"
#include "dataset/recognise.h"
#include "dataset/zip.h"

namespace aforo {
namespace {

using Result = tl::expected<void, std::string>;

Result structure(bool whole, std::string_view what) {
  if (whole) return {};
  return tl::unexpected(fmt::format("expected a whole {}, found other or fewer bytes", what));
}

Result verify_file(Content content, std::span<const std::byte> bytes) {
  const std::string_view text = as_text(bytes);
  switch (content) {
    case Content::kNpz:
      return check_npz(bytes);
    case Content::kJpeg: {
      // Cameras append to the file: the end marker must be there, not be last.
      return structure(text.starts_with("\xff\xd8\xff") && text.rfind("\xff\xd9") != text.npos, "JPEG");
    }
    case Content::kPng:
      return structure(text.starts_with("\x89PNG\r\n\x1a\n") && text.rfind("IEND") != text.npos, "PNG");
    case Content::kNpy: {
      const auto header = read_npy_header(bytes);
      if (!header) return tl::unexpected(header.error());
      const auto size = header->data_bytes();
      return structure(!size || *size == bytes.size() - header->data_offset, "npy array");
    }
    case Content::kRaw:
    case Content::kOther:
      return {};
  }
  return {};
}

Result verify_foreign(const Layout& layout, std::span<const std::byte> bytes) {
  switch (layout.kind()) {
    case LayoutKind::kFilePerSample:
      return verify_file(layout.content(), bytes);
    case LayoutKind::kTfrecord: {
      const auto checked = check_tfrecord(bytes);
      if (checked) return {};
      return tl::unexpected(std::string(to_string(checked.error())));
    }
    case LayoutKind::kWebdataset:
      return structure(is_tar_header(bytes), "tar member");
    default:
      return {};
  }
}

Proof proof_of_file(Content content) {
  switch (content) {
    case Content::kNpz:
      return Proof::kChecksum;
    case Content::kJpeg:
    case Content::kPng:
    case Content::kNpy:
      return Proof::kStructure;
    default:
      return Proof::kNone;
  }
}

}  // namespace

std::string_view explain(Proof proof) {
  switch (proof) {
    case Proof::kIdentity:
      return "every byte proved to be the one generated, of the sample asked for";
    case Proof::kChecksum:
      return "the format's own checksum proved the content";
    case Proof::kStructure:
      return "only the format's frame could be checked: it carries no checksum";
    case Proof::kNone:
      return "only lengths could be checked: these bytes carry no proof";
  }
  return "";
}

Proof proof_of(const Layout& layout) {
  if (dynamic_cast<const GeneratedLayout*>(&layout) != nullptr) return Proof::kIdentity;
  if (layout.kind() == LayoutKind::kTfrecord) return Proof::kChecksum;
  if (layout.kind() == LayoutKind::kWebdataset) return Proof::kStructure;
  return layout.kind() == LayoutKind::kFilePerSample ? proof_of_file(layout.content()) : Proof::kNone;
}

Result verify_sample(const Layout& layout, SampleId sample, std::span<const std::byte> bytes) {
  if (const auto* generated = dynamic_cast<const GeneratedLayout*>(&layout)) {
    return generated->format().verify(generated->identity(sample), generated->target_of(sample), bytes);
  }
  const std::uint64_t length = layout.locate(sample).length;
  if (length > 0 && bytes.size() != length) return tl::unexpected(describe_size(bytes.size(), length));
  return verify_foreign(layout, bytes);
}

Result verify_sample(const Layout& layout, const Manifest& manifest, SampleId sample,
                     std::span<const std::byte> bytes) {
  const auto* generated = dynamic_cast<const GeneratedLayout*>(&layout);
  if (generated != nullptr && generated->id() != manifest.id) {
    return tl::unexpected(fmt::format("dataset {} expected, the manifest is of dataset {}",
                                      to_string(generated->id()), to_string(manifest.id)));
  }
  return verify_sample(layout, sample, bytes);
}

ShardVerifier::ShardVerifier(const Layout& layout, FileId file, bool contents)
    : layout_(layout),
      contents_(contents),
      sample_(layout.first_sample(file)),
      end_(sample_ + layout.samples_in(file)) {}

Result ShardVerifier::scan(std::span<const std::byte> block) {
  if (layout_.kind() == LayoutKind::kTfrecord) {
    found_records_.clear();
    const auto fed = records_.feed(block, found_records_);
    if (!fed)
      return tl::unexpected(fmt::format("{} at byte {}", to_string(fed.error().fault), fed.error().offset));
  } else if (layout_.kind() == LayoutKind::kWebdataset) {
    found_members_.clear();
    return members_.feed(block, found_members_);
  }
  return {};
}

// Cuts the stream where the layout says samples lie.
Result ShardVerifier::gather(std::span<const std::byte> block) {
  while (!block.empty() && sample_ < end_) {
    const SampleLocation place = layout_.locate(sample_);
    const std::uint64_t begin = place.offset, end = place.offset + place.length;
    const auto skip = std::min<std::uint64_t>(block.size(), offset_ < begin ? begin - offset_ : 0);
    const auto part =
        block.subspan(skip).first(std::min<std::uint64_t>(block.size() - skip, end - offset_ - skip));
    offset_ += skip + part.size();
    block = block.subspan(skip + part.size());
    const bool whole_here = offset_ == end && part.size() == place.length;
    if (!whole_here) gathered_.insert(gathered_.end(), part.begin(), part.end());
    if (offset_ != end) break;
    const auto good =
        verify_sample(layout_, sample_, whole_here ? part : std::span<const std::byte>(gathered_));
    gathered_.clear();
    if (!good) return tl::unexpected(fmt::format("sample {} at byte {}: {}", sample_, begin, good.error()));
    ++sample_;
  }
  offset_ += block.size();
  return {};
}

Result ShardVerifier::feed(std::span<const std::byte> block) {
  if (error_.empty()) {
    if (auto good = contents_ ? gather(block) : scan(block); !good) error_ = std::move(good.error());
  }
  if (error_.empty()) return {};
  return tl::unexpected(error_);
}

Result ShardVerifier::finish() {
  if (!error_.empty()) return tl::unexpected(error_);
  if (contents_ && sample_ < end_) {
    return tl::unexpected(
        fmt::format("short: the shard ends at byte {}, before sample {} is whole", offset_, sample_));
  }
  if (contents_) return {};
  if (layout_.kind() == LayoutKind::kWebdataset) return members_.finish();
  if (layout_.kind() != LayoutKind::kTfrecord) return {};
  const auto finished = records_.finish();
  if (finished) return {};
  return tl::unexpected(
      fmt::format("{} at byte {}", to_string(finished.error().fault), finished.error().offset));
}

}  // namespace aforo
