#include "dataset/payload.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/random.h"
#include "dataset/bytes.h"
#include "dataset/checksum.h"

namespace aforo {
namespace {

std::vector<std::byte> stream(std::uint64_t key, std::uint64_t offset, std::size_t size) {
  std::vector<std::byte> bytes(size);
  fill_random(key, offset, bytes);
  return bytes;
}

// "123456789" is the check string of every CRC catalogue: CRC-32C e3069283, CRC-32 cbf43926.
TEST(Checksum, GivesThePublishedCheckValues) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283U);
  EXPECT_EQ(crc32_zip(as_bytes("123456789")), 0xcbf43926U);
  EXPECT_EQ(crc32c({}), 0U);
  EXPECT_EQ(crc32_zip({}), 0U);
}

TEST(Checksum, Continues) {
  EXPECT_EQ(crc32c(as_bytes("6789"), crc32c(as_bytes("12345"))), 0xe3069283U);
  EXPECT_EQ(crc32_zip(as_bytes("6789"), crc32_zip(as_bytes("12345"))), 0xcbf43926U);
}

// TFRecord's mask: rotate right by 15, add 0xa282ead8. 0x00008000 rotates to 0x00000001.
TEST(Checksum, MasksAsTfrecordDoes) { EXPECT_EQ(mask_crc(0x00008000), 0xa282ead9U); }

TEST(Checksum, ForgedWordGivesTheWantedCrc) {
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    const auto data = stream(random(), 0, random.below(100));
    const auto wanted = static_cast<std::uint32_t>(random());
    std::byte word[4];
    store_le(word, forge_crc32_zip(crc32_zip(data), wanted));
    ASSERT_EQ(crc32_zip(word, crc32_zip(data)), wanted);
  }
}

// The published algorithm, one lane at a time: block b of key k starts from words mix64(mix64(k, b) + i);
// vector v holds lanes 4v..4v+3, whose state word j is word 16v + 4j + lane. Each step yields 32 bytes of
// either vector.
TEST(RandomStream, IsEightLanesOfXoshiro256Plus) {
  const auto bytes = stream(99, 0, 3 * 4096);
  for (std::uint64_t lane = 0; lane < 8; ++lane) {
    const std::uint64_t seed = mix64(99, 2);
    std::uint64_t s[4];
    for (std::uint64_t j = 0; j < 4; ++j) s[j] = mix64(seed + lane / 4 * 16 + 4 * j + lane % 4);
    for (std::size_t at = 2 * 4096; at < 3 * 4096; at += 64) {
      ASSERT_EQ(load_le<std::uint64_t>(&bytes[at + lane * 8]), s[0] + s[3])
          << "lane " << lane << " at " << at;
      const std::uint64_t t = s[1] << 17;
      s[2] ^= s[0];
      s[3] ^= s[1];
      s[1] ^= s[2];
      s[0] ^= s[3];
      s[2] ^= t;
      s[3] = s[3] << 45 | s[3] >> 19;
    }
  }
}

TEST(RandomStream, SeeksToAnyByte) {
  const auto whole = stream(5, 0, 20000);
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    const std::size_t at = random.below(20000), size = random.below(20000 - at + 1);
    const auto part = stream(5, at, size);
    ASSERT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + at)) << at << " + " << size;
  }
}

// A compressor that finds nothing makes data longer; deduplication works on aligned blocks, 4 KiB being the
// smallest.
TEST(RandomStream, NeitherCompressesNorRepeats) {
  std::set<std::vector<std::byte>> blocks;
  for (std::uint64_t key = 0; key < 20; ++key) {
    const auto bytes = stream(key, 0, 1 << 16);
    uLongf packed = compressBound(bytes.size());
    std::vector<Bytef> out(packed);
    ASSERT_EQ(compress2(out.data(), &packed, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 6),
              Z_OK);
    EXPECT_GE(packed, bytes.size());
    for (std::size_t at = 0; at < bytes.size(); at += 4096) {
      EXPECT_TRUE(blocks.emplace(bytes.begin() + at, bytes.begin() + at + 4096).second);
    }
  }
}

// Bits: of 8 x 2^20 fair ones, the number set has mean 4194304 and standard deviation sqrt(8 x 2^20 / 4) =
// 1448.
TEST(RandomStream, HasAsManyOnesAsZeros) {
  std::int64_t ones = 0;
  for (const std::byte b : stream(12, 0, 1 << 20)) ones += __builtin_popcount(static_cast<unsigned>(b));
  EXPECT_NEAR(static_cast<double>(ones), 4194304, 5 * 1448);
}

TEST(Payload, CarriesItsHeaderWhereTheContractSays) {
  std::vector<std::byte> bytes(1000);
  Payload({{0x11, 0x22}, 0x33}, 1000).fill(0, bytes);
  EXPECT_EQ(as_text(bytes).substr(0, 8), "AFOROSMP");
  EXPECT_EQ(load_le<std::uint32_t>(&bytes[8]), 1U);
  EXPECT_EQ(load_le<std::uint64_t>(&bytes[16]), 0x11U);
  EXPECT_EQ(load_le<std::uint64_t>(&bytes[24]), 0x22U);
  EXPECT_EQ(load_le<std::uint64_t>(&bytes[32]), 0x33U);
  EXPECT_EQ(load_le<std::uint64_t>(&bytes[40]), 1000U);
  EXPECT_EQ(load_le<std::uint32_t>(&bytes[60]), crc32c(std::span(bytes).first(60)));
  EXPECT_EQ(load_le<std::uint32_t>(&bytes[996]), crc32c(std::span(bytes).first(996)));
}

TEST(Payload, ShorterThanItsIdentityIsRandomAndStillVerified) {
  const SampleIdentity identity{{1, 2}, 3};
  for (std::uint64_t length = 0; length < kIdentityBytes; ++length) {
    std::vector<std::byte> bytes(length);
    Payload(identity, length).fill(0, bytes);
    ASSERT_TRUE(verify_payload(identity, length, bytes)) << length;
    if (length == 0) continue;
    bytes[length / 2] ^= std::byte{1};
    ASSERT_EQ(verify_payload(identity, length, bytes).error(), "checksum differs, first wrong byte at " +
                                                                   std::to_string(length / 2) + " of " +
                                                                   std::to_string(length));
  }
}

// A sample's first 600 bytes right and the rest zero: what a torn write leaves.
TEST(Payload, SaysWhereATornWriteBegins) {
  const SampleIdentity identity{{1, 2}, 3};
  std::vector<std::byte> bytes(5000);
  Payload(identity, 5000).fill(0, bytes);
  const auto first_nonzero =
      std::find_if(bytes.begin() + 600, bytes.end(), [](std::byte b) { return b != std::byte{}; });
  const auto place = std::to_string(first_nonzero - bytes.begin());
  std::fill(bytes.begin() + 600, bytes.end(), std::byte{});
  EXPECT_EQ(verify_payload(identity, 5000, bytes).error(),
            "checksum differs, first wrong byte at " + place + " of 5000");
}

TEST(DatasetId, IsThirtyTwoHexadecimalDigits) {
  const DatasetId id{0x0123456789abcdef, 0x1};
  EXPECT_EQ(to_string(id), "0123456789abcdef0000000000000001");
  EXPECT_EQ(parse_dataset_id(to_string(id)), id);
  EXPECT_EQ(parse_dataset_id("0123456789abcdef000000000000000"), std::nullopt);
  EXPECT_EQ(parse_dataset_id("0123456789ABCDEF0000000000000001"), std::nullopt);
  EXPECT_EQ(parse_dataset_id(""), std::nullopt);
}

}  // namespace
}  // namespace aforo
