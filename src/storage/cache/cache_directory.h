// CacheDirectory: the files of a cache on this host's disk, and who may use them.
//
//   DIR/aforo-cache.json   the marker: that this is a cache of aforo's, and of which place. Locked (shared) by each who uses it
//   DIR/index              who holds what (cache_index.h)
//   DIR/objects/KEY-VERSION   an object, whole: hashes of its name and of its version, in hexadecimal
//   DIR/filling/...        an object that is being fetched
//
// Only a directory that is absent, empty or carries the marker is used, and only files with names of these forms are removed. The
// first who comes removes what a crash left and what the store has no longer or has otherwise: by name, version and size,
// as one listing of the store tells. After the machine was started anew nothing is believed: names may be there whose bytes
// never came to the disk. Others, of this process, of the same job or of another, join it as it is.
//
// Thread-safe after it was opened. All of it waits for the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "storage/cache/cache_index.h"
#include "storage/cache/cache_options.h"
#include "storage/store.h"

namespace aforo {

inline constexpr std::string_view kCacheMarker = "aforo-cache.json";

class CacheDirectory {
 public:
  // Of `store`, which is listed where the directory holds objects of an earlier run. Throws UserError where the directory is foreign, is
  // the cache of another place, lies behind a server (several hosts would take it for one disk), cannot be made or written, or is
  // used with another size or policy; also where the store cannot be listed.
  CacheDirectory(const CacheOptions& options, const Store& store);
  CacheDirectory(const CacheDirectory&) = delete;
  CacheDirectory& operator=(const CacheDirectory&) = delete;
  // One that this made and that holds nothing goes again.
  ~CacheDirectory();

  CacheIndex& index() const { return *index_; }
  const std::string& path() const { return path_; }

  // A descriptor of an object that is held, the caller's to close; or -errno.
  int open(const CachedObject& object, bool direct) const;
  std::string path_of(const CachedObject& object) const;

  // A file that an object is fetched into; gone with this unless `keep` gave it the object's name.
  class Filling {
   public:
    explicit Filling(const CacheDirectory& directory);
    Filling(const Filling&) = delete;
    Filling& operator=(const Filling&) = delete;
    ~Filling();
    // 0 or an errno, of making the file too.
    int write(std::uint64_t offset, std::span<const std::byte> bytes);
    int keep(const CachedObject& object);

   private:
    const CacheDirectory& directory_;
    std::string name_;
    int file_ = -1, error_ = 0;
  };

 private:
  void take_place(const std::string& place);
  void make_marker(const std::string& place);
  void unmake() const;
  void begin(const CacheOptions& options, const Store& store);
  void sweep_filling() const;
  void take_over(const Store& store);
  void remove(const CachedObject& object) const;

  std::string path_;
  bool made_ = false;                     // by this one: it was absent or empty
  std::vector<std::string> made_places_;  // with it, the innermost first
  int root_ = -1, objects_ = -1, filling_ = -1;
  int marker_ = -1;  // locked
  std::unique_ptr<CacheIndex> index_;
};

}  // namespace aforo
