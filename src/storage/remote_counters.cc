#include "storage/remote_counters.h"

#include <algorithm>
#include <array>

namespace aforo {
namespace {

using Member = std::uint64_t RemoteCounts::*;
struct Counted {
  RemoteCounters::Count RemoteCounters::*counter;
  Member count;
};
constexpr std::array<Counted, 17> kCounted{{
    {&RemoteCounters::gets, &RemoteCounts::gets},
    {&RemoteCounters::heads, &RemoteCounts::heads},
    {&RemoteCounters::lists, &RemoteCounts::lists},
    {&RemoteCounters::puts, &RemoteCounts::puts},
    {&RemoteCounters::deletes, &RemoteCounts::deletes},
    {&RemoteCounters::bytes_received, &RemoteCounts::bytes_received},
    {&RemoteCounters::bytes_sent, &RemoteCounts::bytes_sent},
    {&RemoteCounters::bytes_wasted, &RemoteCounts::bytes_wasted},
    {&RemoteCounters::throttled, &RemoteCounts::throttled},
    {&RemoteCounters::failed, &RemoteCounts::failed},
    {&RemoteCounters::reset, &RemoteCounts::reset},
    {&RemoteCounters::truncated, &RemoteCounts::truncated},
    {&RemoteCounters::timed_out, &RemoteCounts::timed_out},
    {&RemoteCounters::mismatched, &RemoteCounts::mismatched},
    {&RemoteCounters::connections, &RemoteCounts::connections},
    {&RemoteCounters::connections_failed, &RemoteCounts::connections_failed},
    {&RemoteCounters::connect_nanoseconds, &RemoteCounts::connect_nanoseconds},
}};

}  // namespace

RemoteCounts counted(const RemoteCounters& counters) {
  RemoteCounts out;
  for (const Counted& one : kCounted)
    out.*one.count = (counters.*one.counter).load(std::memory_order_relaxed);
  return out;
}

RemoteCounts plus(RemoteCounts a, const RemoteCounts& b) {
  for (const Counted& one : kCounted) a.*one.count += b.*one.count;
  return a;
}

RemoteCounts less(RemoteCounts a, const RemoteCounts& b) {
  for (const Counted& one : kCounted) a.*one.count -= std::min(a.*one.count, b.*one.count);
  return a;
}

}  // namespace aforo
