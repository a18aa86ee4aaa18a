#include "world/batch_memory.h"

#include <sys/mman.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace aforo {
namespace {

constexpr std::size_t kHuge = 2u << 20;  // a huge page of x86-64, and of arm64 with pages of 4 KiB

// Null if there is no memory.
std::byte* map_block(std::size_t bytes) {
  void* block = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return nullptr;
  ::madvise(block, bytes, MADV_HUGEPAGE);
  return static_cast<std::byte*>(block);
}

// Copies past the caches: a batch is written once and read much later, by another core or device. A
// plain memcpy of a sample reads every destination line first and pushes the read buffers out of
// the cache: half the speed.
void copy_past_cache(std::byte* to, const std::byte* from, std::size_t n) {
#ifdef __SSE2__
  while (n > 0 && (reinterpret_cast<std::uintptr_t>(to) & 63) != 0) {
    *to++ = *from++;
    --n;
  }
  for (; n >= 64; n -= 64, to += 64, from += 64)
    for (int i = 0; i < 4; ++i)
      _mm_stream_si128(reinterpret_cast<__m128i*>(to) + i,
                       _mm_loadu_si128(reinterpret_cast<const __m128i*>(from) + i));
  _mm_sfence();  // before anybody is told that the batch is there
#endif
  std::memcpy(to, from, n);
}

}  // namespace

BatchMemory::~BatchMemory() {
  if (pool_) pool_->put({block_, capacity_});
}

void BatchMemory::swap(BatchMemory& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(block_, other.block_);
  std::swap(capacity_, other.capacity_);
  std::swap(used_, other.used_);
  std::swap(failed_, other.failed_);
}

void BatchMemory::append(std::span<const std::byte> bytes) {
  const std::size_t n = std::min(bytes.size(), capacity_ - used_);
  if (n == 0) return;
  copy_past_cache(block_ + used_, bytes.data(), n);
  used_ += n;
}

BatchMemory BatchPool::take(std::uint64_t bytes) {
  if (bytes == 0) return {};
  const std::size_t capacity = (bytes + kHuge - 1) / kHuge * kHuge;
  {
    const std::lock_guard lock(mutex_);
    for (auto it = free_.rbegin(); it != free_.rend(); ++it) {
      if (it->capacity < capacity || it->capacity > 2 * capacity) continue;
      const Block block = *it;
      free_.erase(std::next(it).base());
      return {this, block.data, block.capacity};
    }
  }
  if (std::byte* block = map_block(capacity)) return {this, block, capacity};
  BatchMemory none;
  none.failed_ = true;
  return none;
}

void BatchPool::put(Block block) noexcept {
  const std::lock_guard lock(mutex_);
  try {
    free_.push_back(block);
  } catch (const std::bad_alloc&) {
    ::munmap(block.data, block.capacity);
  }
}

BatchPool::~BatchPool() {
  for (const Block& block : free_) ::munmap(block.data, block.capacity);
}

}  // namespace aforo
