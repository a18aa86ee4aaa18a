// BufferPool: read buffers of one lane, last in first out, so that the buffer handed out is the one most
// likely still in the CPU's cache. One thread's; leases are returned on the same thread.
#pragma once

#include <cstddef>
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

class BufferPool {
 public:
  BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  ~BufferPool();  // all leases are back, except quarantined ones (their memory is left mapped)

  // Throws std::bad_alloc when the machine has no memory left.
  BufferLease take(std::size_t bytes);

  std::size_t mapped_bytes() const;

 private:
  friend class BufferLease;
  void give_back(std::span<std::byte> span);
  struct SizeClass;
  std::vector<SizeClass> classes_;
};

}  // namespace aforo
