// A cache of items by bytes: which reads a storage system never sees.
//
// Items are numbered [0, items()): files where a file is a sample, ranges of packed files elsewhere. Every
// access takes O(1). Memory: with lists (LRU, page cache) 4.5 bytes per item of the dataset and 16 per item held; without a
// bit per item of the dataset, and of kRandom 4 bytes per item held, or 8 where sizes differ. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "model/storage_spec.h"
#include "pipeline/frame_pool.h"

namespace aforo {

// [0, items()); datasets of several jobs lie one after another (SimStorage::number_items).
using ItemId = std::uint64_t;

// What a policy does when an item comes in and there is no room:
//
//   kPinned   it stays outside: what came first stays for good
//   kLru      the items that were used longest ago go, as many as it takes
//   kRandom   items drawn evenly go, as many as it takes
//   kPageCache  the oldest of the inactive list go (model/page_cache.h), items for pages: one is read as a whole,
//             and its pages go together
//
// An item is in or out as a whole. Where each epoch reads every item once, in an order of its own,
// and items are of one size, a cache of a share x of them has in steady state the hit ratios
// (cache_test.cc)
//
//   kPinned   x
//   kLru      x + (1 - x) ln(1 - x)
//   kRandom   1 - x ln(x + (1 - x) e^(1/x))
//
// and kPageCache that of kLru in the epoch after the first, then more (plan/cache_form.h).
struct PageLists {
  std::uint64_t page = 1;  // bytes that an item takes a whole number of; > 0
  double active_per_inactive = 1;
};

// A hundred thousand accelerators have twelve thousand of them, which the processor's cache does not hold: so what is
// asked most often, whether an item is there, lies together in half a byte per item.
class SimCache {
 public:
  // `capacity` in bytes. At most kMostItems items, none larger than `largest` bytes.
  //
  // The books are allocated here and grow with what is held. `largest` decides the unit in which
  // sizes are kept: 1 byte up to 4 GiB, so that a size fits into 4 bytes; larger items are rounded
  // up to it. `seed`: of the filling and of kRandom. `lists`: of kPageCache.
  SimCache(CachePolicy policy, std::uint64_t capacity, std::uint64_t items, std::uint64_t largest,
           std::uint64_t seed, PageLists lists = {});
  static constexpr std::uint64_t kMostItems = (std::uint64_t{1} << 32) - 2;

  // Fills it with items chosen at random, as long as the next one fits. `size_of(item)` in bytes.
  // Once, before any access: a cache as earlier epochs of the `count` items from `first` on would have left
  // it. O(items held); kPageCache O(count), as it remembers when the others went. Stops at the first that does not
  // fit, so that the choice is not biased to small ones.
  template <class SizeOf>
  void warm(ItemId first, std::uint64_t count, SizeOf size_of) {
    const Permutation order(count, mix64(seed_, 1));
    for (std::uint64_t i = 0; i < count; ++i) {
      const ItemId item = first + order(i);
      const std::uint64_t bytes = in_units(size_of(item));
      if (used_ + bytes > capacity_) {
        if (policy_ != CachePolicy::kPageCache) return;
        for (; i < count; ++i) leave(first + order(i), in_units(size_of(first + order(i))));
        return;
      }
      insert(item, bytes);
      if (policy_ == CachePolicy::kPageCache) activate_within_bound(item);
    }
  }

  // Whether `item` is there; an item that is becomes the most recently used, or moves between lists.
  // O(1). What is not there is not taken in by this: the caller decides who takes it.
  bool access(ItemId item) { return listed() ? access_listed(item) : contains(item); }

  // Asks for the memory of what is known of `item`: a hint.
  void fetch(ItemId item) const {
    if (!listed()) return __builtin_prefetch(present_.data() + (item >> 6), 1);
    __builtin_prefetch(marks_.data() + (item >> 1), 1);
    if (inactive_.oldest != kNone) __builtin_prefetch(slots_.data() + inactive_.oldest, 1);
  }

  // Asks for what is known of any item, where it is a few lines: a hint.
  void fetch_books() const {
    if (!listed()) return prefetch_lines(present_.data(), 0, 1);
    prefetch_lines(marks_.data(), 0, 2);
    prefetch_lines(slot_of_.data(), 0, 2);
    if (inactive_.oldest != kNone) __builtin_prefetch(slots_.data() + inactive_.oldest, 1);
  }

  // Takes the item, which is not there, making room as the policy says. One larger than the cache does not
  // come in.
  // O(1) amortised: each item that goes was once inserted.
  void insert(ItemId item, std::uint64_t bytes);

  // Bytes, [0, capacity].
  std::uint64_t used() const { return used_; }
  // Items.
  std::uint64_t held() const { return count_; }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};
  // Of lists: an item's marks, two items to a byte; 0 = not held.
  enum Mark : unsigned { kHeld = 1, kActive = 2, kReferenced = 4 };
  static constexpr unsigned kMarkBits = 4, kMarks = 15;
  // A slot of lists: an item that is held, its size in units, and its neighbours' slots. It stays where it is, as others
  // link to it, and is used again.
  struct Slot {
    std::uint32_t item, units;
    std::uint32_t newer = kNone, older = kNone;
  };
  // From newest to oldest without an allocation per item.
  struct List {
    std::uint32_t newest = kNone, oldest = kNone;
  };

  bool listed() const { return policy_ == CachePolicy::kLru || policy_ == CachePolicy::kPageCache; }
  // What is added and what is taken off later must be the same number.
  std::uint64_t in_units(std::uint64_t bytes) const { return (bytes + unit_ - 1) / unit_ * unit_; }

  // Without lists.
  bool contains(ItemId item) const { return present_[item >> 6] >> (item & 63) & 1; }
  void flip(ItemId item) { present_[item >> 6] ^= std::uint64_t{1} << (item & 63); }
  void insert_unlisted(ItemId item, std::uint64_t bytes);
  void evict_random();
  // Of kRandom; slots are packed: the last one takes the place of one that goes.
  std::uint64_t bytes_of(std::uint32_t slot) const;
  void push_bytes(std::uint64_t bytes);

  // With lists.
  unsigned marks_of(ItemId item) const { return marks_[item >> 1] >> ((item & 1) * kMarkBits) & kMarks; }
  void mark(ItemId item, unsigned marks) {
    const unsigned shift = static_cast<unsigned>(item & 1) * kMarkBits;
    marks_[item >> 1] = static_cast<std::uint8_t>((marks_[item >> 1] & ~(kMarks << shift)) | marks << shift);
  }
  bool access_listed(ItemId item);
  void evict_listed();
  void link_newest(List& list, std::uint32_t slot);
  void unlink(List& list, std::uint32_t slot);
  std::uint64_t listed_bytes(std::uint32_t slot) const { return slots_[slot].units * unit_; }
  // kPageCache. An item of the inactive list moves to the other, and back.
  void activate(ItemId item);
  void deactivate_oldest();
  bool active_list_is_full() const;
  void activate_within_bound(ItemId item);
  // When an item went that is no longer held, on a clock of the bytes that went or were activated; whether that is
  // so recent that it should not have gone.
  void leave(ItemId item, std::uint64_t bytes);
  bool went_lately(ItemId item) const;

  const CachePolicy policy_;
  // Of lists, by item: its marks; its slot, or, where it is not held, kNone, or of the page cache when it went, in ticks.
  FrameVector<std::uint8_t> marks_;
  FrameVector<std::uint32_t> slot_of_;
  // Of lists, by slot, and those that hold nothing.
  FrameVector<Slot> slots_;
  FrameVector<std::uint32_t> free_;
  List inactive_, active_;  // kLru: all in the first
  std::uint64_t used_ = 0, count_ = 0;
  std::uint64_t active_bytes_ = 0;
  // kPageCache: bytes; a tick of it is so small that the clock's 32 bits of ticks last for 4096 capacities.
  std::uint64_t clock_ = 0;
  const std::uint64_t tick_;
  const std::uint64_t capacity_;
  // Bytes that sizes are counted in: 1 unless items exceed 4 GiB.
  const std::uint64_t unit_;
  const double active_per_inactive_;
  const std::uint64_t seed_;
  // Without lists, a bit per item: whether it is held.
  FrameVector<std::uint64_t> present_;
  // Of kRandom, by slot: the item. kPinned never lets go and need not know what it holds.
  FrameVector<std::uint32_t> held_;
  // Of kRandom: the size of all, as long as they are equal; then sizes are here by slot, in units.
  std::uint64_t uniform_bytes_ = 0;
  FrameVector<std::uint32_t> bytes_;
  Random random_;
};

}  // namespace aforo
