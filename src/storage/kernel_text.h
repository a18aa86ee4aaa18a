// The kernel's text files taken apart. Pure: they take the text (read_kernel_file of
// base/control_group.h), so that tests can. Thread-safe. What has another form is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/control_group.h"

namespace aforo {

// "read_bytes: 4096" or "MemTotal:  1024 kB" among lines: the number after "name:", times 1024 where it says
// kB.
std::optional<std::uint64_t> named_number(std::string_view text, std::string_view name);

// One line of /proc/self/mountinfo.
struct Mount {
  unsigned device_major = 0, device_minor = 0;
  std::string root;         // what of the filesystem is mounted
  std::string mount_point;  // escapes (\040) undone
  std::string type;         // "ext4"
  std::string source;       // "/dev/vda", "overlay", "server:/export"
};
std::vector<Mount> parse_mountinfo(std::string_view text);

// The mount that `path` (absolute, resolved) lies on: the longest mount point above it, the last of equals.
// Null if there is none.
const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path);

// The fields of /sys/dev/block/*/stat that are used here (512-byte sectors, milliseconds).
struct BlockStat {
  std::uint64_t reads = 0, sectors_read = 0, in_flight = 0, busy_ms = 0, queue_ms = 0;
};
std::optional<BlockStat> parse_block_stat(std::string_view text);

// The first line of /proc/stat: clock ticks in which the machine's CPUs worked, for whomever (user, nice,
// system, interrupts, stolen by the hypervisor); neither idle nor waiting for I/O.
std::optional<std::uint64_t> busy_ticks(std::string_view text);

}  // namespace aforo
