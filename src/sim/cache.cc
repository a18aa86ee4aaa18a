#include "sim/cache.h"

#include <algorithm>

namespace aforo {
namespace {

// Books of so few items are made at once for all of them: grown, they would leave as much again behind. Chosen: 20 KiB.
constexpr std::uint64_t kFewItems = 1024;

}  // namespace

SimCache::SimCache(CachePolicy policy, std::uint64_t capacity, std::uint64_t items, std::uint64_t largest,
                   std::uint64_t seed, PageLists lists)
    : policy_(policy),
      tick_((capacity >> 20) + 1),
      capacity_(capacity),
      unit_(std::max(lists.page, (largest >> 32) + 1)),
      active_per_inactive_(lists.active_per_inactive),
      seed_(seed),
      random_(mix64(seed, 2)) {
  const std::uint64_t few = items <= kFewItems ? items : 0;
  if (!listed()) {
    present_.assign(items / 64 + 1, 0);
    if (policy_ == CachePolicy::kRandom) held_.reserve(few), bytes_.reserve(few);
    return;
  }
  slots_.reserve(few);
  marks_.assign(items / 2 + 1, 0);
  slot_of_.assign(items, kNone);
}

bool SimCache::access_listed(ItemId item) {
  const unsigned marks = marks_of(item);
  if (marks == 0) return false;
  if (policy_ == CachePolicy::kLru) {
    const std::uint32_t slot = slot_of_[item];
    if (slot == inactive_.newest) return true;
    unlink(inactive_, slot);
    link_newest(inactive_, slot);
  } else if (marks == (kHeld | kReferenced)) {
    activate(item);
  } else if (!(marks & kReferenced)) {
    mark(item, marks | kReferenced);
  }
  return true;
}

void SimCache::insert(ItemId item, std::uint64_t bytes) {
  bytes = in_units(bytes);
  if (bytes > capacity_) return;
  if (!listed()) return insert_unlisted(item, bytes);
  while (used_ + bytes > capacity_) evict_listed();
  auto slot = static_cast<std::uint32_t>(slots_.size());
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  slots_[slot].item = static_cast<std::uint32_t>(item);
  slots_[slot].units = static_cast<std::uint32_t>(bytes / unit_);
  used_ += bytes;
  ++count_;
  const bool back = policy_ == CachePolicy::kPageCache && went_lately(item);
  slot_of_[item] = slot;
  mark(item, kHeld);
  link_newest(inactive_, slot);
  if (back) activate(item);
  // A second read is what activates.
  if (policy_ == CachePolicy::kPageCache) mark(item, marks_of(item) | kReferenced);
}

void SimCache::insert_unlisted(ItemId item, std::uint64_t bytes) {
  if (policy_ == CachePolicy::kPinned) {
    if (used_ + bytes > capacity_) return;
  } else {
    while (used_ + bytes > capacity_) evict_random();
    held_.push_back(static_cast<std::uint32_t>(item));
    push_bytes(bytes);
  }
  used_ += bytes;
  ++count_;
  flip(item);
}

bool SimCache::active_list_is_full() const {
  return active_.oldest != kNone &&
         (inactive_.oldest == kNone || static_cast<double>(active_bytes_) >
                                           active_per_inactive_ * static_cast<double>(used_ - active_bytes_));
}

// It moves as one that was not referenced.
void SimCache::activate(ItemId item) {
  const std::uint32_t slot = slot_of_[item];
  unlink(inactive_, slot);
  mark(item, kHeld | kActive);
  active_bytes_ += listed_bytes(slot);
  clock_ += listed_bytes(slot);
  link_newest(active_, slot);
}

void SimCache::deactivate_oldest() {
  const std::uint32_t slot = active_.oldest;
  unlink(active_, slot);
  const ItemId item = slots_[slot].item;
  mark(item, marks_of(item) & ~unsigned{kActive});
  active_bytes_ -= listed_bytes(slot);
  link_newest(inactive_, slot);
}

void SimCache::activate_within_bound(ItemId item) {
  const double bound = active_per_inactive_ / (1 + active_per_inactive_) * static_cast<double>(used_);
  if (static_cast<double>(active_bytes_ + listed_bytes(slot_of_[item])) <= bound) activate(item);
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

void SimCache::evict_listed() {
  while (active_list_is_full()) deactivate_oldest();
  const std::uint32_t slot = inactive_.oldest;
  const std::uint64_t bytes = listed_bytes(slot);
  used_ -= bytes;
  --count_;
  const ItemId item = slots_[slot].item;
  mark(item, 0);
  slot_of_[item] = kNone;
  if (policy_ == CachePolicy::kPageCache) leave(item, bytes);
  unlink(inactive_, slot);
  free_.push_back(slot);
}

void SimCache::link_newest(List& list, std::uint32_t slot) {
  slots_[slot].newer = kNone;
  slots_[slot].older = list.newest;
  if (list.newest != kNone) slots_[list.newest].newer = slot;
  list.newest = slot;
  if (list.oldest == kNone) list.oldest = slot;
}

void SimCache::unlink(List& list, std::uint32_t slot) {
  const std::uint32_t newer = slots_[slot].newer, older = slots_[slot].older;
  (newer == kNone ? list.newest : slots_[newer].older) = older;
  (older == kNone ? list.oldest : slots_[older].newer) = newer;
}

std::uint64_t SimCache::bytes_of(std::uint32_t slot) const {
  return bytes_.empty() ? uniform_bytes_ : bytes_[slot] * unit_;
}

// Of the item that was held last.
void SimCache::push_bytes(std::uint64_t bytes) {
  if (bytes_.empty()) {
    if (uniform_bytes_ == 0 || uniform_bytes_ == bytes) {
      uniform_bytes_ = bytes;
      return;
    }
    bytes_.assign(held_.size() - 1, static_cast<std::uint32_t>(uniform_bytes_ / unit_));
  }
  bytes_.push_back(static_cast<std::uint32_t>(bytes / unit_));
}

}  // namespace aforo
