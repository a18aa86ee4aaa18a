#include "dataset/payload.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include "base/random.h"
#include "dataset/bytes.h"
#include "dataset/checksum.h"

namespace aforo {
namespace {

constexpr std::uint64_t kMagic = 0x504d534f524f4641;  // "AFOROSMP"
// Of the layout in payload.h; a header of another one is no header.
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kSummedPiece = 32 << 10;  // generated and summed while it is in the first-level cache

// Where `bytes` first differs from what was generated, after a checksum said that it does.
std::string describe_damage(const SampleIdentity& identity, std::uint64_t length,
                            std::span<const std::byte> bytes) {
  Payload payload(identity, length);
  std::vector<std::byte> expected(kSummedPiece);
  for (std::uint64_t at = 0; at < length; at += kSummedPiece) {
    const auto part = std::span(expected).first(std::min<std::uint64_t>(kSummedPiece, length - at));
    payload.fill(at, part);
    const auto [mine, theirs] = std::mismatch(part.begin(), part.end(), bytes.begin() + at);
    if (mine != part.end()) {
      return fmt::format("checksum differs, first wrong byte at {} of {}", at + (mine - part.begin()),
                         length);
    }
  }
  return {};
}

}  // namespace

std::string to_string(DatasetId id) { return fmt::format("{:016x}{:016x}", id.high, id.low); }

std::optional<DatasetId> parse_dataset_id(std::string_view text) {
  if (text.size() != 32 || text.find_first_not_of("0123456789abcdef") != text.npos) return std::nullopt;
  DatasetId id;
  std::from_chars(text.data(), text.data() + 16, id.high, 16);
  std::from_chars(text.data() + 16, text.data() + 32, id.low, 16);
  return id;
}

std::uint64_t content_key(const SampleIdentity& identity) {
  return mix64(identity.dataset.high, identity.dataset.low, identity.sample);
}

std::array<std::byte, kPayloadHeaderBytes> payload_header(const SampleIdentity& identity,
                                                          std::uint64_t length) {
  std::array<std::byte, kPayloadHeaderBytes> header{};
  store_le(&header[0], kMagic);
  store_le(&header[8], kVersion);
  store_le(&header[16], identity.dataset.high);
  store_le(&header[24], identity.dataset.low);
  store_le(&header[32], identity.sample);
  store_le(&header[40], length);
  store_le(&header[60], crc32c(std::span(header).first(60)));
  return header;
}

std::optional<PayloadClaim> read_payload_header(std::span<const std::byte> bytes) {
  if (bytes.size() < kPayloadHeaderBytes) return std::nullopt;
  const PayloadClaim claim{{{load_le<std::uint64_t>(&bytes[16]), load_le<std::uint64_t>(&bytes[24])},
                            load_le<std::uint64_t>(&bytes[32])},
                           load_le<std::uint64_t>(&bytes[40])};
  const auto intact = payload_header(claim.identity, claim.length);
  if (!std::equal(intact.begin(), intact.end(), bytes.begin())) return std::nullopt;
  return claim;
}

std::string compare_claim(const PayloadClaim& found, const SampleIdentity& expected, std::uint64_t length) {
  if (found.identity.dataset != expected.dataset) {
    return fmt::format("dataset {} expected, found dataset {}", to_string(expected.dataset),
                       to_string(found.identity.dataset));
  }
  if (found.identity.sample != expected.sample) {
    return fmt::format("sample {} expected, found sample {}", expected.sample, found.identity.sample);
  }
  if (found.length != length)
    return fmt::format("{} bytes expected, its header says {}", length, found.length);
  return {};
}

Payload::Payload(const SampleIdentity& identity, std::uint64_t length)
    : identity_(identity),
      key_(content_key(identity)),
      length_(length),
      body_(length < kIdentityBytes ? length : length - kPayloadTrailerBytes) {}

void Payload::fill_body(std::uint64_t offset, std::span<std::byte> out) const {
  if (length_ >= kIdentityBytes && offset < kPayloadHeaderBytes) {
    const auto header = payload_header(identity_, length_);
    const std::size_t part = std::min<std::uint64_t>(out.size(), kPayloadHeaderBytes - offset);
    std::memcpy(out.data(), header.data() + offset, part);
    offset += part;
    out = out.subspan(part);
  }
  fill_random(key_, offset, out);
}

void Payload::sum_up_to(std::uint64_t end) {
  std::array<std::byte, kSummedPiece> scratch;
  while (summed_ < end) {
    const auto part = std::span(scratch).first(std::min<std::uint64_t>(kSummedPiece, end - summed_));
    fill_body(summed_, part);
    crc_ = crc32c(part, crc_);
    summed_ += part.size();
  }
}

void Payload::fill(std::uint64_t offset, std::span<std::byte> out) {
  const bool sealed = body_ < length_;
  while (!out.empty() && offset < body_) {
    const auto part = out.first(std::min<std::uint64_t>({kSummedPiece, out.size(), body_ - offset}));
    fill_body(offset, part);
    if (sealed && offset == summed_) {
      crc_ = crc32c(part, crc_);
      summed_ += part.size();
    }
    offset += part.size();
    out = out.subspan(part.size());
  }
  if (out.empty()) return;
  sum_up_to(body_);
  std::byte trailer[kPayloadTrailerBytes];
  store_le(trailer, crc_);
  std::memcpy(out.data(), trailer + (offset - body_), out.size());
}

tl::expected<void, std::string> verify_payload(const SampleIdentity& identity, std::uint64_t length,
                                               std::span<const std::byte> bytes) {
  const auto claim = read_payload_header(bytes);
  if (claim) {
    if (auto wrong = compare_claim(*claim, identity, length); !wrong.empty())
      return tl::unexpected(std::move(wrong));
  }
  if (bytes.size() != length) {
    return tl::unexpected(fmt::format("{}: {} of {} bytes", bytes.size() < length ? "short" : "too long",
                                      bytes.size(), length));
  }
  if (length >= kIdentityBytes) {
    const auto body = bytes.first(length - kPayloadTrailerBytes);
    if (claim && crc32c(body) == load_le<std::uint32_t>(bytes.data() + body.size())) return {};
  }
  auto damage = describe_damage(identity, length, bytes);
  if (damage.empty()) return {};
  return tl::unexpected(std::move(damage));
}

}  // namespace aforo
