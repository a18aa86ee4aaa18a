// What was asked of a store over the network, and what went wrong on the way: of all engines and clients of one Store.
// Thread-safe: relaxed atomics that only grow; they need not agree at a moment.
#pragma once

#include <atomic>
#include <cstdint>

namespace aforo {

struct RemoteCounters {
  using Count = std::atomic<std::uint64_t>;

  // Sent, each attempt for itself, by what the price list tells apart.
  Count gets{0}, heads{0}, lists{0}, puts{0}, deletes{0};
  // Bodies, as they went over the wire; heads are not counted.
  Count bytes_received{0}, bytes_sent{0};
  // Of bytes_received: read in vain, as an answer that was given up, cut short or longer than wanted.
  Count bytes_wasted{0};

  // Attempts that were followed by another one, by why.
  Count throttled{0};   // 503, 429, SlowDown
  Count failed{0};      // other 5xx
  Count reset{0};       // the connection was refused, reset or closed before an answer
  Count truncated{0};   // closed within a body
  Count timed_out{0};   // no byte for too long
  Count mismatched{0};  // the checksum does not fit the bytes

  // Connections made, those of them that failed, and the time that making the others took, TLS included, ns.
  Count connections{0}, connections_failed{0}, connect_nanoseconds{0};
};

// Of one moment, or what they moved by between two.
struct RemoteCounts {
  std::uint64_t gets = 0, heads = 0, lists = 0, puts = 0, deletes = 0;
  std::uint64_t bytes_received = 0, bytes_sent = 0, bytes_wasted = 0;
  std::uint64_t throttled = 0, failed = 0, reset = 0, truncated = 0, timed_out = 0, mismatched = 0;
  std::uint64_t connections = 0, connections_failed = 0, connect_nanoseconds = 0;

  std::uint64_t requests() const { return gets + heads + lists + puts + deletes; }
  std::uint64_t again() const { return throttled + failed + reset + truncated + timed_out + mismatched; }
};

RemoteCounts counted(const RemoteCounters& counters);
RemoteCounts plus(RemoteCounts a, const RemoteCounts& b);
// No difference is below 0.
RemoteCounts less(RemoteCounts a, const RemoteCounts& b);

}  // namespace aforo
