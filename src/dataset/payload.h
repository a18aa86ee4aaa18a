// Payload: the bytes of a generated sample. Incompressible, found
// nowhere else, and able to say whose they are.
//
// A payload of n bytes:
//
//   0    8  magic "AFOROSMP"          40   8  n
//   8    4  version, 1                48  12  zero
//   12   4  zero                      60   4  CRC-32C of bytes 0..59
//   16  16  dataset id                64   .  random, computed from (dataset id, sample, offset)
//   32   8  sample id                n-4   4  CRC-32C of bytes 0..n-5
//
// all little-endian. The checksum stands at the end so that a payload of
// any size is written in one pass. A payload shorter than kIdentityBytes
// is random throughout and verified by computing it again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace aforo {

// 128 bits, so that two datasets of different specs do not share an id by chance.
struct DatasetId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const DatasetId&) const = default;
};

// 32 hexadecimal digits, lower case, `high` first.
std::string to_string(DatasetId id);
// Exactly what to_string writes; nothing for any other text.
std::optional<DatasetId> parse_dataset_id(std::string_view text);

// Which sample of which generated dataset.
struct SampleIdentity {
  DatasetId dataset;
  std::uint64_t sample = 0;
  bool operator==(const SampleIdentity&) const = default;
};

// The seed of everything random in a sample: a hash of its identity, so neighbours share nothing.
std::uint64_t content_key(const SampleIdentity& identity);

// Bytes [offset, offset + out.size()) of the endless random stream of `key`. Pure and seekable:
// every 4 KiB block is computed on its own (eight lanes of xoshiro256+, Blackman and Vigna 2018,
// seeded from key and block), so whole blocks at multiples of 4 KiB are the fastest to ask for.
// Same bytes on every machine, with AVX2 or without.
void fill_random(std::uint64_t key, std::uint64_t offset, std::span<std::byte> out);

// Before and behind the random bytes, and the smallest payload that can say whose it is.
inline constexpr std::size_t kPayloadHeaderBytes = 64;
inline constexpr std::size_t kPayloadTrailerBytes = 4;
inline constexpr std::size_t kIdentityBytes = kPayloadHeaderBytes + kPayloadTrailerBytes;

// The 64 bytes of the table above, for a payload of `length` bytes in
// all, its own checksum included.
std::array<std::byte, kPayloadHeaderBytes> payload_header(const SampleIdentity& identity,
                                                          std::uint64_t length);

// What a payload header says. It proves the header alone: the rest may be damaged or missing.
struct PayloadClaim {
  SampleIdentity identity;
  // Of the whole payload.
  std::uint64_t length = 0;
};
// Of the first 64 bytes; nothing if there are fewer, or they are no intact header of this version.
std::optional<PayloadClaim> read_payload_header(std::span<const std::byte> bytes);

// "sample 17 expected, found sample 18" or the like: the dataset first, then the sample, then the
// length; empty if the claim is the expected one.
std::string compare_claim(const PayloadClaim& found, const SampleIdentity& expected, std::uint64_t length);

// Produces one payload. Blocks may be asked for in any order; in order from 0 the checksum at the
// end comes for free, otherwise the last block costs one more computation of what was skipped. One
// thread at a time.
class Payload {
 public:
  // Any length, 0 too.
  Payload(const SampleIdentity& identity, std::uint64_t length);
  std::uint64_t length() const { return length_; }
  // Requires offset + out.size() <= length(). Allocates nothing.
  void fill(std::uint64_t offset, std::span<std::byte> out);

 private:
  void fill_body(std::uint64_t offset, std::span<std::byte> out) const;
  void sum_up_to(std::uint64_t end);

  SampleIdentity identity_;
  std::uint64_t key_;
  std::uint64_t length_;
  // Bytes before the trailer; all of them where there is none.
  std::uint64_t body_;
  // crc_ covers [0, summed_).
  std::uint64_t summed_ = 0;
  std::uint32_t crc_ = 0;
};

// Proves that `bytes` is the payload of `length` bytes of `identity`, or says in half a sentence
// what is wrong: whose it is, its length, or the first wrong byte. A good one costs a checksum; a
// damaged one, or one too short for a checksum, is computed again.
tl::expected<void, std::string> verify_payload(const SampleIdentity& identity, std::uint64_t length,
                                               std::span<const std::byte> bytes);

}  // namespace aforo
