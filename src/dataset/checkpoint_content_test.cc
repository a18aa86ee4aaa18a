#include "dataset/checkpoint_content.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "dataset/checkpoint_layout.h"

namespace aforo {
namespace {

constexpr Bytes kChunk{64 << 10};

std::vector<std::byte> file_of(const CheckpointContent& content, FileId file, std::uint64_t bytes) {
  std::vector<std::byte> out;
  while (out.size() < bytes) {
    const auto piece = content.piece(file, out.size(), bytes - out.size());
    out.insert(out.end(), piece.begin(), piece.end());
  }
  return out;
}

TEST(CheckpointContent, IsWhatWasWrittenInAnyPieces) {
  const CheckpointContent content(7, kChunk);
  const std::vector<std::byte> file = file_of(content, 3, 1'000'000);
  EXPECT_EQ(content.first_wrong(3, 0, file), std::nullopt);
  EXPECT_EQ(content.first_wrong(3, 99'999, std::span(file).subspan(99'999, 300'001)), std::nullopt);
  EXPECT_EQ(content.first_wrong(CheckpointLayout::whole(3), 0, file), std::nullopt);
  const CheckpointContent again(7, kChunk), other(8, kChunk);
  EXPECT_EQ(again.checksum(), content.checksum());
  EXPECT_EQ(again.first_wrong(3, 0, file), std::nullopt);
  EXPECT_NE(other.checksum(), content.checksum());
  EXPECT_EQ(other.first_wrong(3, 0, file), 0u);
}

// A flipped bit, two blocks that changed places, a file moved on by a block, and another file's bytes.
TEST(CheckpointContent, FindsWhatLiesAtAnotherPlace) {
  const CheckpointContent content(7, kChunk);
  std::vector<std::byte> file = file_of(content, 3, 1'000'000);
  file[777'777] ^= std::byte{1};
  EXPECT_EQ(content.first_wrong(3, 0, file), 777'777u);
  file = file_of(content, 3, 1'000'000);
  std::swap_ranges(file.begin() + 8192, file.begin() + 12'288, file.begin() + 8192 + 5 * (64 << 10));
  EXPECT_EQ(content.first_wrong(3, 0, file), 8192u);
  file = file_of(content, 3, 1'000'000);
  EXPECT_EQ(content.first_wrong(3, 4096, file), 4096u);
  EXPECT_EQ(content.first_wrong(4, 0, file), 0u);
}

// No two of the first 4,093 chunks of a file begin alike.
TEST(CheckpointContent, NoTwoChunksBeginAlike) {
  const CheckpointContent content(7, kChunk);
  std::set<const std::byte*> begins;
  for (std::uint64_t chunk = 0; chunk < CheckpointContent::kPlaces; ++chunk)
    begins.insert(content.piece(5, chunk * kChunk.value, 1).data());
  EXPECT_EQ(begins.size(), CheckpointContent::kPlaces);
}

TEST(CheckpointContent, PiecesLieAsDirectWritesWantThem) {
  const CheckpointContent content(7, kChunk);
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{4096}, kChunk.value * 3 + 8192}) {
    const auto piece = content.piece(1, offset, 1 << 20);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(piece.data()) % 4096, 0u);
    EXPECT_GE(piece.data(), content.memory().data());
    EXPECT_LE(piece.data() + piece.size(), content.memory().data() + content.memory().size());
    EXPECT_EQ(piece.size(), kChunk.value - offset % kChunk.value);
  }
}

}  // namespace
}  // namespace aforo
