// Memory for whole batches, as a framework's collate fills it. Blocks are reused (a fresh 45 MB block costs
// more in page faults than the copy into it). Thread-safe: a batch is filled on a lane and released on home.
// A machine without memory left is data: the batch says `failed` and takes nothing; nothing throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace aforo {

class BatchPool;

// Move-only; returns its block when destroyed.
class BatchMemory {
 public:
  BatchMemory() = default;
  BatchMemory(BatchMemory&& other) noexcept { swap(other); }
  BatchMemory& operator=(BatchMemory&& other) noexcept {
    BatchMemory(std::move(other)).swap(*this);
    return *this;
  }
  ~BatchMemory();

  // Copies `bytes` behind what is there; what does not fit is left out (a file grew since it was listed; all
  // of it if `failed`).
  void append(std::span<const std::byte> bytes);

  // There was no memory for it (ENOMEM).
  bool failed() const { return failed_; }

  std::span<const std::byte> contents() const { return {block_, used_}; }

 private:
  friend class BatchPool;
  BatchMemory(BatchPool* pool, std::byte* block, std::size_t capacity)
      : pool_(pool), block_(block), capacity_(capacity) {}
  void swap(BatchMemory& other) noexcept;

  BatchPool* pool_ = nullptr;
  std::byte* block_ = nullptr;
  std::size_t capacity_ = 0, used_ = 0;
  bool failed_ = false;
};

class BatchPool {
 public:
  BatchPool() = default;
  BatchPool(const BatchPool&) = delete;
  BatchPool& operator=(const BatchPool&) = delete;
  ~BatchPool();  // every BatchMemory is gone by then

  // Memory for `bytes`; 0 needs none. Without memory left the answer is `failed`.
  BatchMemory take(std::uint64_t bytes);

 private:
  friend class BatchMemory;
  struct Block {
    std::byte* data;
    std::size_t capacity;
  };
  void put(Block block) noexcept;

  std::mutex mutex_;
  std::vector<Block> free_;
};

}  // namespace aforo
