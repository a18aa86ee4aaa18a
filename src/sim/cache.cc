#include "sim/cache.h"

#include <algorithm>

namespace aforo {
SimCache::SimCache(CachePolicy policy, std::uint64_t capacity, std::uint64_t items, std::uint64_t largest,
                   std::uint64_t seed)
    : policy_(policy),
      capacity_(capacity),
      seed_(seed),
      unit_((largest >> 32) + 1),
      random_(mix64(seed, 2)),
      present_(items / 64 + 1) {
  if (policy == CachePolicy::kLru) slot_of_.assign(items, kNone);
}

bool SimCache::access(ItemId item) {
  if (!contains(item)) return false;
  if (policy_ == CachePolicy::kLru && slot_of_[item] != newest_) {
    unlink(slot_of_[item]);
    link_newest(slot_of_[item]);
  }
  return true;
}

void SimCache::insert(ItemId item, std::uint64_t bytes) {
  // What is added and what is taken off later must be the same number.
  bytes = (bytes + unit_ - 1) / unit_ * unit_;
  if (bytes > capacity_) return;
  if (policy_ == CachePolicy::kPinned) {
    if (used_ + bytes > capacity_) return;
    used_ += bytes;
    ++count_;
    flip(item);
    return;
  }
  while (used_ + bytes > capacity_) evict();
  std::uint32_t slot = static_cast<std::uint32_t>(held_.size());
  if (free_.empty()) {
    held_.push_back(0);
    if (policy_ == CachePolicy::kLru) links_.emplace_back();
    if (!bytes_.empty()) bytes_.push_back(0);
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  held_[slot] = static_cast<std::uint32_t>(item);
  set_bytes(slot, bytes);
  used_ += bytes;
  ++count_;
  flip(item);
  if (policy_ != CachePolicy::kLru) return;
  slot_of_[item] = slot;
  link_newest(slot);
}

void SimCache::evict() {
  if (policy_ == CachePolicy::kLru)
    evict_oldest();
  else
    evict_random();
}

void SimCache::evict_random() {
  const auto slot = static_cast<std::uint32_t>(random_.below(held_.size()));
  used_ -= bytes_of(slot);
  --count_;
  flip(held_[slot]);
  held_[slot] = held_.back();
  held_.pop_back();
  if (bytes_.empty()) return;
  bytes_[slot] = bytes_.back();
  bytes_.pop_back();
}

void SimCache::evict_oldest() {
  const std::uint32_t slot = oldest_;
  used_ -= bytes_of(slot);
  --count_;
  flip(held_[slot]);
  slot_of_[held_[slot]] = kNone;
  unlink(slot);
  free_.push_back(slot);
}

void SimCache::link_newest(std::uint32_t slot) {
  links_[slot] = {kNone, newest_};
  if (newest_ != kNone) links_[newest_].newer = slot;
  newest_ = slot;
  if (oldest_ == kNone) oldest_ = slot;
}

void SimCache::unlink(std::uint32_t slot) {
  const Links links = links_[slot];
  (links.newer == kNone ? newest_ : links_[links.newer].older) = links.older;
  (links.older == kNone ? oldest_ : links_[links.older].newer) = links.newer;
}

std::uint64_t SimCache::bytes_of(std::uint32_t slot) const {
  return bytes_.empty() ? uniform_bytes_ : bytes_[slot] * unit_;
}

void SimCache::set_bytes(std::uint32_t slot, std::uint64_t bytes) {
  if (bytes_.empty()) {
    if (uniform_bytes_ == 0 || uniform_bytes_ == bytes) {
      uniform_bytes_ = bytes;
      return;
    }
    bytes_.assign(held_.size(), static_cast<std::uint32_t>(uniform_bytes_ / unit_));
  }
  bytes_[slot] = static_cast<std::uint32_t>(bytes / unit_);
}

}  // namespace aforo
