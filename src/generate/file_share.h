// Which files of a dataset are one host's, where several lay it together.
//
// They are dealt in turn, a few at a time: hosts that are about as fast stay beside each other, so that one number
// still says up to where everything is written.
#pragma once

#include <cstdint>

#include "dataset/generated_layout.h"

namespace aforo {

// Pure; a few numbers.
class FileShare {
 public:
  // All of them.
  FileShare() = default;
  // `unit` files (>= 1) in turn to each of `hosts`, of which this is one's.
  FileShare(std::uint64_t unit, std::uint32_t host, std::uint32_t hosts)
      : unit_(unit), before_(unit * host), round_(unit * hosts) {}

  // How many of the share's files are below `end`.
  std::uint64_t below(FileId end) const {
    const std::uint64_t rest = end % round_;
    return end / round_ * unit_ + (rest < before_ ? 0 : rest - before_ < unit_ ? rest - before_ : unit_);
  }
  // Its n-th file, ascending.
  FileId operator[](std::uint64_t n) const { return n / unit_ * round_ + before_ + n % unit_; }

 private:
  std::uint64_t unit_ = 1, before_ = 0, round_ = 1;
};

// How many files a thread takes at a time: about 8 MiB of them, 1 to 1000, so that a kill leaves
// little to do again and claiming costs little beside writing.
std::uint64_t files_per_claim(const GeneratedLayout& layout);

// Host `host`'s of `hosts`. A directory is one host's where there are enough of them, as a shared file system lets one at a
// time make files in it; in any case hosts get about as many files.
FileShare share_of(const GeneratedLayout& layout, std::uint32_t host, std::uint32_t hosts);

}  // namespace aforo
