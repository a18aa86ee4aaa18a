#include "storage/counters.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "storage/kernel_text.h"

namespace aforo {
namespace {

Seconds seconds_of(timeval time) {
  return {static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6};
}

std::optional<DeviceCounters> device_counters(const BlockDevice& device) {
  const std::string link =
      "/sys/dev/block/" + std::to_string(device.major) + ":" + std::to_string(device.minor);
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

Seconds of_ticks(std::uint64_t ticks) {
  static const double per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  return Seconds{static_cast<double>(ticks) / per_second};
}

// The parent of all threads of the kernel.
constexpr std::uint64_t kKthreadd = 2;

std::optional<KernelTime> kernel_time(const std::string& machine_stat) {
  const auto parent = read_kernel_file("/proc/2/stat");
  const auto first = parent ? parse_process_stat(*parent) : std::nullopt;
  if (!first || first->parent != 0 || first->name != "kthreadd") return std::nullopt;
  KernelTime time;
  if (const auto ticks = interrupt_ticks(machine_stat)) time.interrupts = of_ticks(*ticks);
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto id = whole_number(entry->path().filename().string());
    if (!id) continue;
    const auto text = read_kernel_file("/proc/" + std::to_string(*id) + "/stat");
    const auto stat = text ? parse_process_stat(*text) : std::nullopt;  // it may have ended meanwhile
    if (stat && stat->parent == kKthreadd) time.threads.push_back({*id, stat->name, of_ticks(stat->ticks)});
  }
  std::sort(time.threads.begin(), time.threads.end(),
            [](const KernelTime::Thread& a, const KernelTime::Thread& b) { return a.id < b.id; });
  return time;
}

}  // namespace

// btrfs and its like give files a device number of their own: then the mount's source is asked.
std::optional<BlockDevice> block_device_below(const std::string& directory) {
  struct stat info {};
  std::error_code error;
  std::filesystem::path at = std::filesystem::absolute(directory, error);
  while (stat(at.c_str(), &info) != 0) {
    if (errno != ENOENT || !at.has_relative_path()) return std::nullopt;
    at = at.parent_path();
  }
  if (major(info.st_dev) != 0) return BlockDevice{major(info.st_dev), minor(info.st_dev)};
  const auto text = read_kernel_file("/proc/self/mountinfo");
  const auto path = std::filesystem::canonical(at, error);
  if (!text || error) return std::nullopt;
  const auto mounts = parse_mountinfo(*text);
  const Mount* mount = mount_of(mounts, path.string());
  if (!mount || stat(mount->source.c_str(), &info) != 0 || !S_ISBLK(info.st_mode)) return std::nullopt;
  return BlockDevice{major(info.st_rdev), minor(info.st_rdev)};
}

std::optional<std::uint64_t> read_process_bytes() {
  const auto io = read_kernel_file("/proc/self/io");
  return io ? named_number(*io, "read_bytes") : std::nullopt;
}

Counters read_counters(const std::optional<BlockDevice>& device) {
  Counters counters;
  if (const auto io = read_kernel_file("/proc/self/io")) {
    counters.process_bytes_read = named_number(*io, "read_bytes");
    counters.process_bytes_written = named_number(*io, "write_bytes");
  }
  if (device) counters.device = device_counters(*device);
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    counters.cpu_user = seconds_of(usage.ru_utime);
    counters.cpu_system = seconds_of(usage.ru_stime);
  }
  if (const auto stat = read_kernel_file("/proc/stat")) {
    if (const auto ticks = busy_ticks(*stat)) counters.machine_cpu = of_ticks(*ticks);
    counters.kernel = kernel_time(*stat);
  }
  if (const auto status = read_kernel_file("/proc/self/status"))
    counters.resident = Bytes{named_number(*status, "VmRSS").value_or(0)};
  if (const auto memory = read_kernel_file("/proc/meminfo"))
    counters.page_cache = Bytes{named_number(*memory, "Cached").value_or(0)};
  return counters;
}

}  // namespace aforo
