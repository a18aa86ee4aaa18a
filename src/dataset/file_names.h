// FileNames: what the files are called that somebody refers to by number. The pipeline passes
// numbers; only who opens a file asks for its name, once, into a buffer of its own.
//
// Immutable after it is built and thread-safe: every I/O loop asks the same one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace aforo {

// Which file, from 0; what it numbers (a dataset's files, a job's checkpoints) the FileNames says.
using FileId = std::uint64_t;

class FileNames {
 public:
  virtual ~FileNames() = default;

  // Path of `file`, relative to the directory (or prefix) that they all lie in,
  // '/' between parts, without allocating. `kMaxPath` bytes (Linux's PATH_MAX)
  // always suffice: whoever builds the names sees to it. Returns the length;
  // the text is NUL-terminated in `out`. Requires that there is such a file.
  static constexpr std::size_t kMaxPath = 4096;
  virtual std::size_t path(FileId file, std::span<char, kMaxPath> out) const = 0;
  // The same as a string, for whoever is not in a hurry.
  std::string path(FileId file) const;
};

}  // namespace aforo
