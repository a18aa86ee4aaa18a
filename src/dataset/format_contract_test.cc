// The contract of SampleFormat and ByteSource, held against every format alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "dataset/format.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

struct Subject {
  const char* label;
  LayoutKind layout;
  Content content;
};

class FormatContract : public ::testing::TestWithParam<Subject> {
 protected:
  const SampleFormat& format() const { return stored_format(GetParam().layout, GetParam().content); }

  std::vector<std::byte> encode(std::uint64_t sample, std::uint64_t target) const {
    std::vector<std::byte> bytes(3, std::byte{0x5a});  // what lies in the vector before must not matter
    format().encode({kDataset, sample}, target, bytes);
    return bytes;
  }

  // Sizes around every edge: minimum, header, cache chunks, random blocks, restart batches, varint steps, odd
  // ones.
  std::vector<std::uint64_t> targets() const {
    std::vector<std::uint64_t> sizes;
    for (const std::uint64_t size :
         {1,     67,    68,    69,    127,    128,    129,     240,    511,   512,
          513,   700,   1000,  4095,  4096,   4097,   16383,   16384,  32767, 32768,
          32769, 45056, 65535, 65600, 114000, 150001, 1 << 20, 3000017}) {
      if (size >= format().min_bytes()) sizes.push_back(size);
    }
    for (std::uint64_t more = 0; more < 40; ++more) sizes.push_back(format().min_bytes() + more);
    return sizes;
  }

  static constexpr DatasetId kDataset{0x1234567890abcdef, 0xfedcba0987654321};
};

TEST_P(FormatContract, EncodesExactlyTheStoredSizeAndVerifies) {
  for (const std::uint64_t target : targets()) {
    const auto bytes = encode(17, target);
    ASSERT_EQ(bytes.size(), format().stored_bytes(target)) << target;
    const auto verdict = format().verify({kDataset, 17}, target, bytes);
    ASSERT_TRUE(verdict) << target << ": " << verdict.error();
  }
}

TEST_P(FormatContract, SmallerThanTheMinimumIsRaisedToIt) {
  EXPECT_EQ(encode(1, 0), encode(1, format().min_bytes()));
}

TEST_P(FormatContract, IsDeterministicAndEverySampleIsItsOwn) {
  EXPECT_EQ(encode(5, 5000), encode(5, 5000));
  EXPECT_NE(encode(5, 5000), encode(6, 5000));
  std::vector<std::byte> other;
  format().encode({{1, 2}, 5}, 5000, other);
  EXPECT_NE(encode(5, 5000), other);
}

TEST_P(FormatContract, BlocksAreTheWhole) {
  Random random(7);
  for (const std::uint64_t target : {format().min_bytes() + 1, std::uint64_t{700}, std::uint64_t{114000}}) {
    const auto whole = encode(9, target);
    for (const std::size_t most : {1, 7, 512, 4096, 50000}) {
      if (most == 1 && target > 1000) continue;  // slow, and the small targets cover it
      const auto source = format().open({kDataset, 9}, target);
      ASSERT_EQ(source->size(), whole.size());
      std::vector<std::byte> built(whole.size());
      for (std::size_t at = 0; at < built.size();) {
        const std::size_t part = std::min<std::size_t>(1 + random.below(most), built.size() - at);
        source->fill(at, std::span(built).subspan(at, part));
        at += part;
      }
      ASSERT_EQ(built, whole) << "target " << target << ", blocks up to " << most;
    }
  }
}

TEST_P(FormatContract, BlocksInAnyOrderAreTheWhole) {
  const auto whole = encode(9, 114000);
  const std::size_t block = 10000, blocks = whole.size() / block + 1;
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto source = format().open({kDataset, 9}, 114000);
    const Permutation order(blocks, seed);
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::size_t at = order(i) * block;
      std::vector<std::byte> part(std::min(block, whole.size() - at));
      source->fill(at, part);
      ASSERT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + at))
          << "block at " << at << ", seed " << seed;
    }
  }
}

TEST_P(FormatContract, EverySingleBitFlipIsFound) {
  Random random(11);
  for (const std::uint64_t target : {std::uint64_t{600}, std::uint64_t{20000}}) {
    auto bytes = encode(3, target);
    std::vector<std::size_t> places = {0, 1, bytes.size() - 1, bytes.size() / 2};
    if (target < 1000) {
      for (std::size_t i = 0; i < bytes.size(); ++i) places.push_back(i);
    }
    for (int i = 0; i < 500; ++i) places.push_back(random.below(bytes.size()));
    for (const std::size_t place : places) {
      const auto bit = std::byte{1} << random.below(8);
      bytes[place] ^= bit;
      ASSERT_FALSE(format().verify({kDataset, 3}, target, bytes)) << "flipped a bit of byte " << place;
      bytes[place] ^= bit;
    }
    ASSERT_TRUE(format().verify({kDataset, 3}, target, bytes));
  }
}

TEST_P(FormatContract, DamageIsPlaced) {
  auto bytes = encode(3, 20000);
  bytes[12345] ^= std::byte{8};
  EXPECT_THAT(format().verify({kDataset, 3}, 20000, bytes).error(), HasSubstr("first wrong byte at 1"));
}

TEST_P(FormatContract, AnotherSampleIsNamed) {
  EXPECT_EQ(format().verify({kDataset, 17}, 5000, encode(18, 5000)).error(),
            "sample 17 expected, found sample 18");
  EXPECT_EQ(format().verify({kDataset, 17}, 5000, encode(18, 9000)).error(),
            "sample 17 expected, found sample 18");
  EXPECT_THAT(format().verify({{1, 2}, 18}, 5000, encode(18, 5000)).error(),
              HasSubstr("dataset 00000000000000010000000000000002 expected, found dataset 1234567890abcdef"));
}

TEST_P(FormatContract, TruncationAndExtensionAreSaid) {
  auto bytes = encode(3, 20000);
  const std::size_t size = bytes.size();
  for (const std::size_t kept : {std::size_t{0}, std::size_t{1}, std::size_t{600}, size - 1}) {
    const auto verdict = format().verify({kDataset, 3}, 20000, std::span(bytes).first(kept));
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error(), "short: " + std::to_string(kept) + " of " + std::to_string(size) + " bytes");
  }
  bytes.push_back(std::byte{0});
  EXPECT_EQ(format().verify({kDataset, 3}, 20000, bytes).error(),
            "too long: " + std::to_string(size + 1) + " of " + std::to_string(size) + " bytes");
}

TEST_P(FormatContract, ClaimsItsIdentity) {
  const auto claim = format().claim(encode(41, 9000));
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->identity, (SampleIdentity{kDataset, 41}));
  EXPECT_FALSE(format().claim(std::vector<std::byte>(9000)));
  EXPECT_FALSE(format().claim({}));
}

INSTANTIATE_TEST_SUITE_P(All, FormatContract,
                         ::testing::Values(Subject{"raw", LayoutKind::kFilePerSample, Content::kRaw},
                                           Subject{"jpeg", LayoutKind::kFilePerSample, Content::kJpeg},
                                           Subject{"npz", LayoutKind::kFilePerSample, Content::kNpz},
                                           Subject{"npy", LayoutKind::kNpy, Content::kRaw},
                                           Subject{"records", LayoutKind::kRecords, Content::kRaw},
                                           Subject{"tfrecord_raw", LayoutKind::kTfrecord, Content::kRaw},
                                           Subject{"tfrecord_jpeg", LayoutKind::kTfrecord, Content::kJpeg},
                                           Subject{"tar_raw", LayoutKind::kWebdataset, Content::kRaw},
                                           Subject{"tar_npz", LayoutKind::kWebdataset, Content::kNpz}),
                         [](const auto& subject) { return std::string(subject.param.label); });

}  // namespace
}  // namespace aforo
