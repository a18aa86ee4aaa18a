#include "storage/counters.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>

#include "storage/kernel_text.h"

namespace aforo {
namespace {

Seconds seconds_of(timeval time) {
  return {static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6};
}

// The block device with these numbers, by the kernel's name for it.
std::optional<DeviceCounters> device_counters(unsigned device_major, unsigned device_minor) {
  const std::string link =
      "/sys/dev/block/" + std::to_string(device_major) + ":" + std::to_string(device_minor);
  const auto text = read_kernel_file(link + "/stat");
  if (!text) return std::nullopt;
  const auto stat = parse_block_stat(*text);
  if (!stat) return std::nullopt;
  std::error_code error;
  DeviceCounters counters;
  counters.name = std::filesystem::canonical(link, error).filename().string();
  counters.bytes_read = stat->sectors_read * 512;
  counters.reads = stat->reads;
  counters.busy = Seconds{static_cast<double>(stat->busy_ms) * 1e-3};
  counters.queue_time = Seconds{static_cast<double>(stat->queue_ms) * 1e-3};
  counters.in_flight = stat->in_flight;
  return counters;
}

// btrfs and its like give files a device number of their own: then the mount's source is asked.
std::optional<DeviceCounters> device_below(const std::string& directory) {
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0) return std::nullopt;
  if (major(info.st_dev) != 0) return device_counters(major(info.st_dev), minor(info.st_dev));
  const auto text = read_kernel_file("/proc/self/mountinfo");
  std::error_code error;
  const auto path = std::filesystem::canonical(directory, error);
  if (!text || error) return std::nullopt;
  const auto mounts = parse_mountinfo(*text);
  const Mount* mount = mount_of(mounts, path.string());
  if (!mount || stat(mount->source.c_str(), &info) != 0 || !S_ISBLK(info.st_mode)) return std::nullopt;
  return device_counters(major(info.st_rdev), minor(info.st_rdev));
}

}  // namespace

Counters read_counters(const std::string& directory) {
  Counters counters;
  if (const auto io = read_kernel_file("/proc/self/io"))
    counters.process_bytes_read = named_number(*io, "read_bytes");
  counters.device = device_below(directory);
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    counters.cpu_user = seconds_of(usage.ru_utime);
    counters.cpu_system = seconds_of(usage.ru_stime);
  }
  if (const auto stat = read_kernel_file("/proc/stat"))
    if (const auto ticks = busy_ticks(*stat))
      counters.machine_cpu = Seconds{static_cast<double>(*ticks) / static_cast<double>(sysconf(_SC_CLK_TCK))};
  if (const auto status = read_kernel_file("/proc/self/status"))
    counters.resident = Bytes{named_number(*status, "VmRSS").value_or(0)};
  if (const auto memory = read_kernel_file("/proc/meminfo"))
    counters.page_cache = Bytes{named_number(*memory, "Cached").value_or(0)};
  return counters;
}

}  // namespace aforo
