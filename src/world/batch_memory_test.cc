#include "world/batch_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace aforo {
namespace {

std::vector<std::byte> pattern(std::size_t n, unsigned seed) {
  std::vector<std::byte> bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<std::byte>((i * 131 + seed * 17) & 255);
  return bytes;
}

// Sizes around the copy's 64-byte pieces, each at whatever alignment the one before left.
TEST(BatchMemory, HoldsWhatWasAppendedByteForByte) {
  BatchPool pool;
  BatchMemory batch = pool.take(1 << 20);
  std::vector<std::byte> expected;
  unsigned seed = 0;
  for (std::size_t n : {1, 63, 64, 65, 127, 128, 1000, 4096, 114'660, 3}) {
    const auto bytes = pattern(n, ++seed);
    batch.append(bytes);
    expected.insert(expected.end(), bytes.begin(), bytes.end());
  }
  ASSERT_EQ(batch.contents().size(), expected.size());
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), batch.contents().begin()));
}

TEST(BatchMemory, LeavesOutWhatDoesNotFit) {
  BatchPool pool;
  BatchMemory batch = pool.take(100);
  const std::size_t room = 2u << 20;  // blocks are whole huge pages
  batch.append(pattern(room - 10, 1));
  batch.append(pattern(100, 2));
  EXPECT_EQ(batch.contents().size(), room);
}

TEST(BatchPool, ReusesBlocks) {
  BatchPool pool;
  const std::byte* first = nullptr;
  {
    BatchMemory batch = pool.take(1000);
    batch.append(pattern(10, 1));
    first = batch.contents().data();
  }
  BatchMemory again = pool.take(1000);
  again.append(pattern(10, 1));
  EXPECT_EQ(again.contents().data(), first);
  EXPECT_EQ(again.contents().size(), 10u);
}

}  // namespace
}  // namespace aforo
