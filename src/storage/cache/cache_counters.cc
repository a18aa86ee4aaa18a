#include "storage/cache/cache_counters.h"

#include <algorithm>
#include <array>

namespace aforo {
namespace {

struct CachedCount {
  std::atomic<std::uint64_t> CacheCounters::*counter;
  std::uint64_t CacheCounts::*count;
};
constexpr std::array<CachedCount, 12> kCachedCounts{{
    {&CacheCounters::hits, &CacheCounts::hits},
    {&CacheCounters::bytes_hit, &CacheCounts::bytes_hit},
    {&CacheCounters::waited, &CacheCounts::waited},
    {&CacheCounters::misses, &CacheCounts::misses},
    {&CacheCounters::bytes_missed, &CacheCounts::bytes_missed},
    {&CacheCounters::passed, &CacheCounts::passed},
    {&CacheCounters::bytes_passed, &CacheCounts::bytes_passed},
    {&CacheCounters::filled, &CacheCounts::filled},
    {&CacheCounters::bytes_filled, &CacheCounts::bytes_filled},
    {&CacheCounters::evicted, &CacheCounts::evicted},
    {&CacheCounters::disk_full, &CacheCounts::disk_full},
    {&CacheCounters::disk_failed, &CacheCounts::disk_failed},
}};

}  // namespace

CacheCounts counted(const CacheCounters& counters) {
  CacheCounts out;
  for (const CachedCount& one : kCachedCounts)
    out.*one.count = (counters.*one.counter).load(std::memory_order_relaxed);
  return out;
}

CacheCounts plus(CacheCounts a, const CacheCounts& b) {
  for (const CachedCount& one : kCachedCounts) a.*one.count += b.*one.count;
  return a;
}

CacheCounts less(CacheCounts a, const CacheCounts& b) {
  for (const CachedCount& one : kCachedCounts) a.*one.count -= std::min(a.*one.count, b.*one.count);
  return a;
}

}  // namespace aforo
