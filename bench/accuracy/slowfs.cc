// A directory seen through a slow server: every open and read is answered only after a latency drawn from a
// law, at most C of them at once, within a bandwidth. The stand-in for network storage whose character is
// known.
//
//   slowfs SOURCE MOUNTPOINT [options]     stays in the foreground, prints "ready", unmounts at SIGTERM or
//   SIGINT
//
// Writing, making files and fsync are delayed where their laws are named. Other operations (look-ups,
// attributes, directories) are passed on without delay. Exit 0 after a
// clean unmount, 2 when the words are wrong or the mount fails.
#define FUSE_USE_VERSION 312
#include <dirent.h>
#include <fcntl.h>
#include <fuse.h>
#include <fuse_lowlevel.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "delays.h"

namespace {

constexpr const char* kHelp = R"(slowfs SOURCE MOUNTPOINT [options]

Mirrors SOURCE at MOUNTPOINT (an empty directory) behind injected delays, until SIGTERM or SIGINT.

  --read-latency LAW    latency of every read request [constant:0ms]
  --open-latency LAW    latency of every open [constant:0ms]
  --write-latency LAW   latency of every write request, which then shares servers and bandwidth with reads [writes
                        are passed on at once]
  --create-latency LAW  the same of making a file [at once]
  --sync-latency LAW    the same of fsync [at once]
                        LAW: constant:TIME, exponential:MEAN, lognormal:MEAN:CV, tail:TIME:P:FACTOR
                        (with probability P FACTOR times as long); TIME in us, ms or s
  --concurrency C       serve at most C opens and reads at once, the others wait in order [0 = any number]
  --bandwidth BYTES     let at most so many bytes per second through, of all reads (and delayed writes) together
                        [0 = any]
  --burst BYTES         that many at once after idling [0]
  --page-cache          let the kernel cache what was read (otherwise every read comes here)
  --read-write          let files be made and written too
  --threads N           serve with up to N threads: as many requests can be waiting at once [256]
  --seed N              draw latencies by this seed [1]
)";

struct Options {
  std::string source, mountpoint;
  slowfs::Latency open_latency, read_latency;
  std::optional<slowfs::Latency> write_latency, create_latency, sync_latency;  // absent: passed on at once
  slowfs::Limits limits;
  bool page_cache = false, read_write = false;
  unsigned threads = 256, seed = 1;
};

struct Mirror {
  Options options;
  int root;  // SOURCE: every path is looked up below it
  slowfs::Server server;
};

Mirror& mirror() { return *static_cast<Mirror*>(fuse_get_context()->private_data); }

// FUSE paths begin with a slash; the rest is relative to the root's descriptor.
const char* below(const char* path) { return path[1] == '\0' ? "." : path + 1; }
int result(int returned) { return returned < 0 ? -errno : 0; }
int descriptor(const fuse_file_info* file) { return static_cast<int>(file->fh); }

double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void sleep_until(double deadline) {
  const double whole = std::floor(deadline);
  const timespec time{static_cast<time_t>(whole), static_cast<long>((deadline - whole) * 1e9)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr) == EINTR) {
  }
}

void* start(fuse_conn_info* connection, fuse_config* config) {
  config->use_ino = 1;
  config->hard_remove = 1;  // files are known by descriptor, so that a removed one needs no other name
  config->nullpath_ok = 1;
  // Look-ups are not what is delayed: the kernel keeps them, so that an open is one request.
  config->entry_timeout = config->attr_timeout = 3600;
  connection->max_background = 1024;  // reads that the kernel sends without waiting; its own default is 12
  connection->congestion_threshold = 1024;
  std::puts("ready");
  std::fflush(stdout);
  return fuse_get_context()->private_data;
}

int get_attributes(const char* path, struct stat* attributes, fuse_file_info* file) {
  if (file) return result(fstat(descriptor(file), attributes));
  return result(fstatat(mirror().root, below(path), attributes, AT_SYMLINK_NOFOLLOW));
}

int open_directory(const char* path, fuse_file_info* file) {
  const int fd = openat(mirror().root, below(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  file->fh = static_cast<std::uint64_t>(fd);
  return 0;
}

// Of an open directory there is no path: a descriptor of this listing's own begins at the first entry.
int list(const char*, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info* file, fuse_readdir_flags) {
  const int fd = openat(descriptor(file), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  DIR* directory = fdopendir(fd);
  if (!directory) {
    const int error = errno;
    close(fd);
    return -error;
  }
  while (const dirent* entry = readdir(directory)) {
    struct stat attributes {};
    attributes.st_ino = entry->d_ino;
    attributes.st_mode = static_cast<mode_t>(DTTOIF(entry->d_type));
    if (fill(buffer, entry->d_name, &attributes, 0, static_cast<fuse_fill_dir_flags>(0)) != 0) break;
  }
  closedir(directory);
  return 0;
}

// Opens in SOURCE what a caller opened here. O_DIRECT is for the way to us, not for the mirror's own.
int open_below(const char* path, fuse_file_info* file, mode_t mode) {
  const int fd = openat(mirror().root, below(path), (file->flags & ~O_DIRECT) | O_CLOEXEC, mode);
  if (fd < 0) return -errno;
  file->fh = static_cast<std::uint64_t>(fd);
  file->direct_io = mirror().options.page_cache ? 0 : 1;
  return 0;
}

int open_file(const char* path, fuse_file_info* file) {
  Mirror& m = mirror();
  const double deadline = m.server.answer_at(now(), m.options.open_latency, 0);
  const int opened = open_below(path, file, 0);
  sleep_until(deadline);
  return opened;
}

// Answers when the server lets an operation of that law through, if it has one.
void delay(const std::optional<slowfs::Latency>& law, double arrived, double bytes) {
  if (law) sleep_until(mirror().server.answer_at(arrived, *law, bytes));
}

int make_file(const char* path, mode_t mode, fuse_file_info* file) {
  const double arrived = now();
  const int made = open_below(path, file, mode);
  delay(mirror().options.create_latency, arrived, 0);
  return made;
}

// The bytes are fetched first and kept until the answer is due, so that fetching them adds no latency of its
// own.
int read_file(const char*, char* buffer, std::size_t size, off_t offset, fuse_file_info* file) {
  Mirror& m = mirror();
  const double arrived = now();
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(descriptor(file), buffer + done, size - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -errno;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  sleep_until(m.server.answer_at(arrived, m.options.read_latency, static_cast<double>(done)));
  return static_cast<int>(done);
}

int write_file(const char*, const char* buffer, std::size_t size, off_t offset, fuse_file_info* file) {
  const double arrived = now();
  const ssize_t done = pwrite(descriptor(file), buffer, size, offset);
  if (done < 0) return -errno;
  delay(mirror().options.write_latency, arrived, static_cast<double>(done));
  return static_cast<int>(done);
}

int release_file(const char*, fuse_file_info* file) { return result(close(descriptor(file))); }
int sync_file(const char*, int data_only, fuse_file_info* file) {
  const double arrived = now();
  const int synced = result(data_only ? fdatasync(descriptor(file)) : fsync(descriptor(file)));
  delay(mirror().options.sync_latency, arrived, 0);
  return synced;
}
int statistics(const char*, struct statvfs* found) { return result(fstatvfs(mirror().root, found)); }
int read_link(const char* path, char* buffer, std::size_t size) {
  const ssize_t length = readlinkat(mirror().root, below(path), buffer, size - 1);
  if (length < 0) return -errno;
  buffer[length] = '\0';
  return 0;
}
int make_directory(const char* path, mode_t mode) {
  return result(mkdirat(mirror().root, below(path), mode));
}
int remove_file(const char* path) { return result(unlinkat(mirror().root, below(path), 0)); }
int remove_directory(const char* path) { return result(unlinkat(mirror().root, below(path), AT_REMOVEDIR)); }
int rename_file(const char* from, const char* to, unsigned flags) {
  return result(renameat2(mirror().root, below(from), mirror().root, below(to), flags));
}
int set_size(const char* path, off_t size, fuse_file_info* file) {
  if (file) return result(ftruncate(descriptor(file), size));
  const int fd = openat(mirror().root, below(path), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  const int done = result(ftruncate(fd, size));
  close(fd);
  return done;
}
int set_mode(const char* path, mode_t mode, fuse_file_info* file) {
  return result(file ? fchmod(descriptor(file), mode) : fchmodat(mirror().root, below(path), mode, 0));
}
int set_times(const char* path, const timespec times[2], fuse_file_info* file) {
  return result(file ? futimens(descriptor(file), times)
                     : utimensat(mirror().root, below(path), times, AT_SYMLINK_NOFOLLOW));
}
int allocate(const char*, int mode, off_t offset, off_t size, fuse_file_info* file) {
  return result(fallocate(descriptor(file), mode, offset, size));
}

fuse_operations operations() {
  fuse_operations all{};
  all.init = start;
  all.getattr = get_attributes;
  all.opendir = open_directory;
  all.readdir = list;
  all.releasedir = release_file;
  all.readlink = read_link;
  all.open = open_file;
  all.read = read_file;
  all.create = make_file;
  all.write = write_file;
  all.release = release_file;
  all.fsync = sync_file;
  all.statfs = statistics;
  all.mkdir = make_directory;
  all.unlink = remove_file;
  all.rmdir = remove_directory;
  all.rename = rename_file;
  all.truncate = set_size;
  all.chmod = set_mode;
  all.utimens = set_times;
  all.fallocate = allocate;
  return all;
}

unsigned count(const std::string& text, const std::string& what) {
  const double value = slowfs::number(text, what);
  if (value != std::floor(value) || value > 65536) {
    throw slowfs::BadWord("expected " + what + " up to 65536, found '" + text + "'");
  }
  return static_cast<unsigned>(value);
}

Options parse(const std::vector<std::string>& words) {
  Options options;
  std::vector<std::string> places;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) throw slowfs::BadWord("expected a value after " + word + ", found nothing");
      return words[++i];
    };
    if (word == "--read-latency")
      options.read_latency = slowfs::Latency::parse(value());
    else if (word == "--open-latency")
      options.open_latency = slowfs::Latency::parse(value());
    else if (word == "--write-latency")
      options.write_latency = slowfs::Latency::parse(value());
    else if (word == "--create-latency")
      options.create_latency = slowfs::Latency::parse(value());
    else if (word == "--sync-latency")
      options.sync_latency = slowfs::Latency::parse(value());
    else if (word == "--concurrency")
      options.limits.concurrency = count(value(), "a number of requests");
    else if (word == "--bandwidth")
      options.limits.bandwidth = slowfs::number(value(), "bytes per second");
    else if (word == "--burst")
      options.limits.burst = slowfs::number(value(), "bytes");
    else if (word == "--threads")
      options.threads = std::max(1U, count(value(), "a number of threads"));
    else if (word == "--seed")
      options.seed = count(value(), "a seed");
    else if (word == "--page-cache")
      options.page_cache = true;
    else if (word == "--read-write")
      options.read_write = true;
    else if (word.starts_with("-"))
      throw slowfs::BadWord("expected an option that slowfs --help lists, found '" + word + "'");
    else
      places.push_back(word);
  }
  if (places.size() != 2) {
    throw slowfs::BadWord("expected SOURCE and MOUNTPOINT, found " + std::to_string(places.size()) +
                          " words");
  }
  options.source = places[0];
  options.mountpoint = places[1];
  return options;
}

int serve(const Options& options) {
  const int root = open(options.source.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) {
    throw slowfs::BadWord("expected a directory to mirror, found '" + options.source +
                          "': " + std::strerror(errno));
  }
  umask(0);
  const fuse_operations all = operations();
  Mirror m{options, root, slowfs::Server(options.limits, options.seed)};
  const std::string mount_options =
      std::string("-ofsname=slowfs,subtype=slowfs") + (options.read_write ? "" : ",ro");
  std::vector<const char*> words = {"slowfs", mount_options.c_str()};
  fuse_args arguments = FUSE_ARGS_INIT(static_cast<int>(words.size()), const_cast<char**>(words.data()));
  const std::unique_ptr<fuse, void (*)(fuse*)> filesystem(fuse_new(&arguments, &all, sizeof all, &m),
                                                          fuse_destroy);
  fuse_opt_free_args(&arguments);
  if (!filesystem) return 2;
  if (fuse_mount(filesystem.get(), options.mountpoint.c_str()) != 0) return 2;
  fuse_session* session = fuse_get_session(filesystem.get());
  fuse_set_signal_handlers(session);
  const std::unique_ptr<fuse_loop_config, void (*)(fuse_loop_config*)> loop(fuse_loop_cfg_create(),
                                                                            fuse_loop_cfg_destroy);
  fuse_loop_cfg_set_max_threads(loop.get(), options.threads);
  fuse_loop_cfg_set_idle_threads(loop.get(), options.threads);
  const int ended = fuse_loop_mt(filesystem.get(), loop.get());
  fuse_remove_signal_handlers(session);
  fuse_unmount(filesystem.get());
  close(root);
  return ended < 0 ? 2 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    for (const std::string& word : words) {
      if (word == "--help" || word == "-h") {
        std::fputs(kHelp, stdout);
        return 0;
      }
    }
    return serve(parse(words));
  } catch (const slowfs::BadWord& bad) {
    std::fprintf(stderr, "slowfs: %s\n", bad.what());
    return 2;
  }
}
