// BufferPool: read buffers of one lane, last in first out, so that the buffer handed out is the one
// most likely still in the CPU's cache. One thread's; leases are returned on the same thread.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace aforo {

class BufferPool;

// The right to one buffer. Move-only; returns its buffer when destroyed, so it must not outlive its
// pool. A default one, and one that was moved from, holds none. Move assignment swaps: what the
// left side held goes back when the right side dies.
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

  // 4096-aligned, as O_DIRECT wants it, and at least as large as asked for; empty without a buffer.
  // What stands in it is left from its last use.
  std::span<std::byte> span() const { return span_; }

  // The kernel may still write into this buffer (a request timed out with `buffer_held`): it is
  // never handed out again, nor unmapped. The lease holds none afterwards.
  void quarantine();

 private:
  friend class BufferPool;
  BufferLease(BufferPool* pool, std::span<std::byte> span) : pool_(pool), span_(span) {}
  BufferPool* pool_ = nullptr;
  std::span<std::byte> span_;
};

// Sizes are rounded up to powers of two from 4 KiB (above 2 MiB: to whole 2 MiB); each rounded size
// has its own free list. Memory is mapped in pieces that double from 2 MiB to 32 MiB for each size
// (a buffer larger than that is a piece of its own), aligned for huge pages, and kept until the
// pool ends: a lane asks for the same few sizes all its life, and memory registered with the kernel
// cannot go and come. Pieces that double keep both a small job small and registrations few.
class BufferPool {
 public:
  // Hears of every piece of memory that is mapped, from inside `take`: Engine::adopt, so that the
  // kernel knows it.
  using OnGrow = std::function<void(std::span<std::byte>)>;

  explicit BufferPool(OnGrow on_grow = {});
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;
  // All leases are back, except quarantined ones: the pieces that hold them are left mapped.
  ~BufferPool();

  // A buffer of at least `bytes` (0 counts as 1). O(sizes in use), without a system call unless its
  // free list is empty. Throws std::bad_alloc when the machine maps no more memory.
  BufferLease take(std::size_t bytes);

  // All that was mapped, in use or not. O(pieces).
  std::size_t mapped_bytes() const;
  // Handed out and not yet back; quarantined ones count as gone.
  std::size_t leased_buffers() const { return leased_; }
  std::size_t quarantined_buffers() const { return quarantined_.size(); }

 private:
  friend class BufferLease;
  struct SizeClass {
    // Of one buffer, rounded.
    std::size_t bytes = 0;
    // Bytes to map when `free` is empty: a multiple of `bytes`.
    std::size_t next_piece = 0;
    // The last returned at the end.
    std::vector<std::byte*> free;
  };

  // `bytes` are rounded already; makes the class if there is none.
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
