// A cache of items by bytes: which reads a storage system never sees.
//
// Items are numbered [0, items()): files where a file is a sample, ranges of packed files elsewhere. Every
// access takes O(1), a bit per item of the dataset and 4 bytes (LRU: 8, and 4 per item) per item held; sizes
// take 4 bytes more per item held where they differ. One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "model/storage_spec.h"

namespace aforo {

// [0, items()); datasets of several jobs lie one after another (SimStorage::number_items).
using ItemId = std::uint64_t;

// What a policy does when an item comes in and there is no room:
//
//   kPinned   it stays outside: what came first stays for good
//   kLru      the items that were used longest ago go, as many as it takes
//   kRandom   items drawn evenly go, as many as it takes
//
// An item is in or out as a whole. Where each epoch reads every item once, in an order of its own,
// and items are of one size, a cache of a share x of them has in steady state the hit ratios
// (cache_test.cc)
//
//   kPinned   x
//   kLru      x + (1 - x) ln(1 - x)
//   kRandom   1 - x ln(x + (1 - x) e^(1/x))
class SimCache {
 public:
  // `capacity` in bytes. At most kMostItems items, none larger than `largest` bytes.
  //
  // The books are allocated here and grow with what is held. `largest` decides the unit in which
  // sizes are kept: 1 byte up to 4 GiB, so that a size fits into 4 bytes; larger items are rounded
  // up to it. `seed`: of the filling and of kRandom.
  SimCache(CachePolicy policy, std::uint64_t capacity, std::uint64_t items, std::uint64_t largest,
           std::uint64_t seed);
  static constexpr std::uint64_t kMostItems = (std::uint64_t{1} << 32) - 2;

  // Fills it with items chosen at random, as long as the next one fits. `size_of(item)` in bytes.
  // Once, before any access: a cache as an earlier epoch of the `count` items from `first` on would have left
  // it. O(items held). Stops at the first that does not fit, so that the choice is not biased to small ones.
  template <class SizeOf>
  void warm(ItemId first, std::uint64_t count, SizeOf size_of) {
    const Permutation order(count, mix64(seed_, 1));
    for (std::uint64_t i = 0; i < count; ++i) {
      const ItemId item = first + order(i);
      const std::uint64_t bytes = size_of(item);
      if (used_ + bytes > capacity_) return;
      insert(item, bytes);
    }
  }

  // Whether `item` is there; an item that is becomes the most recently used.
  // O(1). What is not there is not taken in by this: the caller decides who takes it.
  bool access(ItemId item);

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
  struct Links {
    std::uint32_t newer = kNone, older = kNone;
  };

  bool contains(ItemId item) const { return present_[item >> 6] >> (item & 63) & 1; }
  void flip(ItemId item) { present_[item >> 6] ^= std::uint64_t{1} << (item & 63); }
  void evict();
  void evict_random();
  void evict_oldest();
  void link_newest(std::uint32_t slot);
  void unlink(std::uint32_t slot);
  // A slot is a place among the items held, [0, held_.size()). Slots of kRandom are packed: the
  // last one takes the place of one that goes. Slots of kLru stay where they are, as others link to
  // them, and are used again.
  std::uint64_t bytes_of(std::uint32_t slot) const;
  void set_bytes(std::uint32_t slot, std::uint64_t bytes);

  const CachePolicy policy_;
  const std::uint64_t capacity_, seed_;
  // Bytes that sizes are counted in: 1 unless items exceed 4 GiB.
  const std::uint64_t unit_;
  std::uint64_t used_ = 0, count_ = 0;
  Random random_;
  // A bit per item: whether it is held.
  std::vector<std::uint64_t> present_;
  // By slot: the item. Not for kPinned, which never lets go and need not know what it holds.
  std::vector<std::uint32_t> held_;
  // The size of all, as long as they are equal; bytes_ is then empty.
  std::uint64_t uniform_bytes_ = 0;
  // By slot, in units, once they differ.
  std::vector<std::uint32_t> bytes_;
  // kLru: by item; kNone where it is not held.
  std::vector<std::uint32_t> slot_of_;
  // kLru: by slot, a list from newest_ to oldest_ without an allocation per item.
  std::vector<Links> links_;
  // kLru: slots that hold nothing.
  std::vector<std::uint32_t> free_;
  std::uint32_t newest_ = kNone, oldest_ = kNone;
};

}  // namespace aforo
