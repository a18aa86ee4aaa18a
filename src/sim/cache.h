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

using ItemId = std::uint64_t;

class SimCache {
 public:
  // `capacity` in bytes. At most kMostItems items, none larger than `largest` bytes.
  SimCache(CachePolicy policy, std::uint64_t capacity, std::uint64_t items, std::uint64_t largest,
           std::uint64_t seed);
  static constexpr std::uint64_t kMostItems = (std::uint64_t{1} << 32) - 2;

  // Fills it with items chosen at random, as long as the next one fits. `size_of(item)` in bytes.
  template <class SizeOf>
  void warm(SizeOf size_of) {
    const Permutation order(items_, mix64(seed_, 1));
    for (std::uint64_t i = 0; i < items_; ++i) {
      const ItemId item = order(i);
      const std::uint64_t bytes = size_of(item);
      if (used_ + bytes > capacity_) return;
      insert(item, bytes);
    }
  }

  // Whether `item` is there; an item that is becomes the most recently used.
  bool access(ItemId item);

  // Takes the item, which is not there, making room as the policy says. One larger than the cache does not
  // come in.
  void insert(ItemId item, std::uint64_t bytes);

  std::uint64_t used() const { return used_; }
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
  std::uint64_t bytes_of(std::uint32_t slot) const;
  void set_bytes(std::uint32_t slot, std::uint64_t bytes);

  const CachePolicy policy_;
  const std::uint64_t capacity_, items_, seed_;
  const std::uint64_t unit_;  // bytes that sizes are counted in: 1 unless items exceed 4 GiB
  std::uint64_t used_ = 0, count_ = 0;
  Random random_;
  std::vector<std::uint64_t> present_;  // a bit per item
  std::vector<std::uint32_t> held_;     // by slot: the item (not for kPinned, which never lets go)
  std::uint64_t uniform_bytes_ = 0;     // the size of all, as long as they are equal
  std::vector<std::uint32_t> bytes_;    // by slot, in units, once they differ
  std::vector<std::uint32_t> slot_of_;  // kLru: by item
  std::vector<Links> links_;            // kLru: by slot
  std::vector<std::uint32_t> free_;     // kLru: slots
  std::uint32_t newest_ = kNone, oldest_ = kNone;
};

}  // namespace aforo
