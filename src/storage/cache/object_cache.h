// ObjectCache: a store read through a cache on this host's disk. Who reads an object that is not there fetches all of it first, into the
// disk; others who want it meanwhile, in this process or another, wait and then read it from there.
//
// An object that is larger than the cache, that finds no room (all that is held is being read), or that the disk does not take is
// read from the store, and counted. A disk that fails is no fault of a read: only where the store fails too does a read fail.
//
// Thread-safe. Blocking: for the disk, for the store and for others who fetch.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "storage/cache/cache_counters.h"
#include "storage/cache/cache_directory.h"
#include "storage/store.h"

namespace aforo {

// A reader's own way to the store, for an object that is passed by: opened when it is needed, and used again.
struct PassedObject {
  std::mutex mutex;
  std::unique_ptr<StoreFile> file;
};

class ObjectCache {
 public:
  // Throws UserError as CacheDirectory does.
  ObjectCache(std::shared_ptr<const Store> store, const CacheOptions& options);

  struct Ask {
    std::string name;
    std::optional<std::uint64_t> size;  // of all of it, as far as the reader knows
    std::uint64_t offset = 0;
    std::span<std::byte> buffer;                // wanted; fewer bytes only at the object's end
    bool direct = false;                        // past the page cache, where it lies on the disk
    PassedObject* passed = nullptr;             // may be null
    const std::atomic<bool>* ending = nullptr;  // set: nobody waits any more (ECANCELED)
  };
  struct Answer {
    int error = 0;  // errno
    std::uint64_t bytes = 0;
    Seconds opened{0};  // monotonic: when it was open, on the disk or at the store
  };
  Answer read(Ask ask);
  // Asks the store only where the object is not held.
  tl::expected<std::uint64_t, int> size_of(const std::string& name) const;

  // The file of an object that is held; empty where it is not.
  std::string path_of(std::string_view name);
  const std::string& directory() const { return directory_.path(); }
  CacheCounts counts() const { return counted(counters_); }

 private:
  struct Fetched;
  // Absent: the file was not what it should be, and is gone.
  std::optional<Answer> read_held(const Ask& ask, const CacheIndex::Taken& taken);
  Answer fill(const Ask& ask, const CacheIndex::Taken& taken, std::uint64_t size);
  Fetched fetch(const Ask& ask, std::uint64_t size);
  Answer pass(const Ask& ask, std::uint64_t size);
  void count_disk(int error);

  std::shared_ptr<const Store> store_;
  CacheDirectory directory_;
  CacheCounters counters_;
};

}  // namespace aforo
