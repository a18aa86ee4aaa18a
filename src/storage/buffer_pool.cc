#include "storage/buffer_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <new>

namespace aforo {
namespace {

// A page, and O_DIRECT's alignment.
constexpr std::size_t kSmallest = 4096;
// Of x86-64 and of arm64 with small pages; elsewhere only the advice is lost.
constexpr std::size_t kHugePage = 2u << 20;
// Chosen: larger pieces would mean fewer registrations, and more memory that a lane maps for nothing.
constexpr std::size_t kLargestPiece = 32u << 20;

std::size_t round_size(std::size_t bytes) {
  if (bytes <= kHugePage) return std::bit_ceil(std::max(bytes, kSmallest));
  return (bytes + kHugePage - 1) / kHugePage * kHugePage;
}

// Maps `bytes` (whole huge pages) at a huge page's boundary.
std::span<std::byte> map_aligned(std::size_t bytes) {
  const std::size_t room = bytes + kHugePage;
  void* mapped = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  auto* begin = static_cast<std::byte*>(mapped);
  const std::size_t before = (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before) munmap(begin, before);
  if (const std::size_t after = room - before - bytes) munmap(begin + before + bytes, after);
  madvise(begin + before, bytes, MADV_HUGEPAGE);
  return {begin + before, bytes};
}

}  // namespace

BufferLease::~BufferLease() {
  if (pool_) pool_->give_back(span_);
}

void BufferLease::quarantine() {
  if (pool_) pool_->quarantine(span_);
  pool_ = nullptr;
  span_ = {};
}

BufferPool::BufferPool(OnGrow on_grow) : on_grow_(std::move(on_grow)) {}

BufferPool::~BufferPool() {
  for (const auto piece : pieces_) {
    const auto inside = [&](const std::byte* buffer) {
      return buffer >= piece.data() && buffer < piece.data() + piece.size();
    };
    if (std::none_of(quarantined_.begin(), quarantined_.end(), inside)) munmap(piece.data(), piece.size());
  }
}

BufferLease BufferPool::take(std::size_t bytes) {
  SizeClass& size_class = class_of(round_size(bytes));
  if (size_class.free.empty()) grow(size_class);
  std::byte* buffer = size_class.free.back();
  size_class.free.pop_back();
  ++leased_;
  return {this, {buffer, size_class.bytes}};
}

std::size_t BufferPool::mapped_bytes() const {
  std::size_t sum = 0;
  for (const auto piece : pieces_) sum += piece.size();
  return sum;
}

// Few classes are ever in use: the sizes of one workload's reads.
BufferPool::SizeClass& BufferPool::class_of(std::size_t bytes) {
  for (SizeClass& size_class : classes_)
    if (size_class.bytes == bytes) return size_class;
  return classes_.emplace_back(SizeClass{bytes, std::max(bytes, kHugePage), {}});
}

void BufferPool::grow(SizeClass& size_class) {
  const auto piece = map_aligned(size_class.next_piece);
  pieces_.push_back(piece);
  size_class.next_piece = std::max(size_class.bytes, std::min(2 * size_class.next_piece, kLargestPiece));
  size_class.next_piece -= size_class.next_piece % size_class.bytes;
  const std::size_t count = piece.size() / size_class.bytes;
  for (std::size_t i = count; i-- > 0;) size_class.free.push_back(piece.data() + i * size_class.bytes);
  if (on_grow_) on_grow_(piece);
}

void BufferPool::give_back(std::span<std::byte> span) {
  --leased_;
  class_of(span.size()).free.push_back(span.data());
}

void BufferPool::quarantine(std::span<std::byte> span) {
  --leased_;
  quarantined_.push_back(span.data());
}

}  // namespace aforo
