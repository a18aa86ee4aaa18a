#include "storage/cache/cache_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "storage/machine.h"
#include "storage/posix/owned_directory.h"

namespace aforo {
namespace {

constexpr std::size_t kKeyDigits = 32, kVersionDigits = 16;

std::string name_of(const CachedObject& object) {
  return fmt::format("{:016x}{:016x}-{:016x}", object.name[0], object.name[1], object.version);
}

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

// Absent: no file of ours.
std::optional<CachedObject> object_named(std::string_view name) {
  if (name.size() != kKeyDigits + 1 + kVersionDigits || name[kKeyDigits] != '-') return std::nullopt;
  const auto a = hexadecimal(name.substr(0, 16)), b = hexadecimal(name.substr(16, 16));
  const auto version = hexadecimal(name.substr(kKeyDigits + 1));
  if (!a || !b || !version) return std::nullopt;
  return CachedObject{{*a, *b}, *version};
}

template <class Visit>
void each_name(int directory, const Visit& visit) {
  const int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* names = again < 0 ? nullptr : fdopendir(again);
  if (names == nullptr) {
    if (again >= 0) close(again);
    return;
  }
  while (const dirent* entry = readdir(names)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") visit(name);
  }
  closedir(names);
}

UserError cannot(const std::string& path, std::string_view what, int error) {
  return UserError(fmt::format(
      "expected to {} '{}' for --cache, found {}; give a directory of this host that can be written", what,
      path, describe_errno(error)));
}

int open_below(int root, const char* name, const std::string& path) {
  if (mkdirat(root, name, 0777) != 0 && errno != EEXIST) throw cannot(path + "/" + name, "make", errno);
  const int found = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (found < 0) throw cannot(path + "/" + name, "open", errno);
  return found;
}

// What an object of an earlier run is.
struct Left {
  CachedObject object;
  std::uint64_t size = 0;
  timespec used{};
  bool good = false;
};

}  // namespace

CacheDirectory::CacheDirectory(const CacheOptions& options, const Store& store) : path_(options.directory) {
  if (lies_behind_a_server(path_))
    throw UserError(fmt::format(
        "expected a directory on a disk of this host for --cache, found '{}' on a network file system; give a local one",
        path_));
  try {
    // A store of the same name elsewhere is another one.
    take_place(store.where() + (store.info().device.empty() ? "" : " at " + store.info().device));
    begin(options, store);
  } catch (...) {
    if (made_) unmake();
    for (const int file : {filling_, objects_, marker_, root_})
      if (file >= 0) close(file);
    throw;
  }
}

// One that was made for nothing, as where the job was refused after, goes again.
CacheDirectory::~CacheDirectory() {
  const bool nothing = made_ && index_->objects() == 0;
  index_.reset();
  if (nothing && flock(root_, LOCK_EX | LOCK_NB) == 0 && flock(marker_, LOCK_EX | LOCK_NB) == 0) unmake();
  for (const int file : {filling_, objects_, marker_, root_}) close(file);
}

// What was just made here, and nobody uses yet.
void CacheDirectory::unmake() const {
  for (const char* name : {"index", kCacheMarker.data()}) unlinkat(root_, name, 0);
  for (const char* name : {"objects", "filling"}) unlinkat(root_, name, AT_REMOVEDIR);
  for (const std::string& place : made_places_)
    if (rmdir(place.c_str()) != 0) break;
}

// Under a lock on the directory itself, which `begin` gives back.
void CacheDirectory::take_place(const std::string& place) {
  std::error_code error;
  for (std::filesystem::path at = std::filesystem::absolute(path_, error).lexically_normal();
       !at.empty() && !std::filesystem::exists(at, error) && !error; at = at.parent_path())
    if (at.has_filename()) made_places_.push_back(at.string());
  std::filesystem::create_directories(path_, error);
  root_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root_ < 0) throw cannot(path_, "open", error ? error.value() : errno);
  while (flock(root_, LOCK_EX) != 0)
    if (errno != EINTR) throw cannot(path_, "lock", errno);
  const DirectoryLook look = look_at_directory(path_, kCacheMarker);
  if (look.ownership == Ownership::kForeign)
    throw UserError(fmt::format(
        "expected an empty directory or a cache of aforo's for --cache, found '{}' with {}: nothing was touched; give another directory",
        path_, join(look.others, ", ")));
  made_ = look.ownership != Ownership::kOurs;
  if (made_) make_marker(place);
  marker_ = openat(root_, kCacheMarker.data(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (marker_ < 0) throw cannot(path_ + "/" + std::string(kCacheMarker), "open", errno);
  std::array<char, 8192> text{};
  const ssize_t n = pread(marker_, text.data(), text.size(), 0);
  const auto json = nlohmann::json::parse(
      std::string_view(text.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0))), nullptr, false);
  const auto of = json.is_object() ? json.find("cache_of") : json.end();
  const std::string found =
      json.is_object() && of != json.end() && of->is_string() ? of->get<std::string>() : "";
  if (found != place)
    throw UserError(fmt::format(
        "expected a cache of '{}' in '{}', found {}; give --cache another directory, or remove this one",
        place, path_, found.empty() ? "a marker that cannot be read" : "one of '" + found + "'"));
}

void CacheDirectory::make_marker(const std::string& place) {
  const std::string text =
      nlohmann::json({{"cache_of", place}, {"made_by", "aforo run --cache"}}).dump() + "\n";
  const std::string part = std::string(kCacheMarker) + ".new";
  const int file = openat(root_, part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file < 0) throw cannot(path_, "write to", errno);
  const bool whole = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = whole ? 0 : errno;
  close(file);
  if (!whole || renameat(root_, part.c_str(), root_, kCacheMarker.data()) != 0) {
    const int why = whole ? errno : error;
    unlinkat(root_, part.c_str(), 0);
    throw cannot(path_, "write to", why);
  }
}

// Whoever has the marker's lock alone is the first.
void CacheDirectory::begin(const CacheOptions& options, const Store& store) {
  objects_ = open_below(root_, "objects", path_);
  filling_ = open_below(root_, "filling", path_);
  const int file = openat(root_, "index", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file < 0) throw cannot(path_ + "/index", "open", errno);
  const bool first = flock(marker_, LOCK_EX | LOCK_NB) == 0;
  try {
    const bool same_boot = CacheIndex::boot_of(file) == CacheIndex::this_boot();
    index_ = std::make_unique<CacheIndex>(file, options, first,
                                          [this](const CachedObject& object) { remove(object); });
    if (first) {
      sweep_filling();
      if (!same_boot)
        each_name(objects_, [this](std::string_view name) {
          if (const auto object = object_named(name)) remove(*object);
        });
      take_over(store);
    }
  } catch (...) {
    close(file);
    throw;
  }
  close(file);
  while (flock(marker_, LOCK_SH) != 0 && errno == EINTR) {
  }
  flock(root_, LOCK_UN);
}

void CacheDirectory::sweep_filling() const {
  std::vector<std::string> names;
  each_name(filling_, [&](std::string_view name) {
    if (name.starts_with("fill-")) names.emplace_back(name);
  });
  for (const std::string& name : names) unlinkat(filling_, name.c_str(), 0);
}

// What was used last is kept where there is room for some only.
void CacheDirectory::take_over(const Store& store) {
  std::map<std::array<std::uint64_t, 2>, Left> left;
  std::vector<CachedObject> twice;
  each_name(objects_, [&](std::string_view name) {
    const auto object = object_named(name);
    struct stat status {};
    if (!object || fstatat(objects_, std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    const bool added =
        left.emplace(object->name, Left{*object, static_cast<std::uint64_t>(status.st_size), status.st_mtim})
            .second;
    if (!added) twice.push_back(*object);
  });
  for (const CachedObject& object : twice) remove(object);
  if (left.empty()) return;
  const int error =
      store.list_versions([&](std::string_view name, std::uint64_t size, std::string_view version) {
        const CachedObject now = cached_object(name, version);
        const auto found = left.find(now.name);
        if (found != left.end())
          found->second.good = found->second.object == now && found->second.size == size;
      });
  if (error != 0)
    throw UserError(
        fmt::format("expected to list '{}' to see which objects of the cache '{}' are still good, found {}",
                    store.where(), path_, describe_errno(error)));
  std::vector<const Left*> all;
  for (const auto& [name, one] : left) all.push_back(&one);
  std::sort(all.begin(), all.end(), [](const Left* a, const Left* b) {
    return std::pair(a->used.tv_sec, a->used.tv_nsec) > std::pair(b->used.tv_sec, b->used.tv_nsec);
  });
  std::vector<const Left*> kept;
  std::uint64_t room = index_->capacity();
  for (const Left* one : all) {
    const std::uint64_t takes = CacheIndex::room_for(one->size);
    const bool fits = one->good && takes <= room && kept.size() < CacheIndex::kMostObjects;
    if (!fits) {
      remove(one->object);
      continue;
    }
    room -= takes;
    kept.push_back(one);
  }
  for (auto one = kept.rbegin(); one != kept.rend(); ++one)
    if (!index_->add((*one)->object, (*one)->size)) remove((*one)->object);
}

void CacheDirectory::remove(const CachedObject& object) const {
  unlinkat(objects_, name_of(object).c_str(), 0);
}

int CacheDirectory::open(const CachedObject& object, bool direct) const {
  const int file =
      openat(objects_, name_of(object).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | (direct ? O_DIRECT : 0));
  return file < 0 ? -errno : file;
}

std::string CacheDirectory::path_of(const CachedObject& object) const {
  return path_ + "/objects/" + name_of(object);
}

CacheDirectory::Filling::Filling(const CacheDirectory& directory) : directory_(directory) {
  static std::atomic<std::uint64_t> made{0};
  name_ = fmt::format("fill-{}-{}", getpid(), made.fetch_add(1));
  file_ =
      openat(directory_.filling_, name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file_ < 0) error_ = errno;
}

CacheDirectory::Filling::~Filling() {
  if (file_ >= 0) close(file_);
  if (!name_.empty()) unlinkat(directory_.filling_, name_.c_str(), 0);
}

int CacheDirectory::Filling::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (error_ == 0 && !bytes.empty()) {
    const ssize_t n = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      error_ = n < 0 ? errno : EIO;
      break;
    }
    offset += static_cast<std::uint64_t>(n);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return error_;
}

int CacheDirectory::Filling::keep(const CachedObject& object) {
  if (error_ != 0) return error_;
  if (close(std::exchange(file_, -1)) != 0) return error_ = errno;
  if (renameat(directory_.filling_, name_.c_str(), directory_.objects_, name_of(object).c_str()) != 0)
    return error_ = errno;
  name_.clear();
  return 0;
}

}  // namespace aforo
