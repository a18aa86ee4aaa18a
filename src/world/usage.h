// Usage: what the counters moved by between two moments, and without the pauses in between.
//
// Counters come from different sources and may disagree by a tick: no difference is ever below 0.
// Pure but for read_moment; plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "storage/store.h"

namespace aforo {

// What the block device below the store did, for whomever: other processes' requests are in it.
struct DeviceUsage {
  // As the kernel calls it: "nvme0n1".
  std::string name;
  // Requests as the device saw them, merged ones once.
  std::uint64_t bytes_read = 0, reads = 0;
  // Time with at least one request under way, as the kernel counts it.
  Seconds busy{0};

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(name, bytes_read, reads, busy);
  }
};

// What came over the network interface by which the store is reached, for whomever.
struct LinkUsage {
  std::string name;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_per_second = 0;  // its line rate; 0 = unknown

  // Of the time `wall`, at most 1; absent where no line rate is known.
  std::optional<double> busy_share(Seconds wall) const;

  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(name, bytes_received, bytes_per_second);
  }
};

// What was used between two moments; times in seconds. Absent where the kernel does
// not count: never 0 for it.
struct Usage {
  // By the monotonic clock.
  Seconds wall{0};
  // That storage served to this process: reads from the page cache are not in it.
  std::optional<std::uint64_t> process_bytes_read;
  // That it sent there, or left to the page cache to send.
  std::optional<std::uint64_t> process_bytes_written;
  // Absent also where the store lies on no block device of this machine.
  std::optional<DeviceUsage> device;
  // Absent where the store is reached over no network that aforo speaks itself.
  std::optional<RemoteCounts> remote;
  // Absent where nobody knows by which link a store is reached. Of several hosts the busiest one's.
  std::optional<LinkUsage> link;
  // Absent where it is read without a cache on this host's disk.
  std::optional<CacheCounts> cached;
  // Of this process, all its threads.
  Seconds cpu_user{0}, cpu_system{0};
  // Of all processes, this one included, over all cores.
  std::optional<Seconds> machine_cpu;

  // Of the kernel's own threads and interrupts, on whosever account; at most what machine_cpu leaves. Absent
  // where they are hidden.
  std::optional<Seconds> kernel_cpu;
  // Of its threads the one that ran most, and its name.
  Seconds kernel_busiest{0};
  std::string kernel_thread;

  Seconds cpu() const { return cpu_user + cpu_system; }
  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(wall, process_bytes_read, process_bytes_written, device, remote, link, cached, cpu_user,
            cpu_system, machine_cpu, kernel_cpu, kernel_busiest, kernel_thread);
  }
  // What reading takes of this host: the process, and the kernel's work for it where that is known.
  Seconds client_cpu() const { return cpu() + kernel_cpu.value_or(Seconds{0}); }
};

// Counters with the moment they were read. Only differences of two mean anything.
struct Moment {
  Seconds time{0};
  Counters counters;
};
// Reads the clock and all counters now; some file reads of /proc and /sys. What
// cannot be read is absent.
Moment read_moment(const Store& store);

// What moved from `begin` to `end`, of the same store. A counter or a device that only
// one of them knows is left out.
Usage between(const Moment& begin, const Moment& end);

// Share of all `cores` that other processes used, the kernel's own threads not among them where
// they are known, [0, 1]. Absent where the kernel does not count, and for less than half a second:
// it counts in ticks of 10 ms per core, which do not tell the two apart there.
std::optional<double> other_cpu_share(const Usage& usage, unsigned cores);

// What `device.name` says of hosts with different devices.
inline constexpr const char* kSeveralDevices = "several";

// Takes in what another host of the same job (group.h) used in the same time: bytes, requests and
// CPU add up, the time is the longer one. What one of them does not know is not known of both.
// `device` then stands for one on each host: its bytes and requests add up, `busy` is the busiest
// one's, and the name is kSeveralDevices where they differ. Associative.
void take_in_host(Usage& into, const Usage& other);

// Takes in what another process of the same host used in the same time: what the machine counts for all of its processes
// they both saw, and it is taken once.
void take_in_process(Usage& into, const Usage& other);

// Both together, of one host at different times, wall time included; what either
// does not know of is the other's.
Usage plus(Usage a, const Usage& b);

// `whole` without `part`, which lies inside it; `part` with everything absent changes only wall and
// CPU. For pauses such as a checkpoint's or a cache's reset.
Usage without(Usage whole, const Usage& part);

}  // namespace aforo
