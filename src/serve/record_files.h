// The Records and storage files that lie in one directory: what a server may read, and nothing else.
//
// Only regular files directly in it count, by a name that ends in .json (Records) or .yaml (storage files) and begins
// with no '.'; no link is followed, and the directory is the one that was there at the start whatever becomes of its
// name. Files are read anew each time; what the list says of one is kept until it changes.
//
// Safe for any number of threads: files are read one at a time; what was read lives with whoever asked. Failure: UserError.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/error.h"
#include "measure/record.h"

namespace aforo {

// No file of that name is there to be read.
class NoSuchFile : public UserError {
 public:
  using UserError::UserError;
};

class RecordFiles {
 public:
  // Of one file; of a directory. Chosen: ten times what a Record has; a page that is still read.
  static constexpr std::uint64_t kLargest = std::uint64_t{32} << 20;
  static constexpr std::size_t kMost = 1000;

  // Opens the directory. Throws UserError where there is none, or it cannot be read.
  explicit RecordFiles(const std::string& directory);
  ~RecordFiles();
  RecordFiles(const RecordFiles&) = delete;
  RecordFiles& operator=(const RecordFiles&) = delete;

  // {"directory", "records": [{"name", "command", "workload", "started", "au", "accelerators", "bytes_per_second",
  // "partial"}], "unreadable": [{"name", "why"}], "storages": [{"name"}], "left_out": how many more there are}, by
  // name. What a Record does not say is absent. `message` says what is missing where there is no Record.
  Json list();

  // The Record, judged: of this version's schema, and whole. Throws NoSuchFile.
  Json record(std::string_view name);
  // The content of a storage file or a workload file; not judged. Throws NoSuchFile.
  std::string yaml(std::string_view name);

 private:
  // What tells a file that was changed.
  struct Stamp {
    std::uint64_t device = 0, inode = 0, size = 0, changed_ns = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Seen {
    Stamp stamp;
    // Of `records`, or of `unreadable` where it has `why`.
    Json item;
  };
  struct Opened {
    Stamp stamp;
    std::string text;
  };

  // Its bytes; only its stamp where that is `known`.
  Opened open(std::string_view name, std::string_view ending, const Stamp* known = nullptr) const;
  const Json& seen(const std::string& name);

  std::string directory_;
  int fd_ = -1;
  std::mutex mutex_;
  std::map<std::string, Seen> seen_;
};

}  // namespace aforo
