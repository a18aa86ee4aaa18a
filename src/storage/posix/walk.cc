#include "storage/posix/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "base/error.h"

namespace aforo {
namespace {

// A directory whose names several threads look at: who ends last has its tally.
class SharedTally {
 public:
  void join() { ++parts_; }
  // Adds a part; returns the whole if it was the last one.
  std::optional<DirectoryTally> leave(const DirectoryTally& part) {
    const std::lock_guard lock(mutex_);
    for (const auto& [sort, files] : part) count_into(tally_, sort, files);
    if (--parts_ > 0) return std::nullopt;
    return std::move(tally_);
  }

 private:
  std::mutex mutex_;
  DirectoryTally tally_;
  std::atomic<std::size_t> parts_{1};
};

// A directory to list, or names of one directory to look at.
struct Item {
  // Relative, "" = the root.
  std::string directory;
  std::vector<std::string> names;
  std::shared_ptr<SharedTally> tally;  // with names
  bool linked = false;                 // the directory is a symbolic link to one
};

// Directories that were listed, by what they are and not by their names.
class Seen {
 public:
  // Whether it is the first time.
  bool add(int fd) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) return true;
    const std::lock_guard lock(mutex_);
    return all_.emplace(info.st_dev, info.st_ino).second;
  }

 private:
  std::mutex mutex_;
  std::set<std::pair<dev_t, ino_t>> all_;
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
  return directory.empty() ? std::string(name) : directory + "/" + std::string(name);
}

// One thread of a walk, with what it counted.
class Walker {
 public:
  Walker(int root, unsigned thread, WorkList& work, Seen& seen, const ListOptions& options,
         const ListSink& visit)
      : root_(root), thread_(thread), work_(work), seen_(seen), options_(options), visit_(visit) {}

  void run(const std::stop_token& stop) {
    while (auto item = work_.pop(stop)) {
      item->names.empty() ? list(*item, stop) : look(*item, stop);
      work_.done();
    }
  }

  Listing result;
  std::vector<std::string> links;  // to directories, to be followed

 private:
  // Chosen: names for some time of one thread, so that handing them over costs nothing beside it.
  static constexpr std::size_t kNamesPerItem = 1000;
  // Loads and directories that wait: beyond it the reader looks at its names itself, which bounds
  // memory however large the directory is.
  static constexpr std::size_t kMostWaiting = 64;

  int open(const std::string& directory, bool linked) {
    const int follow = directory.empty() || linked ? 0 : O_NOFOLLOW;
    const int fd = ::openat(root_, directory.empty() ? "." : directory.c_str(),
                            O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);
    if (fd < 0) fail(directory, errno);
    return fd;
  }

  void list(const Item& item, const std::stop_token& stop) {
    const int fd = open(item.directory, item.linked);
    if (fd < 0) return;
    if (options_.follow_links && !seen_.add(fd)) {
      ++result.linked_directories;
      ::close(fd);
      return;
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd), &::closedir);
    ++result.directories;
    const auto tally = std::make_shared<SharedTally>();
    std::vector<std::string> names;
    for (errno = 0; const dirent* entry = ::readdir(stream.get()); errno = 0) {
      if (stop.stop_requested()) return;
      const std::string_view name = entry->d_name;
      if (name == "." || name == ".." || name == options_.unlisted) continue;
      const bool directory = is_directory(fd, *entry);
      if (name.starts_with('.') && !options_.everything) {
        ++(directory ? result.hidden_directories : result.hidden_files);
        continue;
      }
      if (directory) {
        work_.push({inside(item.directory, name), {}, nullptr, false});
        continue;
      }
      names.emplace_back(name);
      if (names.size() == kNamesPerItem) hand_over(item, fd, names, tally);
    }
    if (errno != 0) fail(item.directory, errno);
    for (const std::string& name : names) look_at(fd, item.directory, name);
    leave(*tally);
  }

  void leave(SharedTally& tally) {
    const auto whole = tally.leave(std::exchange(tally_, {}));
    if (whole && !whole->empty()) ++result.fan_out[*whole];
  }

  // A full load of names goes to another thread, unless enough is waiting already.
  void hand_over(const Item& item, int fd, std::vector<std::string>& names,
                 const std::shared_ptr<SharedTally>& tally) {
    if (work_.waiting() < kMostWaiting) {
      tally->join();
      work_.push({item.directory, std::exchange(names, {}), tally, item.linked});
      return;
    }
    for (const std::string& name : names) look_at(fd, item.directory, name);
    names.clear();
  }

  void look(const Item& item, const std::stop_token& stop) {
    const int fd = open(item.directory, item.linked);
    for (const std::string& name : item.names) {
      if (fd < 0 || stop.stop_requested()) break;
      look_at(fd, item.directory, name);
    }
    if (fd >= 0) ::close(fd);
    leave(*item.tally);
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
      if (!dangling) return fail(inside(directory, name), error);
      ++result.dangling;
    } else if (S_ISREG(info.st_mode)) {
      const auto size = static_cast<std::uint64_t>(info.st_size);
      ++result.files;
      note_holes(size, static_cast<std::uint64_t>(info.st_blocks) * 512);
      count_into(tally_, options_.sort_of ? options_.sort_of(name) : std::string(), 1);
      if (options_.progress) {
        options_.progress->files.fetch_add(1, std::memory_order_relaxed);
        options_.progress->bytes.fetch_add(size, std::memory_order_relaxed);
      }
      return tell(directory, name, size);
    } else if (S_ISDIR(info.st_mode) && options_.follow_links) {
      links.push_back(inside(directory, name));
    } else {
      ++(S_ISDIR(info.st_mode) ? result.linked_directories : result.special);
    }
    if (options_.everything) tell(directory, name, 0);
  }

  void note_holes(std::uint64_t size, std::uint64_t allocated) {
    if (allocated >= size / 2) return;
    ++result.sparse_files;
    result.sparse_bytes += size;
    result.sparse_allocated += allocated;
  }

  void tell(const std::string& directory, const std::string& name, std::uint64_t size) {
    path_ = directory;
    if (!path_.empty()) path_ += '/';
    path_ += name;
    visit_(thread_, path_, size);
  }

  void fail(const std::string& path, int error) {
    ++result.errors;
    if (result.error_examples.size() < 5) {
      result.error_examples.push_back((path.empty() ? "." : path) + ": " + describe_errno(error));
    }
  }

  int root_;
  unsigned thread_;
  WorkList& work_;
  Seen& seen_;
  const ListOptions& options_;
  const ListSink& visit_;
  std::string path_;
  DirectoryTally tally_;  // of the directory at hand
};

void add(Listing& sum, const Listing& part) {
  for (const auto& [tally, directories] : part.fan_out) sum.fan_out[tally] += directories;
  sum.files += part.files;
  sum.directories += part.directories;
  sum.hidden_files += part.hidden_files;
  sum.hidden_directories += part.hidden_directories;
  sum.linked_directories += part.linked_directories;
  sum.sparse_files += part.sparse_files;
  sum.sparse_bytes += part.sparse_bytes;
  sum.sparse_allocated += part.sparse_allocated;
  sum.dangling += part.dangling;
  sum.special += part.special;
  sum.errors += part.errors;
  for (const std::string& example : part.error_examples) {
    if (sum.error_examples.size() < 5) sum.error_examples.push_back(example);
  }
}

}  // namespace

void count_into(DirectoryTally& tally, const std::string& sort, std::uint64_t files) {
  const bool known = tally.contains(sort) || tally.size() < Listing::kMostSorts;
  tally[known ? sort : std::string(Listing::kOtherSort)] += files;
}

Listing walk(int root, const ListOptions& options, const std::stop_token& stop, const ListSink& visit) {
  WorkList work;
  Seen seen;
  std::vector<Walker> walkers;
  for (unsigned thread = 0; thread < options.threads; ++thread)
    walkers.emplace_back(root, thread, work, seen, options, visit);
  // One directory with all that is below it; then the links that were met there.
  std::vector<Item> next = {{}};
  while (!next.empty() && !stop.stop_requested()) {
    work.push(std::move(next.back()));
    next.pop_back();
    {
      std::vector<std::jthread> running;
      for (Walker& walker : walkers) running.emplace_back([&walker, &stop] { walker.run(stop); });
    }
    std::vector<std::string> links;
    for (Walker& walker : walkers)
      for (std::string& link : std::exchange(walker.links, {})) links.push_back(std::move(link));
    std::sort(links.rbegin(), links.rend());
    for (std::string& link : links) next.push_back({std::move(link), {}, nullptr, true});
  }
  Listing sum;
  for (const Walker& walker : walkers) add(sum, walker.result);
  return sum;
}

}  // namespace aforo
