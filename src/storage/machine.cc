#include "storage/machine.h"

#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "storage/kernel_text.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

void bound_by(MemoryState& state, const std::string& group, const char* limit_name, const char* used_name,
              const char* reclaimable) {
  const auto limit = number_in(group + "/" + limit_name), used = number_in(group + "/" + used_name);
  if (!limit || !used || *limit >= state.total.value) return;
  std::uint64_t cache = 0;
  if (const auto stat = read_kernel_file(group + "/memory.stat"))
    cache = named_number(*stat, reclaimable).value_or(0);
  const std::uint64_t held = *used - std::min(*used, cache);
  state.total = Bytes{*limit};
  state.available = std::min(state.available, Bytes{*limit - std::min(*limit, held)});
}

fs::path nearest_existing(const std::string& path) {
  std::error_code error;
  fs::path at = fs::absolute(path, error).lexically_normal();
  while (!fs::exists(at, error) && at.has_relative_path()) at = at.parent_path();
  const fs::path resolved = fs::canonical(at, error);
  if (error)
    throw UserError("expected a place on a filesystem, found '" + path +
                    "': " + describe_errno(error.value()) + "; name a directory that can be reached");
  return resolved;
}

}  // namespace

MemoryState read_memory() {
  MemoryState state;
  const auto text = read_kernel_file("/proc/meminfo");
  if (!text) return state;
  state.total = Bytes{named_number(*text, "MemTotal").value_or(0)};
  state.available = Bytes{named_number(*text, "MemAvailable").value_or(state.total.value)};
  each_control_group("", [&](const std::string& group) {
    bound_by(state, group, "memory.max", "memory.current", "inactive_file");
  });
  each_control_group("memory", [&](const std::string& group) {
    bound_by(state, group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
  });
  return state;
}

MachineInfo describe_machine() {
  MachineInfo machine;
  if (const auto text = read_kernel_file("/proc/cpuinfo")) {
    for (const std::string& line : split(*text, '\n')) {
      const std::size_t colon = line.find(':');
      if (!line.starts_with("model name") || colon == line.npos) continue;
      machine.cpu_model = trim(std::string_view(line).substr(colon + 1));
      break;
    }
  }
  utsname names{};
  if (uname(&names) == 0) {
    machine.kernel = std::string(names.sysname) + " " + names.release;
    machine.hostname = names.nodename;
    if (machine.cpu_model.empty()) machine.cpu_model = names.machine;
  }
  machine.cores = available_cores();
  machine.memory = read_memory().total;
  return machine;
}

FilesystemInfo describe_filesystem(const std::string& path) {
  const fs::path place = nearest_existing(path);
  struct statvfs space {};
  if (statvfs(place.c_str(), &space) != 0)
    throw UserError("expected to ask for the free space at '" + place.string() + "', found " +
                    describe_errno(errno) + "; choose another directory");
  FilesystemInfo info;
  info.total = Bytes{std::uint64_t{space.f_blocks} * space.f_frsize};
  info.free = Bytes{std::uint64_t{space.f_bavail} * space.f_frsize};
  info.free_files = space.f_favail;
  const auto text = read_kernel_file("/proc/self/mountinfo");
  const auto mounts = parse_mountinfo(text.value_or(""));
  if (const Mount* mount = mount_of(mounts, place.string())) {
    info.type = mount->type;
    info.mount_point = mount->mount_point;
    info.compressed = compresses(*mount);
    info.device = mount->source.starts_with("/dev/") ? mount->source.substr(5) : mount->source;
  }
  return info;
}

std::uint64_t open_files_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return ~std::uint64_t{0};
  return limit.rlim_cur;
}

std::uint64_t open_files_left() {
  const std::uint64_t limit = open_files_limit();
  if (limit == ~std::uint64_t{0}) return limit;
  std::error_code error;
  std::uint64_t open = 0;
  for (fs::directory_iterator at("/proc/self/fd", error), end; !error && at != end; at.increment(error))
    ++open;
  return limit - std::min(limit, open);
}

bool lies_behind_a_server(const std::string& path) {
  constexpr std::string_view kLocal[] = {"ext2",  "ext3",   "ext4",  "xfs",      "btrfs",    "tmpfs",
                                         "ramfs", "f2fs",   "zfs",   "overlay",  "bcachefs", "squashfs",
                                         "erofs", "exfat",  "vfat",  "devtmpfs", "rootfs",   "proc",
                                         "sysfs", "mqueue", "devpts"};
  const auto text = read_kernel_file("/proc/self/mountinfo");
  const auto mounts = parse_mountinfo(text.value_or(""));
  std::error_code error;
  fs::path left = fs::absolute(path, error).lexically_normal();
  fs::path at = "/";
  // Links are followed part by part, none of them on such a filesystem. As many as the kernel follows.
  for (int links = 0; !error && links < 40;) {
    const fs::path parts = left.relative_path();
    if (parts.empty()) return false;
    const fs::path part = *parts.begin();
    const fs::path next = at / part;
    const Mount* mount = mount_of(mounts, next.string());
    if (mount != nullptr && std::find(std::begin(kLocal), std::end(kLocal), mount->type) == std::end(kLocal))
      return true;
    fs::path rest;
    for (auto i = std::next(parts.begin()); i != parts.end(); ++i) rest /= *i;
    const fs::path target = fs::read_symlink(next, error);
    if (error) {  // no link
      error.clear();
      at = next;
      left = fs::path("/") / rest;
      continue;
    }
    ++links;
    left = (target.is_absolute() ? target / rest : at / target / rest).lexically_normal();
    at = "/";
  }
  return false;
}

bool opens_ask_a_server(int directory) {
  constexpr unsigned kLocal[] = {
      // ext2, ext3, ext4.
      0xEF53,
      0x58465342,  // XFS
      0x9123683E,  // Btrfs
      0x01021994,  // tmpfs
      0x858458F6,  // ramfs
      0xF2F52010,  // F2FS
      0x2FC12FC1,  // ZFS
      0xCA451A4E,  // bcachefs
      0x794C7630,  // overlayfs
      0x73717368,  // SquashFS
      0xE0F5E1E2,  // EROFS
      0x2011BAB0,  // exFAT
      0x4D44,      // FAT
  };
  struct statfs info {};
  if (fstatfs(directory, &info) != 0) return true;
  const auto type = static_cast<unsigned>(info.f_type);
  return std::find(std::begin(kLocal), std::end(kLocal), type) == std::end(kLocal);
}

}  // namespace aforo
