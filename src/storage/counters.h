// Counters of this process and of a block device, as the kernel keeps
// them. What the kernel does not offer (tmpfs has no device, a container
// hides /proc/self/io) is absent, never 0. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "storage/cache/cache_counters.h"
#include "storage/machine.h"
#include "storage/network_link.h"
#include "storage/remote_counters.h"

namespace aforo {

// Of one block device since the machine started, for every process: /sys/dev/block/M:N/stat. Only
// differences of two readings say something about a run.
struct DeviceCounters {
  // "vda".
  std::string name;
  // Sectors of 512 bytes, whatever the device's own are.
  std::uint64_t bytes_read = 0;
  // Requests completed, after the kernel merged neighbours.
  std::uint64_t reads = 0;
  // Time with at least one request in flight. Near the time passed means busy, not saturated: a
  // drive that works on many requests at once has room left.
  Seconds busy{0};
  // The sum over requests of the time each was in flight; over `busy`, the mean queue's length.
  Seconds queue_time{0};
  // Requests at this moment.
  std::uint64_t in_flight = 0;
};

// CPU time that the kernel spent on nobody's account: its own threads (file systems that verify, decrypt and
// decompress, loop devices, network file systems), and interrupts. Also what it did for other processes.
struct KernelTime {
  struct Thread {
    std::uint64_t id = 0;
    std::string name;  // at that moment: workers are called by what they do
    Seconds cpu{0};
  };
  std::vector<Thread> threads;  // by rising id; one that ends takes its time with it
  Seconds interrupts{0};
};

// One reading. All but `device->in_flight`, `resident` and `page_cache` only grow.
struct Counters {
  // /proc/self/io read_bytes: fetched from storage for this process, so
  // not what the page cache had.
  std::optional<std::uint64_t> process_bytes_read;
  // /proc/self/io write_bytes: sent to storage, or put into the page cache to be, by this process.
  std::optional<std::uint64_t> process_bytes_written;
  // Below the directory.
  std::optional<DeviceCounters> device;
  // Whole process, all threads, those that have ended too.
  Seconds cpu_user{0}, cpu_system{0};
  // CPU time of the whole machine, whoever used it (busy_ticks in kernel_text.h).
  std::optional<Seconds> machine_cpu;
  // Absent where the kernel's threads are hidden (in a container).
  std::optional<KernelTime> kernel;
  // What was asked of the store over the network; absent where it is none.
  std::optional<RemoteCounts> remote;
  // By which it is reached; absent where nobody knows.
  std::optional<LinkCounters> link;
  // What a cache on this host's disk did; absent where the store is read without one.
  std::optional<CacheCounts> cached;
  // Physical memory of this process (VmRSS); 0 = the kernel does not say.
  Bytes resident{0};
  // Of the whole machine, dirty pages and tmpfs included; 0 = the kernel does not say.
  Bytes page_cache{0};
};

// A block device by the kernel's numbers for it.
struct BlockDevice {
  unsigned major = 0, minor = 0;
};

// The one below `directory`, or below its nearest parent that exists; absent where there is none
// (tmpfs, NFS) or the directory cannot be reached. Asks the file system, and may hang with it:
// once, when a store is opened, never while it is measured. A file system over several devices is
// told by the one that it was mounted from.
std::optional<BlockDevice> block_device_below(const std::string& directory);

// Asks the kernel's own tables only, never a file system that may hang. `device`: whose counters
// are wanted; absent = none's. A few small files of /proc and /sys are read one after another, so
// the members are not of exactly one moment.
Counters read_counters(const std::optional<BlockDevice>& device);
// Counters::process_bytes_read alone: one small file.
std::optional<std::uint64_t> read_process_bytes();

}  // namespace aforo
