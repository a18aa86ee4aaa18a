// Owned: the right to write and delete in one place, and the only means to. It is a Store's to
// give, for a place that carries a marker or is empty, and is held by one process at a time.
//
// Nothing outside the place is ever written or deleted: names are relative, and ".." or a symbolic
// link on the way is an error (EXDEV, ELOOP). What ends the command is thrown as UserError when the
// right is asked for; what happens while writing (ENOSPC, EIO) is an errno in the result. All
// members but `replace_marker` and `remove_marker` may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "storage/engine.h"

namespace aforo {

// A file that is open for reading, blocking, by one thread at a time.
class StoreFile {
 public:
  virtual ~StoreFile() = default;

  // Tells that pieces will be read here and there, so that nothing is read ahead in vain. A hint:
  // it changes no answer and cannot fail.
  virtual void expect_jumps() {}

  // Bytes, as it was when the file was opened.
  virtual std::uint64_t size() const = 0;

  // What tells it from another file of that name and size (an ETag), once something was read of it; empty where nothing does.
  virtual std::string version() const { return {}; }

  // Fills `buffer` from `offset` on: the bytes read, fewer only at the file's end, or an errno.
  virtual tl::expected<std::size_t, int> read(std::uint64_t offset, std::span<std::byte> buffer) = 0;
};

// Whether aforo may write in a place. Absent and empty become ours by writing the marker first.
enum class Ownership {
  // Nothing there.
  kAbsent,
  // A directory with nothing in it (a filesystem's lost+found aside).
  kEmpty,
  kOurs,     // carries the marker
  kForeign,  // holds files and no marker
};

// Foreign names in a message: chosen, enough to recognise the place by.
inline constexpr std::size_t kMostNamed = 4;

// The answer, and for a sentence what stands in the way.
struct DirectoryLook {
  Ownership ownership = Ownership::kAbsent;
  // kForeign: the first kMostNamed names found.
  std::vector<std::string> others;
};

// What a name stands for, links not followed.
enum class EntryKind { kNothing, kFile, kDirectory, kLink, kOther };
struct StoreEntry {
  EntryKind kind = EntryKind::kNothing;
  // Bytes; only of kFile.
  std::uint64_t size = 0;
};

// The right itself: whoever holds the object has it, alone, until the object ends. What blocks:
// every member, as long as the storage takes.
class Owned {
 public:
  // Gives the right back. What was written stays as it is.
  virtual ~Owned() = default;

  // An engine that creates and writes here; it ends before this does. Throws UserError as
  // make_engine does. `options.root` and `options.owned` are set here, whatever they were.
  virtual EngineChoice engine(EngineKind kind, const EngineOptions& options) const = 0;

  // kNothing also where it cannot be asked for, as through a link.
  virtual StoreEntry look(const std::string& name) const = 0;

  // A file to be compared with what would be written: never through a link, never waiting
  // for a FIFO. Or an errno.
  virtual tl::expected<std::unique_ptr<StoreFile>, int> open(const std::string& name) const = 0;

  // False: directories are parts of names alone, which are neither made nor removed, nor links.
  virtual bool has_directories() const { return true; }

  // Makes the directories on the way to `name`, where the store has any; those that are there are
  // no error, so threads may do it side by side. 0 or an errno.
  virtual int make_way(const std::string& name) const = 0;

  // Each 0 or an errno. Only regular files (EISDIR, ELOOP, EINVAL), only empty directories; what is
  // not there is no error.
  virtual int remove_file(const std::string& name) const = 0;
  virtual int remove_directory(const std::string& name) const = 0;

  // Replaces the marker in one step: a reader, or who comes after a crash or a power cut, finds the
  // old text or the new one, never a part. The text is on storage before it gets its name, and the
  // name when this returns. 0 or an errno; then too, one of them stands whole.
  virtual int replace_marker(std::string_view text) const = 0;
  // What replace_marker met last, as a sentence that ends a command; empty where the errno says it all.
  virtual std::string why() const { return {}; }
  // The last step of a removal: from here on the place is nobody's. 0 or an errno (ENOENT).
  virtual int remove_marker() const = 0;

  // All that was written here to storage, by whatever engine, names too; 0 or an errno.
  virtual int sync() const = 0;
};

}  // namespace aforo
