// BufferPool: read buffers of one lane, last in first out, so that the buffer handed out is the one most
// likely still in the CPU's cache. One thread's; leases are returned on the same thread.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace aforo {

class BufferPool;

// Move-only; returns its buffer when destroyed.
class BufferLease {
 public:
  BufferLease() = default;
  BufferLease(BufferLease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), span_(other.span_) {}
  BufferLease& operator=(BufferLease&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(span_, other.span_);
    return *this;
  }
  ~BufferLease();

  // 4096-aligned; at least as large as asked for.
  std::span<std::byte> span() const { return span_; }

  // The kernel may still write into this buffer (a request timed out): it is never handed out again.
  void quarantine();

 private:
  friend class BufferPool;
  BufferLease(BufferPool* pool, std::span<std::byte> span) : pool_(pool), span_(span) {}
  BufferPool* pool_ = nullptr;
  std::span<std::byte> span_;
};

// Sizes are rounded up to powers of two (above 2 MiB: to whole 2 MiB). Memory is mapped in pieces that double
// from 2 MiB to 32 MiB, aligned for huge pages, and kept until the pool ends.
class BufferPool {
 public:
  // `on_grow` hears of every piece of memory that is mapped: Engine::adopt, so that the kernel knows it.
  using OnGrow = std::function<void(std::span<std::byte>)>;

  explicit BufferPool(OnGrow on_grow = {});
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  // All leases are back, except quarantined ones (their memory is left mapped).
  ~BufferPool();

  // Throws std::bad_alloc when the machine has no memory left. `bytes` 0 is 1.
  BufferLease take(std::size_t bytes);

  std::size_t mapped_bytes() const;
  std::size_t leased_buffers() const { return leased_; }
  std::size_t quarantined_buffers() const { return quarantined_.size(); }

 private:
  friend class BufferLease;
  struct SizeClass {
    std::size_t bytes = 0;
    std::size_t next_piece = 0;  // bytes to map when it is empty
    std::vector<std::byte*> free;
  };

  SizeClass& class_of(std::size_t bytes);
  void grow(SizeClass& size_class);
  void give_back(std::span<std::byte> span);
  void quarantine(std::span<std::byte> span);

  OnGrow on_grow_;
  std::vector<SizeClass> classes_;
  std::vector<std::span<std::byte>> pieces_;
  std::vector<std::byte*> quarantined_;
  std::size_t leased_ = 0;
};

}  // namespace aforo
