// FileWriter: writes files one after another into an owned directory with the fewest system calls: open,
// write, close.
//
// A new file truncates an old one of the same name; missing directories are made. One writer per thread.
// Failure is data: every member returns 0 or an errno, and after a failure the file is closed and incomplete.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "storage/posix/owned_directory.h"

namespace aforo {

class FileWriter {
 public:
  static constexpr std::size_t kAlignment = 4096;

  // `owned` must outlive the writer. `direct`: O_DIRECT for as long as blocks are 4096-aligned in memory and
  // length; a file system that refuses it (EINVAL on open) is written buffered, see `direct_refused`.
  FileWriter(const OwnedDirectory& owned, bool direct) : owned_(owned), want_direct_(direct) {}
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  int open(const std::string& path);             // relative to the owned directory
  int append(std::span<const std::byte> block);  // at the end of the open file
  int close();

  bool direct_refused() const { return direct_refused_; }

 private:
  int write_all(std::span<const std::byte> block);
  int fail(int error);

  const OwnedDirectory& owned_;
  bool want_direct_;
  bool direct_now_ = false;
  bool direct_refused_ = false;
  int file_ = -1;
};

}  // namespace aforo
