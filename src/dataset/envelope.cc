#include "dataset/envelope.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "dataset/bytes.h"
#include "dataset/checksum.h"

namespace aforo {
namespace {

// As the payload's (payload.cc): made and summed while it is in the first-level cache.
constexpr std::size_t kChunk = 32 << 10;

std::uint32_t add_to_sum(Seal seal, std::span<const std::byte> bytes, std::uint32_t sum) {
  switch (seal) {
    case Seal::kNone:
      return 0;
    case Seal::kTfrecord:
      return crc32c(bytes, sum);
    case Seal::kZip:
      return crc32_zip(bytes, sum);
  }
  return 0;
}

void close_tail(Envelope& envelope, std::uint32_t sum) {
  if (envelope.seal == Seal::kNone) return;
  store_le(envelope.tail.data(),
           envelope.seal == Seal::kZip ? forge_crc32_zip(sum, envelope.wanted_crc) : mask_crc(sum));
}

// The part of `out`, which starts at `offset`, that lies before `end`.
std::span<std::byte> before(std::uint64_t end, std::uint64_t offset, std::span<std::byte> out) {
  return offset >= end ? out.first(0) : out.first(std::min<std::uint64_t>(out.size(), end - offset));
}

class EnvelopeSource final : public ByteSource {
 public:
  EnvelopeSource(Envelope envelope, std::unique_ptr<ByteSource> content)
      : envelope_(std::move(envelope)),
        content_(std::move(content)),
        tail_at_(envelope_.head.size() + content_->size()),
        sum_(add_to_sum(envelope_.seal, std::span(envelope_.head).subspan(envelope_.seal_from), 0)) {}

  std::uint64_t size() const override { return tail_at_ + envelope_.tail.size(); }

  void fill(std::uint64_t offset, std::span<std::byte> out) override {
    const auto head = before(envelope_.head.size(), offset, out);
    if (!head.empty()) std::memcpy(out.data(), envelope_.head.data() + offset, head.size());
    offset += head.size();
    out = out.subspan(head.size());
    while (!out.empty() && offset < tail_at_) {
      const auto part = before(tail_at_, offset, out.first(std::min(out.size(), kChunk)));
      fill_content(offset - envelope_.head.size(), part);
      offset += part.size();
      out = out.subspan(part.size());
    }
    if (out.empty()) return;
    sum_rest();
    std::memcpy(out.data(), envelope_.tail.data() + (offset - tail_at_), out.size());
  }

 private:
  void fill_content(std::uint64_t offset, std::span<std::byte> out) {
    content_->fill(offset, out);
    if (offset != summed_ || envelope_.seal == Seal::kNone) return;
    sum_ = add_to_sum(envelope_.seal, out, sum_);
    summed_ += out.size();
  }

  // The checksum over what was not produced in order, then the tail that depends on it.
  void sum_rest() {
    if (closed_) return;
    std::array<std::byte, kChunk> scratch;
    while (envelope_.seal != Seal::kNone && summed_ < content_->size()) {
      fill_content(summed_, before(content_->size(), summed_, scratch));
    }
    close_tail(envelope_, sum_);
    closed_ = true;
  }

  Envelope envelope_;
  std::unique_ptr<ByteSource> content_;
  std::uint64_t tail_at_;
  std::uint64_t summed_ = 0;  // content bytes that sum_ covers
  std::uint32_t sum_;
  bool closed_ = false;
};

tl::expected<void, std::string> compare(std::string_view what, std::span<const std::byte> expected,
                                        std::span<const std::byte> found, std::uint64_t at) {
  const auto [mine, theirs] = std::mismatch(expected.begin(), expected.end(), found.begin());
  if (mine == expected.end()) return {};
  return tl::unexpected(fmt::format("{} differs at byte {}", what, at + (mine - expected.begin())));
}

}  // namespace

void EnvelopeFormat::encode(const SampleIdentity& identity, std::uint64_t target,
                            std::vector<std::byte>& out) const {
  const auto source = open(identity, target);
  out.resize(source->size());
  source->fill(0, out);
}

std::unique_ptr<ByteSource> EnvelopeFormat::open(const SampleIdentity& identity, std::uint64_t target) const {
  auto envelope = make(identity, target);
  auto content = content_.open(identity, envelope.content_target);
  return std::make_unique<EnvelopeSource>(std::move(envelope), std::move(content));
}

std::optional<PayloadClaim> EnvelopeFormat::claim(std::span<const std::byte> bytes) const {
  const auto at = content_offset(bytes);
  if (!at || *at > bytes.size()) return std::nullopt;
  return content_.claim(bytes.subspan(*at));
}

tl::expected<void, std::string> EnvelopeFormat::verify(const SampleIdentity& identity, std::uint64_t target,
                                                       std::span<const std::byte> bytes) const {
  auto envelope = make(identity, target);
  const std::size_t head = envelope.head.size();
  const std::uint64_t size = stored_bytes(target);
  if (const auto found = claim(bytes)) {  // whose sample this is says more than how long it is
    auto wrong = compare_claim(*found, identity, found->length);  // the content checks its own length
    if (!wrong.empty()) return tl::unexpected(std::move(wrong));
  }
  if (bytes.size() != size) return tl::unexpected(describe_size(bytes.size(), size));
  const std::uint64_t tail_at = size - envelope.tail.size();
  if (auto ok = content_.verify(identity, envelope.content_target, bytes.subspan(head, tail_at - head));
      !ok) {
    return ok;
  }
  if (auto ok = compare(fmt::format("head of the {} sample", name()), envelope.head, bytes, 0); !ok)
    return ok;
  close_tail(envelope,
             add_to_sum(envelope.seal, bytes.subspan(envelope.seal_from, tail_at - envelope.seal_from), 0));
  return compare(fmt::format("tail of the {} sample", name()), envelope.tail, bytes.subspan(tail_at),
                 tail_at);
}

}  // namespace aforo
