// Counters of this process and of the block device below a directory, as the kernel keeps them. What the
// kernel does not offer (tmpfs has no device, a container hides /proc/self/io) is absent, never 0.
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"

namespace aforo {

struct DeviceCounters {
  std::string name;  // "vda"
  std::uint64_t bytes_read = 0;
  std::uint64_t reads = 0;  // requests completed
  Seconds busy{0};          // time with at least one request in flight
  Seconds queue_time{0};    // requests in flight x time
};

struct Counters {
  std::optional<std::uint64_t> process_bytes_read;  // /proc/self/io read_bytes: fetched from storage for us
  std::optional<DeviceCounters> device;             // below the directory
  Seconds cpu_user{0}, cpu_system{0};               // whole process, all threads
  Bytes resident{0};
  Bytes page_cache{0};  // of the whole machine
};

Counters read_counters(const std::string& directory);

struct MemoryState {
  Bytes total{0}, available{0};  // the smaller of the machine's and the cgroup's
};
MemoryState read_memory();

// Cores that this process may use: affinity and cgroup quota, at least 1.
unsigned available_cores();

struct MachineInfo {
  std::string cpu_model, kernel, hostname;
  unsigned cores = 1;
  Bytes memory{0};
};
MachineInfo describe_machine();

struct FilesystemInfo {
  std::string type, mount_point, device;  // "ext4", "/", "vda"
  Bytes total{0}, free{0};
  std::uint64_t free_files = 0;
};
// Of the filesystem that holds `path` (or its nearest existing parent). Throws UserError if there is none.
FilesystemInfo describe_filesystem(const std::string& path);

}  // namespace aforo
