#include "storage/posix/posix_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "storage/machine.h"
#include "storage/make_engine.h"
#include "storage/posix/owned_directory.h"
#include "storage/posix/posix_file.h"
#include "storage/posix/walk.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

StoreInfo info_of(const std::string& directory) {
  StoreInfo info;
  try {
    const FilesystemInfo filesystem = describe_filesystem(directory);
    info.type = filesystem.type;
    info.device = filesystem.device;
    info.capacity = filesystem.total;
    info.compressed = filesystem.compressed;
    info.memory_only = info.type == "tmpfs" || info.type == "ramfs";
  } catch (const UserError&) {  // whoever needs the directory says what is wrong with it
  }
  return info;
}

int open_directory(const std::string& directory) {
  const int root = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return root >= 0 ? root : -errno;
}

}  // namespace

PosixStore::PosixStore(std::string directory)
    : directory_(std::move(directory)), info_(info_of(directory_)), device_(block_device_below(directory_)) {}

std::string PosixStore::inside(std::string_view name) const { return directory_ + "/" + std::string(name); }

int PosixStore::check() const {
  const int root = open_directory(directory_);
  if (root < 0) return -root;
  close(root);
  return 0;
}

Listing PosixStore::list(const ListOptions& options, const std::stop_token& stop,
                         const ListSink& sink) const {
  const int root = open_directory(directory_);
  if (root < 0) {
    Listing nothing;
    nothing.errors = 1;
    nothing.error_examples = {".: " + describe_errno(-root)};
    return nothing;
  }
  Listing listing = walk(root, options, stop, sink);
  close(root);
  return listing;
}

void PosixStore::each_at_top(const TopSink& sink) const {
  std::error_code error;
  fs::directory_iterator at(directory_, error), end;
  for (; !error && at != end; at.increment(error)) {
    const fs::file_type type = at->symlink_status(error).type();
    const EntryKind kind = type == fs::file_type::regular     ? EntryKind::kFile
                           : type == fs::file_type::directory ? EntryKind::kDirectory
                           : type == fs::file_type::symlink   ? EntryKind::kLink
                                                              : EntryKind::kOther;
    if (!sink(at->path().filename().string(), kind)) return;
  }
}

tl::expected<std::unique_ptr<StoreFile>, int> PosixStore::open(std::string_view name) const {
  // Without O_NONBLOCK a FIFO of that name would be waited for.
  const int file = ::open(inside(name).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  return store_file(file >= 0 ? file : -errno);
}

tl::expected<std::uint64_t, int> PosixStore::size_of(std::string_view name) const {
  struct stat info {};
  if (stat(inside(name).c_str(), &info) != 0) return tl::unexpected(errno);
  if (!S_ISREG(info.st_mode)) return tl::unexpected(S_ISDIR(info.st_mode) ? EISDIR : EINVAL);
  return static_cast<std::uint64_t>(info.st_size);
}

tl::expected<std::uint64_t, int> PosixStore::allocated_of(std::string_view name) const {
  struct stat info {};
  if (stat(inside(name).c_str(), &info) != 0) return tl::unexpected(errno);
  return std::min(static_cast<std::uint64_t>(info.st_blocks) * 512, static_cast<std::uint64_t>(info.st_size));
}

EngineChoice PosixStore::engine(EngineKind kind, const EngineOptions& options) const {
  EngineOptions mine = options;
  mine.root = directory_;
  mine.owned = nullptr;
  return make_engine(kind, mine);
}

DirectoryLook PosixStore::look(std::string_view marker) const {
  return look_at_directory(directory_, marker);
}

std::unique_ptr<Owned> PosixStore::own(std::string_view marker) {
  return std::make_unique<OwnedDirectory>(OwnedDirectory::for_writing(directory_, marker));
}

std::unique_ptr<Owned> PosixStore::own_for_removal(std::string_view marker) {
  return std::make_unique<OwnedDirectory>(OwnedDirectory::for_removal(directory_, marker));
}

std::unique_ptr<Owned> PosixStore::own_beside(std::string_view marker) {
  return std::make_unique<OwnedDirectory>(OwnedDirectory::beside(directory_, marker));
}

std::vector<std::string> PosixStore::places_to_make() const {
  std::vector<std::string> places;
  std::error_code error;
  for (fs::path at = fs::absolute(directory_, error).lexically_normal();
       !at.empty() && !fs::exists(at, error); at = at.parent_path()) {
    if (at.has_filename()) places.insert(places.begin(), at.string());
    if (at == at.root_path()) break;
  }
  return places;
}

int PosixStore::may_write() const {
  std::error_code error;
  fs::path at = fs::absolute(directory_, error).lexically_normal();
  while (!error && !fs::exists(at, error) && !error && at != at.root_path()) at = at.parent_path();
  if (error) return error.value();
  return faccessat(AT_FDCWD, at.c_str(), W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

Counters PosixStore::counters() const { return read_counters(device_); }
std::optional<std::uint64_t> PosixStore::process_bytes_read() const { return read_process_bytes(); }

// Of the nearest parent that exists: the directory may be made later.
StoreSpace PosixStore::space() const {
  std::error_code error_of_path;
  fs::path at = fs::absolute(directory_, error_of_path);
  if (error_of_path)
    throw UserError("expected a directory below one that is there, found '" + directory_ +
                    "' in a working directory that has been removed (" +
                    describe_errno(error_of_path.value()) + "); change to another one");
  struct statfs info {};
  while (statfs(at.c_str(), &info) != 0) {
    const int error = errno;
    if (error != ENOENT || at == at.root_path())
      throw UserError("expected to ask the free space at " + at.string() + ", found " +
                      describe_errno(error) + "; choose another directory");
    at = at.parent_path();
  }
  StoreSpace space;
  const auto fragment = static_cast<std::uint64_t>(info.f_frsize > 0 ? info.f_frsize : info.f_bsize);
  space.free = {info.f_bavail * fragment};
  space.block = {fragment};
  if (info.f_files > 0) space.free_files = info.f_ffree;
  return space;
}

CacheDrop PosixStore::drop_all() const { return drop_caches(); }
bool PosixStore::drop(std::string_view name) const { return advise_dontneed(inside(name)); }
void PosixStore::flush() const { flush_writes(directory_); }
std::optional<Residency> PosixStore::residency(std::string_view name) const {
  return aforo::residency(inside(name));
}
std::optional<Bytes> PosixStore::readahead() const { return aforo::readahead(directory_); }

}  // namespace aforo
