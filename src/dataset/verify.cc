#include "dataset/verify.h"

#include <fmt/format.h>

#include <algorithm>

namespace aforo {

Proof proof_of(const Layout& layout) {
  if (layout.identity(0)) return Proof::kIdentity;
  return container(layout.kind()).proof(layout.content());
}

Checked verify_sample(const Layout& layout, SampleId sample, std::span<const std::byte> bytes) {
  if (const auto made = layout.identity(sample))
    return stored_format(layout.kind(), layout.content()).verify(made->identity, made->target, bytes);
  const std::uint64_t length = layout.locate(sample).length;
  if (length > 0 && bytes.size() != length) return tl::unexpected(describe_size(bytes.size(), length));
  return container(layout.kind()).check(layout.content(), bytes);
}

Checked verify_sample(const Layout& layout, const Manifest& manifest, SampleId sample,
                      std::span<const std::byte> bytes) {
  const auto made = layout.identity(sample);
  if (made && made->identity.dataset != manifest.id) {
    return tl::unexpected(fmt::format("dataset {} expected, the manifest is of dataset {}",
                                      to_string(made->identity.dataset), to_string(manifest.id)));
  }
  return verify_sample(layout, sample, bytes);
}

ShardVerifier::ShardVerifier(const Layout& layout, FileId file, bool contents)
    : layout_(layout),
      contents_(contents),
      sample_(layout.first_sample(file)),
      end_(sample_ + layout.samples_in(file)),
      framing_(container(layout.kind()).framing(contents)) {}

// Cuts the stream where the layout says samples lie.
Checked ShardVerifier::gather(std::span<const std::byte> block) {
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

Checked ShardVerifier::feed(std::span<const std::byte> block) {
  if (error_.empty() && framing_)
    if (auto good = framing_->feed(block); !good) error_ = std::move(good.error());
  if (error_.empty() && contents_)
    if (auto good = gather(block); !good) error_ = std::move(good.error());
  if (error_.empty()) return {};
  return tl::unexpected(error_);
}

Checked ShardVerifier::finish() {
  if (!error_.empty()) return tl::unexpected(error_);
  if (contents_ && sample_ < end_) {
    return tl::unexpected(
        fmt::format("short: the shard ends at byte {}, before sample {} is whole", offset_, sample_));
  }
  if (framing_) return framing_->finish();
  return {};
}

}  // namespace aforo
