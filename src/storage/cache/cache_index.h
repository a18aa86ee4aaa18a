// CacheIndex: which objects a cache's directory holds, who goes next, and who fetches what: one table in memory that all
// processes of the host share which read through the same directory.
//
// It is a file of the directory that each of them maps, guarded by a lock that lies in it. What the files are is the directory's affair
// (cache_directory.h): the index knows an object by the hash of its name and that of its version. An object counts as a whole
// number of 4 KiB blocks, so that objects that are being fetched, held and removed never take more than the capacity
// together. At most kMostObjects objects.
//
// A process that dies while it changes the table leaves it in doubt: then all pass it by; the next that has the
// directory alone makes it anew. What a dead process was fetching or removing is free again as soon as somebody wants it (of those that see
// each other's process ids); what it was reading stays until the table is made anew.
//
// Thread-safe; blocks for other threads' turns, and in `take` for the removal of files.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "storage/cache/cache_options.h"

namespace aforo {

// An object: the hashes of its name, and of what the store says tells it from another of the same name (0: nothing does).
struct CachedObject {
  std::array<std::uint64_t, 2> name{};
  std::uint64_t version = 0;
  bool operator==(const CachedObject&) const = default;
};
CachedObject cached_object(std::string_view name, std::string_view version);

class CacheIndex {
 public:
  static constexpr std::uint64_t kBlock = 4096;
  static constexpr std::uint32_t kMostObjects = 4u << 20;

  // Takes a file out of the directory, if it is there.
  using Remove = std::function<void(const CachedObject&)>;

  // Maps the open file `descriptor` (which may be closed then). `fresh`: nobody else has it mapped, and it is made anew, empty; its
  // room on the disk is taken at once, 72 bytes for each object that may be held. Else it is what another made for the same size and
  // policy. Throws UserError where there is no room, and where size or policy are other ones.
  CacheIndex(int descriptor, const CacheOptions& options, bool fresh, Remove remove);
  CacheIndex(const CacheIndex&) = delete;
  CacheIndex& operator=(const CacheIndex&) = delete;
  ~CacheIndex();

  // The machine's boot at which the table in that file was made; 0 where it is none of ours.
  static std::uint64_t boot_of(int descriptor);
  static std::uint64_t this_boot();

  enum class Way {
    kHit,   // it is there, and stays until `release(slot)`
    kFill,  // the caller fetches it, and ends with `filled` or `failed`
    kBusy,  // another does, or it is just going: `wait(slot)`, then ask again
    kPass,  // larger than the cache, or no room can be made: read it from where it lies
  };
  struct Taken {
    Way way = Way::kPass;
    std::uint32_t slot = 0;
    std::uint32_t claim = 0;              // kFill: told again to `filled` and `failed`
    std::uint64_t size = 0, version = 0;  // kHit: of what is held
    std::uint64_t evicted = 0;            // objects that went to make room
  };
  // For reading the object of that name (`version` does not count) of `size` bytes.
  Taken take(const CachedObject& object, std::uint64_t size);
  // An object that is held, by its name; changes nothing.
  struct Known {
    CachedObject object;
    std::uint64_t size = 0;
  };
  std::optional<Known> find(const CachedObject& object) const;

  void release(std::uint32_t slot);
  // After kHit, instead of release: its file is not what it should be. It goes, once nobody reads it.
  void drop(std::uint32_t slot);
  // Nothing happens where the claim is no longer this one's.
  void filled(const Taken& taken, std::uint64_t version);
  void failed(const Taken& taken);
  // Until somebody has done what makes the slot busy, a tenth of a second at most.
  void wait(std::uint32_t slot) const;

  // Of a table that is being made: an object that lies there, which is now the most recently read. False: no room.
  bool add(const CachedObject& object, std::uint64_t size);

  // What an object of so many bytes counts, in bytes; what all together may.
  static std::uint64_t room_for(std::uint64_t size);
  std::uint64_t capacity() const;

  // That are held, fetched or going.
  std::uint64_t objects() const;

 private:
  struct Header;
  struct Slot;
  class Hold;

  void make(const CacheOptions& options, std::uint32_t slots, std::uint32_t buckets);
  std::uint32_t* bucket_of(const CachedObject& object) const;
  std::uint32_t find_slot(const CachedObject& object) const;
  bool has_room(std::uint64_t blocks) const;
  std::uint32_t victim();
  std::uint32_t new_slot(const CachedObject& object, std::uint64_t size);
  void free_slot(std::uint32_t slot);
  void link(std::uint32_t slot);
  void unlink(std::uint32_t slot);
  void set_state(std::uint32_t slot, std::uint32_t state);
  void make_busy(std::uint32_t slot, std::uint32_t state);
  bool is_left(std::uint32_t slot) const;
  bool is_claimed(const Taken& taken) const;
  void remove_slot(Hold& hold, std::uint32_t slot);

  Remove remove_;
  std::uint32_t process_ = 0;  // of this one, where the others see it by that number; else 0
  std::size_t bytes_ = 0;
  Header* header_ = nullptr;
  std::uint32_t* buckets_ = nullptr;
  Slot* slots_ = nullptr;
};

}  // namespace aforo
