#include "pipeline/frame_pool.h"

#include <array>
#include <new>

namespace aforo {
namespace {

// Chosen: a class wastes less than 64 bytes of a frame, and what a thread keeps is little beside its
// batches.
constexpr std::size_t kClassBytes = 64;
constexpr std::size_t kClasses = 64;           // up to 4 KiB; larger frames go to operator new
constexpr std::size_t kMaxKeptPerClass = 512;  // at most 2 MiB kept per thread and class

struct Node {
  Node* next;
};

struct FreeLists {
  std::array<Node*, kClasses> heads{};
  std::array<std::size_t, kClasses> sizes{};
  ~FreeLists() {
    for (Node* head : heads)
      while (head) {
        Node* next = head->next;
        ::operator delete(head);
        head = next;
      }
  }
};

FreeLists& lists() {
  thread_local FreeLists instance;
  return instance;
}

constexpr std::size_t class_of(std::size_t bytes) { return (bytes - 1) / kClassBytes; }

}  // namespace

void* allocate_frame(std::size_t bytes) {
  const std::size_t c = class_of(bytes);
  if (c >= kClasses) return ::operator new(bytes);
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
  FreeLists& free = lists();
  if (c >= kClasses || free.sizes[c] >= kMaxKeptPerClass) {
    ::operator delete(frame);
    return;
  }
  Node* node = static_cast<Node*>(frame);
  node->next = free.heads[c];
  free.heads[c] = node;
  ++free.sizes[c];
}

}  // namespace aforo
