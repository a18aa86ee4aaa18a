// What a cache of objects on this host's disk did for the reads that asked it, counted by whoever reads through it (cached_reader.h).
#pragma once

#include <atomic>
#include <cstdint>

namespace aforo {

// A copy, or the difference of two.
struct CacheCounts {
  // Reads answered from the disk, and their bytes; of these the ones that had waited while another reader fetched the object.
  std::uint64_t hits = 0, bytes_hit = 0, waited = 0;
  // Reads for which the object was fetched first, and their bytes.
  std::uint64_t misses = 0, bytes_missed = 0;
  // Reads that went past the cache, and their bytes: of objects larger than it, or for which no room could be made.
  std::uint64_t passed = 0, bytes_passed = 0;
  // Objects fetched whole, and their bytes; objects that had to go for others.
  std::uint64_t filled = 0, bytes_filled = 0, evicted = 0;
  // Objects that could not be kept: the disk was full, or failed.
  std::uint64_t disk_full = 0, disk_failed = 0;

  std::uint64_t bytes() const { return bytes_hit + bytes_missed + bytes_passed; }
  // Of all bytes read; 0 of none.
  double hit_share() const {
    return bytes() ? static_cast<double>(bytes_hit) / static_cast<double>(bytes()) : 0;
  }

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(hits, bytes_hit, waited, misses, bytes_missed, passed, bytes_passed, filled, bytes_filled,
            evicted, disk_full, disk_failed);
  }
};

// Any thread adds; relaxed, as each only grows.
struct CacheCounters {
  std::atomic<std::uint64_t> hits{0}, bytes_hit{0}, waited{0}, misses{0}, bytes_missed{0}, passed{0},
      bytes_passed{0}, filled{0}, bytes_filled{0}, evicted{0}, disk_full{0}, disk_failed{0};
};

CacheCounts counted(const CacheCounters& counters);
CacheCounts plus(CacheCounts a, const CacheCounts& b);
// `a` less `b`, never below 0.
CacheCounts less(CacheCounts a, const CacheCounts& b);

}  // namespace aforo
