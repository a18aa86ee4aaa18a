// Memory for whole batches, as a framework's collate fills it.
//
// Blocks are reused: a fresh 45 MB block costs more in page faults than the copy into it. They are
// mapped in units of 2 MiB, for huge pages, and given back to the system only when the pool ends: a
// job holds as much as it once held at the same time.
//
// Thread-safe where a batch changes hands: it is taken and filled on a lane and released on home.
// One BatchMemory has one owner at a time. A machine without memory left is data: the batch says
// `failed` and takes nothing; nothing throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace aforo {

class BatchPool;

// One batch's block, filled front to back. Move-only; returns its block to the pool, which outlives
// it, when destroyed. A default one holds nothing and takes nothing.
class BatchMemory {
 public:
  BatchMemory() = default;
  BatchMemory(BatchMemory&& other) noexcept { swap(other); }
  BatchMemory& operator=(BatchMemory&& other) noexcept {
    BatchMemory(std::move(other)).swap(*this);
    return *this;
  }
  ~BatchMemory();

  // Copies `bytes` behind what is there; what does not fit is left out (a file grew since it was
  // listed; all of it if `failed`). The copy passes the processor's caches: a batch is written once
  // and read much later, by another core or device.
  void append(std::span<const std::byte> bytes);

  // There was no memory for it (ENOMEM). Its contents are then empty, whatever was appended.
  bool failed() const { return failed_; }

  // What was appended so far; valid until the next move or the end of it.
  std::span<const std::byte> contents() const { return {block_, used_}; }

 private:
  friend class BatchPool;
  BatchMemory(BatchPool* pool, std::byte* block, std::size_t capacity)
      : pool_(pool), block_(block), capacity_(capacity) {}
  void swap(BatchMemory& other) noexcept;

  BatchPool* pool_ = nullptr;
  // `used_` <= `capacity_`, which may be more than was asked for.
  std::byte* block_ = nullptr;
  std::size_t capacity_ = 0, used_ = 0;
  bool failed_ = false;
};

// Free blocks of one world. A mutex guards the list, and is taken once for a batch
// and once for its release.
class BatchPool {
 public:
  BatchPool() = default;
  BatchPool(const BatchPool&) = delete;
  BatchPool& operator=(const BatchPool&) = delete;
  // Every BatchMemory is gone by then.
  ~BatchPool();

  // Memory for `bytes`; 0 needs none. Without memory left the answer is `failed`. A free block is
  // used again if it is at most twice as large as needed, the latest freed first: it may still be
  // in a cache. Else a new one is mapped, whose pages cost when they are first touched.
  BatchMemory take(std::uint64_t bytes);

 private:
  friend class BatchMemory;
  struct Block {
    std::byte* data;
    std::size_t capacity;
  };
  // Never fails: a block that cannot be kept is given back to the system.
  void put(Block block) noexcept;

  std::mutex mutex_;
  std::vector<Block> free_;
};

}  // namespace aforo
