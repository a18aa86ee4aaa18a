// Payload: the bytes of a generated sample. Incompressible, found nowhere else, and able to say whose they
// are.
//
// A payload of n bytes:
//
//   0    8  magic "AFOROSMP"          40   8  n
//   8    4  version, 1                48  12  zero
//   12   4  zero                      60   4  CRC-32C of bytes 0..59
//   16  16  dataset id                64   .  random, computed from (dataset id, sample, offset)
//   32   8  sample id                n-4   4  CRC-32C of bytes 0..n-5
//
// all little-endian. The checksum stands at the end so that a payload of any size is written in one pass. A
// payload shorter than kIdentityBytes is random throughout and verified by computing it again.
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

struct DatasetId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const DatasetId&) const = default;
};

std::string to_string(DatasetId id);                               // 32 hexadecimal digits
std::optional<DatasetId> parse_dataset_id(std::string_view text);  // exactly what to_string writes

// Which sample of which generated dataset.
struct SampleIdentity {
  DatasetId dataset;
  std::uint64_t sample = 0;
  bool operator==(const SampleIdentity&) const = default;
};

// The seed of everything random in a sample.
std::uint64_t content_key(const SampleIdentity& identity);

// Bytes [offset, offset + out.size()) of the endless random stream of `key`. Pure and seekable: every 4 KiB
// block is computed on its own (eight lanes of xoshiro256+, seeded from key and block). Same bytes on every
// machine.
void fill_random(std::uint64_t key, std::uint64_t offset, std::span<std::byte> out);

inline constexpr std::size_t kPayloadHeaderBytes = 64;
inline constexpr std::size_t kPayloadTrailerBytes = 4;
inline constexpr std::size_t kIdentityBytes = kPayloadHeaderBytes + kPayloadTrailerBytes;

std::array<std::byte, kPayloadHeaderBytes> payload_header(const SampleIdentity& identity,
                                                          std::uint64_t length);

// What a payload header says; nothing if the bytes are no intact header.
struct PayloadClaim {
  SampleIdentity identity;
  std::uint64_t length = 0;
};
std::optional<PayloadClaim> read_payload_header(std::span<const std::byte> bytes);

// "sample 17 expected, found sample 18" or the like; empty if the claim is the expected one.
std::string compare_claim(const PayloadClaim& found, const SampleIdentity& expected, std::uint64_t length);

// Produces one payload. Blocks may be asked for in any order; in order from 0 the checksum at the end comes
// for free, otherwise the last block costs one more computation of what was skipped. One thread at a time.
class Payload {
 public:
  Payload(const SampleIdentity& identity, std::uint64_t length);
  std::uint64_t length() const { return length_; }
  void fill(std::uint64_t offset, std::span<std::byte> out);  // requires offset + out.size() <= length()

 private:
  void fill_body(std::uint64_t offset, std::span<std::byte> out) const;
  void sum_up_to(std::uint64_t end);

  SampleIdentity identity_;
  std::uint64_t key_;
  std::uint64_t length_;
  std::uint64_t body_;        // bytes before the trailer
  std::uint64_t summed_ = 0;  // crc_ covers [0, summed_)
  std::uint32_t crc_ = 0;
};

// Proves that `bytes` is the payload of `length` bytes of `identity`, or says in half a sentence what is
// wrong.
tl::expected<void, std::string> verify_payload(const SampleIdentity& identity, std::uint64_t length,
                                               std::span<const std::byte> bytes);

}  // namespace aforo
