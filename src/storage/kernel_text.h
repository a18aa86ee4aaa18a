// The kernel's text files taken apart. Pure: they take the text (read_kernel_file of
// base/control_group.h), so that tests can. Thread-safe. What has another form is absent, never a
// guess and never an exception: a newer kernel may write what nobody here has seen. O(text).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/control_group.h"

namespace aforo {

// "read_bytes: 4096" or "MemTotal:  1024 kB" among lines: the number after "name" or "name:", times
// 1024 where it says kB. The first line of that name decides.
std::optional<std::uint64_t> named_number(std::string_view text, std::string_view name);

// One line of /proc/self/mountinfo (proc(5)):
//
//   36 35 98:0 /root /mount/point rw,noatime master:1 - ext4 /dev/vda rw
//
// The fields before " - " are at least six and may be more; type and source follow it.
struct Mount {
  // What stat(2) says of its files, but for btrfs and its like; major 0 = no block device.
  unsigned device_major = 0, device_minor = 0;
  // What of the filesystem is mounted: "/" but for bind mounts and subvolumes.
  std::string root;
  // Absolute. In this and in `root` and `source` escapes (\040 is a space) are undone.
  std::string mount_point;
  // "ext4".
  std::string type;
  // "/dev/vda", "overlay", "server:/export".
  std::string source;
  // The filesystem's own, with commas: "rw,compress=zstd:3,space_cache=v2"; empty where there are none.
  std::string options = {};
};
// Whether files there lie compressed, as far as the mount says: its bytes read are then fewer than its files'.
bool compresses(const Mount& mount);
// In the text's order; lines of another form are left out.
std::vector<Mount> parse_mountinfo(std::string_view text);

// The mount that `path` (absolute, resolved) lies on: the longest mount point above it, the last of
// equals, since a later mount covers an earlier one. Into `mounts`; null if there is none.
const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path);

// The fields of /sys/dev/block/*/stat that are used here: the 1st, 3rd, 9th, 10th and 11th
// (Documentation/block/stat.rst; 512-byte sectors, milliseconds). Newer kernels append more.
struct BlockStat {
  std::uint64_t reads = 0, sectors_read = 0, in_flight = 0, busy_ms = 0, queue_ms = 0;
};
std::optional<BlockStat> parse_block_stat(std::string_view text);

// The first line of /proc/stat: clock ticks in which the machine's CPUs worked, summed over the
// CPUs, for whomever (user, nice, system, interrupts, stolen by the hypervisor); neither idle nor
// waiting for I/O. sysconf(_SC_CLK_TCK) of them are a second. Guests are in `user` already.
std::optional<std::uint64_t> busy_ticks(std::string_view text);
// Of the same line, the ticks of interrupts and of what they put off (softirq).
std::optional<std::uint64_t> interrupt_ticks(std::string_view text);

// /proc/PID/stat (proc(5)): who started it, and the ticks that it ran, in user mode and in the kernel.
struct ProcessStat {
  std::string name;
  std::uint64_t parent = 0, ticks = 0;
};
std::optional<ProcessStat> parse_process_stat(std::string_view text);

}  // namespace aforo
