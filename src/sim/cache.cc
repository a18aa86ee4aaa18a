#include "sim/cache.h"

#include <algorithm>

namespace aforo {
SimCache::SimCache(CachePolicy policy, std::uint64_t capacity, std::uint64_t items, std::uint64_t largest,
                   std::uint64_t seed, PageLists lists)
    : policy_(policy),
      capacity_(capacity),
      seed_(seed),
      unit_(std::max(lists.page, (largest >> 32) + 1)),
      random_(mix64(seed, 2)),
      present_(items / 64 + 1),
      active_per_inactive_(lists.active_per_inactive),
      tick_((capacity >> 20) + 1) {
  if (listed()) slot_of_.assign(items, kNone);
}

bool SimCache::access(ItemId item) {
  if (!contains(item)) return false;
  if (policy_ == CachePolicy::kLru && slot_of_[item] != inactive_.newest) {
    unlink(slot_of_[item]);
    link_newest(slot_of_[item]);
  } else if (policy_ == CachePolicy::kPageCache) {
    const std::uint32_t slot = slot_of_[item];
    if (marks_[slot] == kReferenced)
      activate(slot);
    else
      marks_[slot] |= kReferenced;
  }
  return true;
}

void SimCache::insert(ItemId item, std::uint64_t bytes) {
  bytes = in_units(bytes);
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
    if (listed()) links_.emplace_back();
    if (policy_ == CachePolicy::kPageCache) marks_.push_back(0);
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
  if (!listed()) return;
  const bool back = policy_ == CachePolicy::kPageCache && went_lately(item);
  slot_of_[item] = slot;
  if (policy_ == CachePolicy::kPageCache) marks_[slot] = 0;
  link_newest(slot);
  if (back) activate(slot);
  // A second read is what activates.
  if (policy_ == CachePolicy::kPageCache) marks_[slot] |= kReferenced;
}

void SimCache::evict() {
  if (policy_ == CachePolicy::kRandom) return evict_random();
  while (active_list_is_full()) deactivate_oldest();
  evict_oldest();
}

bool SimCache::active_list_is_full() const {
  return active_.oldest != kNone &&
         (inactive_.oldest == kNone || static_cast<double>(active_bytes_) >
                                           active_per_inactive_ * static_cast<double>(used_ - active_bytes_));
}

void SimCache::activate(std::uint32_t slot) {
  unlink(slot);
  marks_[slot] = kActive;
  active_bytes_ += bytes_of(slot);
  clock_ += bytes_of(slot);
  link_newest(slot);
}

void SimCache::deactivate_oldest() {
  const std::uint32_t slot = active_.oldest;
  unlink(slot);
  marks_[slot] &= static_cast<std::uint8_t>(~kActive);
  active_bytes_ -= bytes_of(slot);
  link_newest(slot);
}

void SimCache::activate_within_bound(std::uint32_t slot) {
  const double bound = active_per_inactive_ / (1 + active_per_inactive_) * static_cast<double>(used_);
  if (static_cast<double>(active_bytes_ + bytes_of(slot)) <= bound) activate(slot);
}

void SimCache::leave(ItemId item, std::uint64_t bytes) {
  clock_ += bytes;
  const auto now = static_cast<std::uint32_t>(clock_ / tick_);
  slot_of_[item] = now == kNone ? now - 1 : now;
}

bool SimCache::went_lately(ItemId item) const {
  if (slot_of_[item] == kNone) return false;
  const std::uint32_t ticks = static_cast<std::uint32_t>(clock_ / tick_) - slot_of_[item];
  return ticks * tick_ <= active_bytes_;
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
  const std::uint32_t slot = inactive_.oldest;
  used_ -= bytes_of(slot);
  --count_;
  flip(held_[slot]);
  if (policy_ == CachePolicy::kPageCache)
    leave(held_[slot], bytes_of(slot));
  else
    slot_of_[held_[slot]] = kNone;
  unlink(slot);
  free_.push_back(slot);
}

void SimCache::link_newest(std::uint32_t slot) {
  List& list = list_of(slot);
  links_[slot] = {kNone, list.newest};
  if (list.newest != kNone) links_[list.newest].newer = slot;
  list.newest = slot;
  if (list.oldest == kNone) list.oldest = slot;
}

void SimCache::unlink(std::uint32_t slot) {
  List& list = list_of(slot);
  const Links links = links_[slot];
  (links.newer == kNone ? list.newest : links_[links.newer].older) = links.older;
  (links.older == kNone ? list.oldest : links_[links.older].newer) = links.newer;
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
