#include "run/batch_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace aforo {
namespace {

constexpr std::size_t kHuge = 2u << 20;

// Null if there is no memory.
std::byte* map_block(std::size_t bytes) {
  void* block = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return nullptr;
  ::madvise(block, bytes, MADV_HUGEPAGE);
  return static_cast<std::byte*>(block);
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
  std::memcpy(block_ + used_, bytes.data(), n);
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
