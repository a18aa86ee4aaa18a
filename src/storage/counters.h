// Counters of this process and of a block device, as the kernel keeps them. What the
// kernel does not offer (tmpfs has no device, a container hides /proc/self/io) is absent, never 0.
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "storage/machine.h"

namespace aforo {

struct DeviceCounters {
  // "vda".
  std::string name;
  std::uint64_t bytes_read = 0;
  std::uint64_t reads = 0;  // requests completed
  // Time with at least one request in flight.
  Seconds busy{0};
  Seconds queue_time{0};        // requests in flight x time
  std::uint64_t in_flight = 0;  // requests at this moment
};

struct Counters {
  // /proc/self/io read_bytes: fetched from storage for us.
  std::optional<std::uint64_t> process_bytes_read;
  std::optional<DeviceCounters> device;  // below the directory
  Seconds cpu_user{0}, cpu_system{0};    // whole process, all threads
  // Of the whole machine, whoever used it.
  std::optional<Seconds> machine_cpu;
  Bytes resident{0};
  Bytes page_cache{0};  // of the whole machine
};

// A block device by the kernel's numbers for it.
struct BlockDevice {
  unsigned major = 0, minor = 0;
};

// The one below `directory`, or below its nearest parent that exists; absent where there is none
// (tmpfs, NFS). Asks the file system.
std::optional<BlockDevice> block_device_below(const std::string& directory);

// Asks the kernel's own tables only, never a file system that may hang. `device` in, for its counters.
Counters read_counters(const std::optional<BlockDevice>& device);

}  // namespace aforo
