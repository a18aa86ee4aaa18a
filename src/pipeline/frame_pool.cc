#include "pipeline/frame_pool.h"

#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

namespace aforo {
namespace {

// Chosen: a class wastes less than 64 bytes of a frame, and what a thread keeps is little beside its
// batches.
constexpr std::size_t kClassBytes = 64;
constexpr std::size_t kClasses = 64;           // up to 4 KiB; larger frames go to operator new
constexpr std::size_t kMaxKeptPerClass = 512;  // at most 2 MiB kept per thread and class

// An arena's pieces. Chosen: the first is as good as nothing to a job of one rank, the largest are hundredths of what a
// job that fills several takes.
constexpr std::size_t kFirstPiece = std::size_t{64} << 10, kLargestPiece = std::size_t{16} << 20;
constexpr std::size_t kLargePage = std::size_t{2} << 20;  // of x86 and most others

struct Node {
  Node* next;
};

// Of a thread. Plain data, whose frames go when the thread ends by a key of the C library: to register a destructor takes
// memory, and where there is none the library ends the process.
struct FreeLists {
  std::array<Node*, kClasses> heads;
  std::array<std::size_t, kClasses> sizes;
  bool ends_with_thread;  // else nothing is kept
};

void free_all(void* lists) {
  for (Node*& head : static_cast<FreeLists*>(lists)->heads)
    while (head != nullptr) {
      Node* const next = head->next;
      ::operator delete(head);
      head = next;
    }
}

bool end_with_thread(FreeLists& lists) {
  static const std::optional<pthread_key_t> key = [] {
    pthread_key_t made{};
    return pthread_key_create(&made, free_all) == 0 ? std::optional(made) : std::nullopt;
  }();
  return key && pthread_setspecific(*key, &lists) == 0;
}

// Aligned to lines of the processor's cache, and from a large page's size on to those.
std::align_val_t alignment_of(std::size_t bytes) {
  return std::align_val_t{bytes < kLargePage ? kClassBytes : kLargePage};
}
void* allocate_large(std::size_t bytes) {
  void* const piece = ::operator new(bytes, alignment_of(bytes));
  if (bytes >= kLargePage) madvise(piece, bytes, MADV_HUGEPAGE);  // a wish: small pages do, slower
  return piece;
}
void release_large(void* piece, std::size_t bytes) { ::operator delete(piece, alignment_of(bytes)); }

struct PieceDelete {
  std::size_t bytes = 0;
  void operator()(void* piece) const { release_large(piece, bytes); }
};

// Bytes that were never given out lie in [at, end); those that came back, by class.
struct Arena {
  std::array<Node*, kClasses> heads{};
  std::byte *at = nullptr, *end = nullptr;
  std::size_t next_piece = kFirstPiece;
  std::vector<std::unique_ptr<void, PieceDelete>> pieces;

  void* take(std::size_t c) {
    if (Node* node = heads[c]) {
      heads[c] = node->next;
      return node;
    }
    const std::size_t bytes = (c + 1) * kClassBytes;
    if (static_cast<std::size_t>(end - at) < bytes) add_piece();
    return std::exchange(at, at + bytes);
  }
  void add_piece() {
    const std::size_t bytes = next_piece;
    pieces.emplace_back(allocate_large(bytes), PieceDelete{bytes});
    at = static_cast<std::byte*>(pieces.back().get());
    end = at + bytes;
    next_piece = std::min(bytes * 2, kLargestPiece);
  }
};

FreeLists& lists() {
  thread_local constinit FreeLists instance{};
  if (!instance.ends_with_thread) instance.ends_with_thread = end_with_thread(instance);
  return instance;
}

thread_local Arena* arena_here = nullptr;

constexpr std::size_t class_of(std::size_t bytes) { return (bytes - 1) / kClassBytes; }

}  // namespace

FrameArena::FrameArena() {
  if (arena_here != nullptr) throw std::logic_error("a thread has one FrameArena at a time");
  arena_here = new Arena;
}

FrameArena::~FrameArena() { delete std::exchange(arena_here, nullptr); }

void* allocate_frame(std::size_t bytes) {
  const std::size_t c = class_of(bytes);
  if (c >= kClasses) return allocate_large(bytes);
  if (arena_here != nullptr) return arena_here->take(c);
  FreeLists& free = lists();
  if (Node* node = free.heads[c]) {
    free.heads[c] = node->next;
    --free.sizes[c];
    return node;
  }
  return ::operator new((c + 1) * kClassBytes);
}

void release_frame(void* frame, std::size_t bytes) noexcept {
  const std::size_t c = class_of(bytes);
  if (c < kClasses && arena_here != nullptr) {
    arena_here->heads[c] = new (frame) Node{arena_here->heads[c]};
    return;
  }
  if (c >= kClasses) return release_large(frame, bytes);
  FreeLists& free = lists();
  if (free.sizes[c] >= kMaxKeptPerClass || !free.ends_with_thread) {
    ::operator delete(frame);
    return;
  }
  Node* node = static_cast<Node*>(frame);
  node->next = free.heads[c];
  free.heads[c] = node;
  ++free.sizes[c];
}

}  // namespace aforo
