#include "storage/buffer_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace aforo {
namespace {

TEST(BufferPool, HandsOutTheBufferReturnedLast) {
  BufferPool pool;
  const std::byte* first = nullptr;
  {
    auto a = pool.take(114'660);
    auto b = pool.take(114'660);
    first = b.span().data();
    EXPECT_NE(a.span().data(), first);
  }  // b is destroyed before a: a's is the last returned
  auto c = pool.take(114'660);
  auto d = pool.take(100'000);  // same class: both round up to 128 KiB
  EXPECT_EQ(d.span().data(), first);
}

TEST(BufferPool, BuffersAreAlignedLargeEnoughAndApart) {
  BufferPool pool;
  std::vector<BufferLease> leases;
  for (std::size_t bytes : {0u, 1u, 4096u, 4097u, 1u << 20, (2u << 20) + 1, 50u << 20}) {
    for (int i = 0; i < 5; ++i) {
      leases.push_back(pool.take(bytes));
      const auto span = leases.back().span();
      EXPECT_GE(span.size(), bytes);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(span.data()) % 4096, 0u);
      span.front() = span.back() = std::byte{static_cast<unsigned char>(leases.size())};
    }
  }
  // Nobody else wrote into it.
  for (std::size_t i = 0; i < leases.size(); ++i) {
    EXPECT_EQ(leases[i].span().front(), std::byte{static_cast<unsigned char>(i + 1)});
    EXPECT_EQ(leases[i].span().back(), std::byte{static_cast<unsigned char>(i + 1)});
  }
}

TEST(BufferPool, TellsOfEveryPieceItMaps) {
  std::vector<std::span<std::byte>> pieces;
  BufferPool pool([&](std::span<std::byte> piece) { pieces.push_back(piece); });
  std::vector<BufferLease> leases;
  for (int i = 0; i < 100; ++i) leases.push_back(pool.take(128 << 10));
  std::size_t mapped = 0;
  for (const auto piece : pieces) mapped += piece.size();
  EXPECT_EQ(mapped, pool.mapped_bytes());
  // 100 x 128 KiB = 12.5 MiB; pieces of 2, 4, 8 MiB make 14.
  EXPECT_EQ(mapped, 14u << 20);
  for (const auto& lease : leases) {
    bool inside = false;
    for (const auto piece : pieces)
      inside |= lease.span().data() >= piece.data() &&
                lease.span().data() + lease.span().size() <= piece.data() + piece.size();
    EXPECT_TRUE(inside);
  }
}

TEST(BufferPool, AQuarantinedBufferNeverComesBackAndStaysMapped) {
  std::byte* lost = nullptr;
  {
    BufferPool pool;
    auto lease = pool.take(2u << 20);  // a piece of its own
    lost = lease.span().data();
    lease.quarantine();
    EXPECT_TRUE(lease.span().empty());
    EXPECT_EQ(pool.quarantined_buffers(), 1u);
    EXPECT_EQ(pool.leased_buffers(), 0u);
    EXPECT_NE(pool.take(2u << 20).span().data(), lost);
  }
  *lost = std::byte{1};  // what a late kernel does; a crash if it were unmapped
  EXPECT_EQ(*lost, std::byte{1});
}

TEST(BufferPool, LeasesMove) {
  BufferPool pool;
  BufferLease kept;
  {
    auto lease = pool.take(10);
    kept = std::move(lease);
  }
  EXPECT_EQ(pool.leased_buffers(), 1u);
  kept = {};
  EXPECT_EQ(pool.leased_buffers(), 0u);
}

}  // namespace
}  // namespace aforo
