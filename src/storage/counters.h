// Counters of this process and of the block device below a directory, as the kernel keeps them. What the
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
  std::string name;  // "vda"
  std::uint64_t bytes_read = 0;
  std::uint64_t reads = 0;      // requests completed
  Seconds busy{0};              // time with at least one request in flight
  Seconds queue_time{0};        // requests in flight x time
  std::uint64_t in_flight = 0;  // requests at this moment
};

struct Counters {
  std::optional<std::uint64_t> process_bytes_read;  // /proc/self/io read_bytes: fetched from storage for us
  std::optional<DeviceCounters> device;             // below the directory
  Seconds cpu_user{0}, cpu_system{0};               // whole process, all threads
  std::optional<Seconds> machine_cpu;               // of the whole machine, whoever used it
  Bytes resident{0};
  Bytes page_cache{0};  // of the whole machine
};

Counters read_counters(const std::string& directory);

}  // namespace aforo
