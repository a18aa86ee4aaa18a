// Usage: what the counters moved by between two moments, and without the pauses in between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "storage/store.h"

namespace aforo {

// What the block device below the store did, for whomever.
struct DeviceUsage {
  std::string name;
  std::uint64_t bytes_read = 0, reads = 0;
  Seconds busy{0};
};

// What was used between two moments; times in seconds. Absent where the kernel does not count.
struct Usage {
  Seconds wall{0};
  std::optional<std::uint64_t> process_bytes_read;
  std::optional<DeviceUsage> device;
  Seconds cpu_user{0}, cpu_system{0};
  std::optional<Seconds> machine_cpu;

  Seconds cpu() const { return cpu_user + cpu_system; }
};

// Counters with the moment they were read.
struct Moment {
  Seconds time{0};
  Counters counters;
};
// Reads the clock and all counters now; some file reads of /proc and /sys.
Moment read_moment(const Store& store);

// What moved from `begin` to `end`, of the same store. A device that only one of
// them knows is left out.
Usage between(const Moment& begin, const Moment& end);

// Share of all `cores` that other processes used, at most 1. Absent where the kernel does not count, and for
// less than half a second: it counts in ticks of 10 ms per core, which do not tell the two apart there.
std::optional<double> other_cpu_share(const Usage& usage, unsigned cores);

// Another host's of the same time, taken in: bytes, requests and CPU add up, the time is the longer one. What
// one of them does not know is not known of both. `device` then stands for one on each host: its bytes and
// requests add up, `busy` is the busiest one's, and the name is kSeveralDevices where they differ.
// Associative.
inline constexpr const char* kSeveralDevices = "several";
void merge(Usage& into, const Usage& other);

// Both together, of one host at different times; what either does not know of is the other's.
Usage plus(Usage a, const Usage& b);

// `whole` without `part`, which lies inside it; `part` with everything absent changes only wall and CPU.
Usage without(Usage whole, const Usage& part);

}  // namespace aforo
