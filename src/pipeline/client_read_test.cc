// A job whose loader asks as a client does: the requests that a World sees.
#include "pipeline/client_read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/test_world.h"

namespace aforo {
namespace {

constexpr std::uint64_t kMebi = 1 << 20, kBigObject = 140 * kMebi;

// One read of `range` by the client; the World's reads.
std::vector<TestRead> reads_of(Client client, ClientRange range, TestWorld& world,
                               std::uint64_t* bytes = nullptr) {
  const auto read_it = [&]() -> Task<> {
    ClientRead<TestWorld> read(style_of(client), range);
    auto next = [&](std::uint64_t offset, std::uint64_t length) {
      return world.read_at(0, 0, offset, length);
    };
    co_await read.run(next);
    EXPECT_EQ(read.error(), 0);
    EXPECT_EQ(read.requests(), parts_of(style_of(client), range.length));
    if (bytes) *bytes = read.bytes();
  };
  world.run(read_it());
  EXPECT_FALSE(world.stuck);
  return world.reads;
}

TEST(ClientRead, Boto3sDownloadHasTenOfEighteenPartsUnderWay) {
  TestWorld world;
  std::uint64_t bytes = 0;
  const auto reads = reads_of(Client::kBoto3Download, {0, kBigObject}, world, &bytes);
  ASSERT_EQ(reads.size(), 18u);
  for (std::size_t i = 0; i < 18; ++i) {
    EXPECT_EQ(reads[i].offset, i * 8 * kMebi);
    EXPECT_EQ(reads[i].length, i < 17 ? 8 * kMebi : 4 * kMebi);
  }
  EXPECT_EQ(world.most_in_flight, 10u);
  EXPECT_EQ(bytes, kBigObject);
}

TEST(ClientRead, TheCrtReadsItsFirstPartAlone) {
  TestWorld world;
  const auto reads = reads_of(Client::kS3torch, {0, kBigObject}, world);
  ASSERT_EQ(reads.size(), 18u);
  EXPECT_EQ(world.most_in_flight, 17u);
  EXPECT_LT(reads[0].at, reads[1].at) << "the second is asked for when the first is there";
  EXPECT_EQ(reads[1].at, reads[17].at);
}

TEST(ClientRead, MosaicsPartsFollowEachOther) {
  TestWorld world;
  EXPECT_EQ(reads_of(Client::kMosaicml, {0, 64 * kMebi}, world).size(), 8u);
  EXPECT_EQ(world.most_in_flight, 1u);
}

TEST(ClientRead, AnErrorEndsItAndAShortPartCutsIt) {
  TestWorld world;
  world.error_of = [](FileId) { return EIO; };
  const auto failing = [&]() -> Task<> {
    ClientRead<TestWorld> read(style_of(Client::kMosaicml), {0, 64 * kMebi});
    auto next = [&](std::uint64_t offset, std::uint64_t length) {
      return world.read_at(0, 0, offset, length);
    };
    co_await read.run(next);
    EXPECT_EQ(read.error(), EIO);
    EXPECT_EQ(read.requests(), 1u);
  };
  world.run(failing());
  TestWorld shorter;
  shorter.length_of = [](FileId, std::uint64_t n) { return n == 8 * kMebi ? n : n / 2; };
  std::uint64_t bytes = 0;
  reads_of(Client::kBoto3Download, {0, 20 * kMebi}, shorter, &bytes);
  EXPECT_EQ(bytes, 18 * kMebi);
}

}  // namespace
}  // namespace aforo
