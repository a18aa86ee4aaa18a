// Store: where data lie. A directory of a file system today; an object store's prefix is another
// class behind the same door. Nobody outside `storage` opens, lists, asks the size of, writes or
// deletes data in any other way.
//
// Thread-safe: any thread may call any member at any time. Errors of the storage are data (an
// errno); what ends a command (an engine that cannot be had, a place that is not ours) is thrown as
// UserError. Names are relative to the store, separated by '/', and are those that `list` gives; a
// reader follows symbolic links as a training job's loader does, a writer (Owned) never.
//
// Blocking: all members but `where`, `info` and `counters` wait for the storage, however long it
// takes. What is measured goes through an Engine instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/units.h"
#include "storage/counters.h"
#include "storage/engine.h"
#include "storage/listing.h"
#include "storage/owned.h"
#include "storage/page_cache.h"

namespace aforo {

// What is known of the place since the store was opened; never asked again, so that a storage that
// hangs later does not take this with it. Empty text = unknown.
struct StoreInfo {
  // "ext4", "nfs4", "memory", "s3".
  std::string type;
  std::string device;  // "vda", "server:/export", "s3.example.com"
  Bytes capacity{0};   // of all that shares it; 0 = unknown
  // No storage below: its bytes lie in this machine's memory (tmpfs).
  bool memory_only = false;
  // Files lie compressed: what the kernel counts as read is fewer bytes than theirs.
  bool compressed = false;
  // aforo itself asks for it over a network, and not through a file system.
  bool remote = false;
};

// Room at this moment.
struct StoreSpace {
  // Of a place that takes whatever it is given.
  static constexpr Bytes kUnbounded{std::uint64_t{1} << 62};

  // For this user.
  Bytes free{0};
  // Smallest unit of allocation.
  Bytes block{4096};
  // Absent where the store makes room for names as needed.
  std::optional<std::uint64_t> free_files;
};

// Dropping what this machine remembers of the store's files, so that
// they are read from storage again.
class CacheControl {
 public:
  virtual ~CacheControl() = default;

  // All of this machine's clean cache, of every store, and names too.
  // Needs privileges; says why not.
  virtual CacheDrop drop_all() const = 0;

  // One file's clean data, its name stays known; false if it could not be done. Dirty
  // data stay: `flush` first.
  virtual bool drop(std::string_view name) const = 0;

  // Writes back what is dirty, as far as that works.
  virtual void flush() const = 0;

  // How much of a file is remembered; absent where nobody says.
  virtual std::optional<Residency> residency(std::string_view name) const = 0;

  // How far the kernel reads ahead of a file that is read front to back;
  // absent where it does not say.
  virtual std::optional<Bytes> readahead() const = 0;
};

// Called for a name right below the place; false ends the visit.
using TopSink = std::function<bool(std::string_view name, EntryKind kind)>;

// Of Store::list_versions.
using VersionSink = std::function<void(std::string_view name, std::uint64_t size, std::string_view version)>;

class Store {
 public:
  virtual ~Store() = default;

  // As it was named: "/mnt/x", "data", "s3://bucket/prefix".
  virtual const std::string& where() const = 0;
  virtual const StoreInfo& info() const = 0;

  // Whether data can be asked for here: 0, or an errno (ENOENT: no such
  // place, ENOTDIR: a file, EACCES, ...).
  virtual int check() const = 0;

  // Every file, to `sink`. Returns when all is told or a stop is requested; what could not be read
  // is counted. Memory is bounded, whatever the number of files.
  virtual Listing list(const ListOptions& options, const std::stop_token& stop,
                       const ListSink& sink) const = 0;

  // What lies right below, whatever it is, in no order; nothing where that cannot be listed.
  virtual void each_at_top(const TopSink& sink) const = 0;

  // For headers, indices and markers: opened once, read in as many pieces as wanted. Or an errno.
  virtual tl::expected<std::unique_ptr<StoreFile>, int> open(std::string_view name) const = 0;
  virtual tl::expected<std::uint64_t, int> size_of(std::string_view name) const = 0;
  // For who reads all of it, front to back, and knows its size (as it was listed): a store may save itself asking for it. An object of
  // another size is found out by then, at the first read (ESTALE).
  virtual tl::expected<std::unique_ptr<StoreFile>, int> open_whole(std::string_view name,
                                                                   std::uint64_t /*size*/) const {
    return open(name);
  }
  // Every file with its size and what tells it from others of its name (StoreFile::version); on this thread. 0, or an errno.
  virtual int list_versions(const VersionSink& sink) const;

  // What its bytes take on storage: less than its size where it has holes or is compressed there. The size
  // where nobody says.
  virtual tl::expected<std::uint64_t, int> allocated_of(std::string_view name) const { return size_of(name); }

  // An engine that reads here; it creates nothing (EROFS). `options.root` and `options.owned` are
  // the store's affair. The engine does not need the store any more. Throws UserError as
  // make_engine does.
  virtual EngineChoice engine(EngineKind kind, const EngineOptions& options) const = 0;

  // What lies here as to ownership; touches nothing. Throws UserError if it is no
  // directory or cannot be listed.
  virtual DirectoryLook look(std::string_view marker) const = 0;

  // The one way to write or delete here: the right to it, held as long as the answer lives. For
  // writing, the place is made if absent, and must be empty or ours; for removal, it must carry the
  // marker. Throws UserError if it is foreign, cannot be made, or another process holds it.
  virtual std::unique_ptr<Owned> own(std::string_view marker) = 0;
  virtual std::unique_ptr<Owned> own_for_removal(std::string_view marker) = 0;
  // For another process of the same job, beside the one that holds the right and longer than it is used here: the place must
  // carry the marker. They see to it that they do not write the same. Throws UserError where it does not.
  virtual std::unique_ptr<Owned> own_beside(std::string_view marker) = 0;

  // The places that `own` would make for this one, the outermost first: for who takes them away
  // again (remove_empty_place). Empty where it is there.
  virtual std::vector<std::string> places_to_make() const = 0;

  // Whether files can be made here, or in the nearest place above that is there: 0, or an errno (EACCES, EROFS).
  // Touches nothing; what only a write finds out (a server's own rules) it does not know.
  virtual int may_write() const = 0;

  // Null where this machine keeps nothing of the store.
  virtual const CacheControl* cache() const = 0;

  // This process's counters, and those of whoever counts the bytes below this store: absent, never
  // 0, where nobody does. Does not wait for the storage.
  virtual Counters counters() const = 0;
  // One of them, cheaply, for who looks often: Counters::process_bytes_read.
  virtual std::optional<std::uint64_t> process_bytes_read() const { return std::nullopt; }

  // The same place as it would be if whoever serves it took no time: reads of any name give as many bytes as are asked for,
  // whatever they are. What a client gets there is the ceiling of that client. Null where none is made: reading costs the
  // kernel, and EngineKind::kNull is the ceiling. Throws UserError where the machine refuses it.
  virtual std::unique_ptr<Store> at_no_cost() const { return nullptr; }

  // What check() met, as a sentence that ends a command; empty where the errno says it all.
  virtual std::string why() const { return {}; }

  // Throws UserError if it cannot be asked.
  virtual StoreSpace space() const = 0;
};

// Threads that ask a store one thing after another, each waiting for the answer: `asked`, or where that is 0 one per core,
// and of a remote one 16 at least, as they only wait. Chosen: beyond, few servers answer faster.
unsigned threads_for(const Store& store, unsigned asked);

// Up to buffer.size() bytes of a file at `offset`, opened for this alone: the bytes read, fewer
// only at its end, or an errno.
tl::expected<std::size_t, int> read_at(const Store& store, std::string_view name, std::uint64_t offset,
                                       std::span<std::byte> buffer);

// The whole of a regular file of at most `most` bytes, as text; or an errno (EFBIG).
tl::expected<std::string, int> read_text(const Store& store, std::string_view name, std::uint64_t most);

}  // namespace aforo
