#include "run/dataset_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.h"
#include "dataset/manifest.h"

namespace aforo {
namespace {

// A directory to list, or names of one directory to look at.
struct Item {
  std::string directory;  // relative, "" = the root
  std::vector<std::string> names;
};

// Last in, first out, so that few directories wait at a time. Knows when all work is done.
class WorkList {
 public:
  void push(Item item) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(item));
    ++open_;
    wake_.notify_one();
  }
  // Waits for work; nothing when all is done or a stop is requested.
  std::optional<Item> pop(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [&] { return !items_.empty() || open_ == 0; });
    if (items_.empty() || stop.stop_requested()) return std::nullopt;
    Item item = std::move(items_.back());
    items_.pop_back();
    return item;
  }
  void done() {
    const std::lock_guard lock(mutex_);
    if (--open_ == 0) wake_.notify_all();
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Item> items_;
  std::size_t open_ = 0;  // waiting or being worked on
};

std::string inside(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : fmt::format("{}/{}", directory, name);
}

// One thread of a walk, with what it counted.
class Walker {
 public:
  Walker(int root, unsigned thread, WorkList& work, WalkCounters& counters, const WalkVisitor& visit)
      : root_(root), thread_(thread), work_(work), counters_(counters), visit_(visit) {}

  void run(const std::stop_token& stop) {
    while (auto item = work_.pop(stop)) {
      item->names.empty() ? list(*item, stop) : look(*item, stop);
      work_.done();
    }
  }

  WalkResult result;

 private:
  static constexpr std::size_t kNamesPerItem = 1000;
  static constexpr std::size_t kMostWaiting = 64;

  int open(const std::string& directory) {
    const int fd = ::openat(root_, directory.empty() ? "." : directory.c_str(),
                            O_RDONLY | O_DIRECTORY | O_CLOEXEC | (directory.empty() ? 0 : O_NOFOLLOW));
    if (fd < 0) fail(directory, errno);
    return fd;
  }

  void list(const Item& item, const std::stop_token& stop) {
    const int fd = open(item.directory);
    if (fd < 0) return;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd), &::closedir);
    ++result.directories;
    std::uint64_t files = 0;
    std::vector<std::string> names;
    for (errno = 0; const dirent* entry = ::readdir(stream.get()); errno = 0) {
      if (stop.stop_requested()) return;
      const std::string_view name = entry->d_name;
      if (name == "." || name == ".." || name == kManifestName) continue;
      if (is_directory(fd, *entry)) {
        work_.push({inside(item.directory, name), {}});
        continue;
      }
      ++files;
      names.emplace_back(name);
      if (names.size() == kNamesPerItem) hand_over(item.directory, fd, names);
    }
    if (errno != 0) fail(item.directory, errno);
    for (const std::string& name : names) look_at(fd, item.directory, name);
    if (files == 0) return;
    const bool first = result.directories_with_files++ == 0;
    result.fewest_in_directory = first ? files : std::min(result.fewest_in_directory, files);
    result.most_in_directory = std::max(result.most_in_directory, files);
  }

  // A full load of names goes to another thread, unless enough is waiting already.
  void hand_over(const std::string& directory, int fd, std::vector<std::string>& names) {
    if (work_.waiting() < kMostWaiting) {
      work_.push({directory, std::exchange(names, {})});
      return;
    }
    for (const std::string& name : names) look_at(fd, directory, name);
    names.clear();
  }

  void look(const Item& item, const std::stop_token& stop) {
    const int fd = open(item.directory);
    if (fd < 0) return;
    for (const std::string& name : item.names) {
      if (stop.stop_requested()) break;
      look_at(fd, item.directory, name);
    }
    ::close(fd);
  }

  static bool is_directory(int fd, const dirent& entry) {
    if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
    struct stat info {};
    return ::fstatat(fd, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
  }

  void look_at(int fd, const std::string& directory, const std::string& name) {
    struct stat info {};
    if (::fstatat(fd, name.c_str(), &info, 0) != 0) {
      const int error = errno;
      struct stat link {};
      const bool dangling = (error == ENOENT || error == ELOOP) &&
                            ::fstatat(fd, name.c_str(), &link, AT_SYMLINK_NOFOLLOW) == 0 &&
                            S_ISLNK(link.st_mode);
      dangling ? void(++result.special) : fail(inside(directory, name), error);
    } else if (S_ISREG(info.st_mode)) {
      const auto size = static_cast<std::uint64_t>(info.st_size);
      ++result.files;
      counters_.files.fetch_add(1, std::memory_order_relaxed);
      counters_.bytes.fetch_add(size, std::memory_order_relaxed);
      path_ = directory;
      if (!path_.empty()) path_ += '/';
      path_ += name;
      visit_(thread_, path_, size);
    } else if (S_ISDIR(info.st_mode)) {
      ++result.linked_directories;
    } else {
      ++result.special;
    }
  }

  void fail(const std::string& path, int error) {
    ++result.errors;
    if (result.error_examples.size() < 5) {
      result.error_examples.push_back(
          fmt::format("{}: {}", path.empty() ? "." : path, describe_errno(error)));
    }
  }

  int root_;
  unsigned thread_;
  WorkList& work_;
  WalkCounters& counters_;
  const WalkVisitor& visit_;
  std::string path_;
};

void add(WalkResult& sum, const WalkResult& part) {
  if (part.directories_with_files > 0) {
    sum.fewest_in_directory = sum.directories_with_files == 0
                                  ? part.fewest_in_directory
                                  : std::min(sum.fewest_in_directory, part.fewest_in_directory);
  }
  sum.files += part.files;
  sum.directories += part.directories;
  sum.directories_with_files += part.directories_with_files;
  sum.most_in_directory = std::max(sum.most_in_directory, part.most_in_directory);
  sum.linked_directories += part.linked_directories;
  sum.special += part.special;
  sum.errors += part.errors;
  for (const std::string& example : part.error_examples) {
    if (sum.error_examples.size() < 5) sum.error_examples.push_back(example);
  }
}

}  // namespace

WalkResult walk(int root, unsigned threads, const std::stop_token& stop, WalkCounters& counters,
                const WalkVisitor& visit) {
  WorkList work;
  work.push({});
  std::vector<Walker> walkers;
  for (unsigned thread = 0; thread < threads; ++thread)
    walkers.emplace_back(root, thread, work, counters, visit);
  {
    std::vector<std::jthread> running;
    for (Walker& walker : walkers) running.emplace_back([&walker, &stop] { walker.run(stop); });
  }
  WalkResult sum;
  for (const Walker& walker : walkers) add(sum, walker.result);
  return sum;
}

int open_directory(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) return fd;
  const int error = errno;
  if (error == ENOENT)
    throw UserError(fmt::format("expected a directory with a dataset, found no {}", directory));
  if (error == ENOTDIR) {
    throw UserError(
        fmt::format("expected a directory with a dataset, found a file: {}; give its directory", directory));
  }
  throw UserError(
      fmt::format("expected to read the directory {}, found {}", directory, describe_errno(error)));
}

}  // namespace aforo
