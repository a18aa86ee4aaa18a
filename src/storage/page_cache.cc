#include "storage/page_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "storage/counters.h"
#include "storage/kernel_text.h"

namespace aforo {
namespace {

// cachestat(2), Linux 6.5; the C library of this distribution does not know it yet.
constexpr long kCachestat = 451;
struct CachestatRange {
  // Length 0: to the end.
  std::uint64_t offset = 0, length = 0;
};
struct Cachestat {
  // Pages.
  std::uint64_t cached = 0, dirty = 0, writeback = 0, evicted = 0, recently_evicted = 0;
};

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : value_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

std::uint64_t page_size() { return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)); }

std::optional<std::uint64_t> pages_by_mincore(int file, std::uint64_t size) {
  if (size == 0) return 0;
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) return std::nullopt;
  constexpr std::uint64_t kStep = std::uint64_t{1} << 30;  // bounds the vector: one byte per page
  std::vector<unsigned char> present;
  std::uint64_t pages = 0;
  bool known = true;
  for (std::uint64_t at = 0; at < size && known; at += kStep) {
    const std::uint64_t length = std::min(kStep, size - at);
    present.assign((length + page_size() - 1) / page_size(), 0);
    known = mincore(static_cast<std::byte*>(mapped) + at, length, present.data()) == 0;
    pages += static_cast<std::uint64_t>(
        std::count_if(present.begin(), present.end(), [](unsigned char bits) { return bits & 1; }));
  }
  munmap(mapped, size);
  return known ? std::optional(pages) : std::nullopt;
}

// btrfs has its setting under a name of its own, which only the devices that it lies on lead to: not under the
// number that stat(2) says of its files, and its disk's setting means nothing to it.
void add_btrfs(const std::string& directory, std::vector<std::string>& places) {
  const auto device = block_device_below(directory);
  if (!device) return;
  std::error_code error;
  const auto link = std::filesystem::canonical(
      "/sys/dev/block/" + std::to_string(device->major) + ":" + std::to_string(device->minor), error);
  if (error) return;
  std::filesystem::directory_iterator filesystem("/sys/fs/btrfs", error);
  for (; !error && filesystem != std::filesystem::directory_iterator(); filesystem.increment(error)) {
    std::error_code none;
    if (std::filesystem::exists(filesystem->path() / "devices" / link.filename(), none))
      places.push_back(filesystem->path() / "bdi");
  }
}

}  // namespace

CacheDrop drop_caches() {
  const char* switch_file = "/proc/sys/vm/drop_caches";
  const int file = open(switch_file, O_WRONLY | O_CLOEXEC);
  if (file < 0) return {false, std::string("opening ") + switch_file + ": " + describe_errno(errno)};
  sync();  // dirty pages are not dropped
  // 3: pages, and the inodes and names that hold them.
  const ssize_t written = write(file, "3", 1);
  const int error = errno;
  close(file);
  if (written != 1) return {false, std::string("writing ") + switch_file + ": " + describe_errno(error)};
  return {true, ""};
}

void flush_writes(const std::string& directory) {
  const Descriptor place(directory);
  if (place.get() >= 0) syncfs(place.get());
}

bool advise_dontneed(const std::string& path) {
  const Descriptor file(path);
  return file.get() >= 0 && posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED) == 0;
}

std::optional<Bytes> readahead(const std::string& directory) {
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0) return std::nullopt;
  const std::string device = std::to_string(major(info.st_dev)) + ":" + std::to_string(minor(info.st_dev));
  // Of the filesystem itself, of a whole disk, of a partition's disk.
  std::vector<std::string> places = {"/sys/class/bdi/" + device, "/sys/dev/block/" + device + "/queue",
                                     "/sys/dev/block/" + device + "/../queue"};
  if (major(info.st_dev) == 0) add_btrfs(directory, places);
  for (const std::string& place : places) {
    const auto text = read_kernel_file(place + "/read_ahead_kb");
    if (!text) continue;
    if (const auto value = parse_count(trim(*text))) return Bytes{*value * 1024};
  }
  return std::nullopt;
}

std::optional<Residency> residency_by(const std::string& path, ResidencySource source) {
  const Descriptor file(path);
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(info.st_size);
  // The last page may reach beyond the end.
  const auto bytes = [&](std::uint64_t pages) { return Bytes{std::min(pages * page_size(), size)}; };
  if (source == ResidencySource::kCachestat) {
    CachestatRange range;
    Cachestat pages;
    if (syscall(kCachestat, file.get(), &range, &pages, 0) != 0) return std::nullopt;
    return Residency{bytes(pages.cached), Bytes{size}, "cachestat"};
  }
  const auto pages = pages_by_mincore(file.get(), size);
  if (!pages) return std::nullopt;
  return Residency{bytes(*pages), Bytes{size}, "mincore"};
}

std::optional<Residency> residency(const std::string& path) {
  if (auto known = residency_by(path, ResidencySource::kCachestat)) return known;
  return residency_by(path, ResidencySource::kMincore);
}

}  // namespace aforo
