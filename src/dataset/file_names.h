// FileNames: what the files are called that somebody refers to by number.
//
// Immutable after it is built and thread-safe: every I/O loop asks the same one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace aforo {

using FileId = std::uint64_t;

class FileNames {
 public:
  virtual ~FileNames() = default;

  // Path of `file`, relative to the directory (or prefix) that they all lie in, without allocating.
  // `kMaxPath` bytes always suffice. Returns the length; the text is NUL-terminated in `out`.
  static constexpr std::size_t kMaxPath = 4096;
  virtual std::size_t path(FileId file, std::span<char, kMaxPath> out) const = 0;
  std::string path(FileId file) const;
};

}  // namespace aforo
