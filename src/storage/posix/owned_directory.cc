#include "storage/posix/owned_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "storage/beneath.h"
#include "storage/make_engine.h"
#include "storage/posix/posix_file.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

std::string temporary_of(std::string_view marker) { return std::string(marker) + ".new"; }

// Calls `act(parent directory, last name)`; its result, or -errno.
template <class Act>
int in_parent(int root, const std::string& path, Act act) {
  if (!stays_beneath(path)) return -EXDEV;
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return act(root, path.c_str());
  const int parent = open_beneath(root, path.substr(0, slash), O_PATH | O_DIRECTORY);
  if (parent < 0) return parent;
  const int result = act(parent, path.c_str() + slash + 1);
  close(parent);
  return result;
}

EntryKind kind_of(mode_t mode) {
  return S_ISREG(mode)   ? EntryKind::kFile
         : S_ISDIR(mode) ? EntryKind::kDirectory
         : S_ISLNK(mode) ? EntryKind::kLink
                         : EntryKind::kOther;
}

int error_of(int result) { return result < 0 ? -result : 0; }
int gone_is_fine(int error) { return error == ENOENT ? 0 : error; }

int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string several(const DirectoryLook& look) {
  return join(look.others, ", ") + (look.others.size() >= kMostNamed ? ", ..." : "");
}

}  // namespace

DirectoryLook look_at_directory(const std::string& directory, std::string_view marker) {
  std::error_code error;
  const fs::file_status status = fs::status(directory, error);
  if (status.type() == fs::file_type::not_found) return {Ownership::kAbsent, {}};
  if (!fs::exists(status))
    throw UserError("expected a directory that can be reached, found '" + directory +
                    "': " + describe_errno(error.value()) + "; choose another directory");
  if (!fs::is_directory(status))
    throw UserError("expected a directory, found a file: '" + directory + "'; choose another place");
  DirectoryLook look;
  fs::directory_iterator at(directory, error), end;
  for (; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    // Of any other kind it is no marker: a link would lend one directory's marker to another.
    if (name == marker && at->symlink_status(error).type() == fs::file_type::regular)
      return {Ownership::kOurs, {}};
    // Left by a kill between writing the first marker and renaming it.
    if (name == "lost+found" || name == temporary_of(marker)) continue;
    if (look.others.size() < kMostNamed) look.others.push_back(name);
  }
  if (error)
    throw UserError("expected to list the directory '" + directory + "', found " +
                    describe_errno(error.value()) + "; choose another directory");
  look.ownership = look.others.empty() ? Ownership::kEmpty : Ownership::kForeign;
  return look;
}

OwnedDirectory OwnedDirectory::lock(const std::string& directory, std::string_view marker) {
  const int root = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0)
    throw UserError("expected to open the directory '" + directory + "', found " + describe_errno(errno));
  OwnedDirectory owned(root, marker);
  // A filesystem without locks (ENOLCK, EOPNOTSUPP): two at once are then the user's affair.
  if (flock(root, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw UserError("expected '" + directory +
                    "' for this process alone, found another aforo at work there; wait for it");
  return owned;
}

OwnedDirectory OwnedDirectory::for_writing(const std::string& directory, std::string_view marker) {
  std::error_code error;
  if (fs::weakly_canonical(directory, error) == "/")
    throw UserError("expected a directory that aforo may own, found '/'; choose a directory below it");
  if (look_at_directory(directory, marker).ownership == Ownership::kAbsent) {
    fs::create_directories(directory, error);
    if (error)
      throw UserError("expected to make the directory '" + directory + "', found " +
                      describe_errno(error.value()) + "; choose another place");
  }
  OwnedDirectory owned = lock(directory, marker);
  // Only now is it certain what is there.
  if (const auto look = look_at_directory(directory, marker); look.ownership == Ownership::kForeign)
    throw UserError("expected '" + directory +
                    "' to be empty or written by aforo, found other files there (" + several(look) +
                    "); choose another directory, aforo writes only into its own");
  return owned;
}

OwnedDirectory OwnedDirectory::for_removal(const std::string& directory, std::string_view marker) {
  if (look_at_directory(directory, marker).ownership != Ownership::kOurs)
    throw UserError("expected a directory with the file '" + std::string(marker) + "', found none in '" +
                    directory + "'; aforo deletes only what it wrote");
  return lock(directory, marker);
}

OwnedDirectory OwnedDirectory::beside(const std::string& directory, std::string_view marker) {
  if (look_at_directory(directory, marker).ownership != Ownership::kOurs)
    throw UserError("expected the directory '" + directory + "' that the first process wrote '" +
                    std::string(marker) + "' into, found none of it here; name one that all hosts share");
  const int root = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0)
    throw UserError("expected to open the directory '" + directory + "', found " + describe_errno(errno));
  return {root, marker};
}

OwnedDirectory::OwnedDirectory(OwnedDirectory&& other) noexcept
    : root_(std::exchange(other.root_, -1)), marker_(std::move(other.marker_)) {}

OwnedDirectory::~OwnedDirectory() {
  if (root_ >= 0) close(root_);
}

EngineChoice OwnedDirectory::engine(EngineKind kind, const EngineOptions& options) const {
  EngineOptions mine = options;
  mine.owned = this;
  return make_engine(kind, mine);
}

StoreEntry OwnedDirectory::look(const std::string& path) const {
  StoreEntry entry;
  in_parent(root_, path, [&entry](int parent, const char* name) {
    struct stat info {};
    if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
    entry.kind = kind_of(info.st_mode);
    if (entry.kind != EntryKind::kFile) return 0;
    entry.size = static_cast<std::uint64_t>(info.st_size);
    return 0;
  });
  return entry;
}

tl::expected<std::unique_ptr<StoreFile>, int> OwnedDirectory::open(const std::string& path) const {
  return store_file(open_beneath(root_, path, O_RDONLY | O_NONBLOCK));
}

int OwnedDirectory::make_way(const std::string& path) const {
  if (!stays_beneath(path)) return EXDEV;
  for (std::size_t end = path.find('/'); end != path.npos; end = path.find('/', end + 1)) {
    const int result = in_parent(root_, path.substr(0, end), [](int parent, const char* name) {
      return mkdirat(parent, name, 0777) == 0 || errno == EEXIST ? 0 : -errno;
    });
    if (result < 0) return -result;
  }
  return 0;
}

int OwnedDirectory::remove_file(const std::string& path) const {
  return gone_is_fine(error_of(in_parent(root_, path, [](int parent, const char* name) {
    struct stat info {};
    if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
    if (const EntryKind kind = kind_of(info.st_mode); kind != EntryKind::kFile)
      return kind == EntryKind::kDirectory ? -EISDIR : kind == EntryKind::kLink ? -ELOOP : -EINVAL;
    return unlinkat(parent, name, 0) == 0 ? 0 : -errno;
  })));
}

int remove_empty_directory(const std::string& directory) {
  return rmdir(directory.c_str()) == 0 || errno == ENOENT ? 0 : errno;
}

int OwnedDirectory::remove_directory(const std::string& path) const {
  return gone_is_fine(error_of(in_parent(root_, path, [](int parent, const char* name) {
    return unlinkat(parent, name, AT_REMOVEDIR) == 0 ? 0 : -errno;
  })));
}

int OwnedDirectory::replace_marker(std::string_view text) const {
  const std::string temporary = temporary_of(marker_);
  // One that a kill left may have got another name since: it is not written through.
  unlinkat(root_, temporary.c_str(), 0);
  const int file = open_beneath(root_, temporary, create_flags(false), kCreateMode);
  if (file < 0) return -file;
  int error = write_all(file, text);
  if (!error && fsync(file) != 0) error = errno;
  if (close(file) != 0 && !error) error = errno;
  if (!error && renameat(root_, temporary.c_str(), root_, marker_.c_str()) != 0) error = errno;
  if (error) {
    // A full disk gets its room back.
    unlinkat(root_, temporary.c_str(), 0);
    return error;
  }
  // Some filesystems cannot fsync a directory (EINVAL).
  return fsync(root_) != 0 && errno != EINVAL ? errno : 0;
}

int OwnedDirectory::remove_marker() const {
  unlinkat(root_, temporary_of(marker_).c_str(), 0);
  return unlinkat(root_, marker_.c_str(), 0) == 0 ? 0 : errno;
}

int OwnedDirectory::sync() const { return syncfs(root_) == 0 ? 0 : errno; }

}  // namespace aforo
