// tar, as WebDataset shards use it: ustar members "<sample>.<extension>", read however they were written.
#pragma once

#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "dataset/extent.h"
#include "dataset/format.h"

namespace aforo {

inline constexpr std::uint64_t kTarBlock = 512;
inline constexpr std::uint64_t kTarEnd = 2 * kTarBlock;  // zeros that end an archive

// Generated members (header, content, padding) whose file is of `content`. Throws UserError like
// content_format.
const SampleFormat& tar_format(Content content);

struct TarMember {
  std::string name;
  std::uint64_t header_offset = 0;  // of the first header that belongs to it
  std::uint64_t data_offset = 0;
  std::uint64_t size = 0;
  bool regular = true;  // a file with data, not a directory or link
};

// WebDataset's samples: neighbouring files whose names agree up to the first dot after the last slash are one
// sample, from its first header to the end of its last padding. Directories and links belong to none.
std::vector<Extent> webdataset_samples(std::span<const TarMember> members);

// Finds members in consecutive blocks of one archive, however the blocks cut them. Understands ustar, GNU
// long names and pax names and sizes. Memory: one header or one name. After an error the rest has no meaning.
class TarScanner {
 public:
  // Appends every member whose header `block` completes. The error is half a sentence.
  tl::expected<void, std::string> feed(std::span<const std::byte> block, std::vector<TarMember>& found);

  // Call after the last block: an error if the archive ended inside a member.
  tl::expected<void, std::string> finish() const;

 private:
  tl::expected<void, std::string> take_header(std::vector<TarMember>& found);
  void take_extension();

  std::uint64_t offset_ = 0;  // bytes fed so far
  std::uint64_t header_offset_ = 0;
  std::uint64_t data_left_ = 0;  // of the current member, padding included
  std::uint64_t padding_ = 0;
  std::string gathered_;   // the header or extension being read
  char extension_ = 0;     // type of the extension being read, 0 = none
  bool extended_ = false;  // an extension header precedes the next member
  bool ended_ = false;
  std::string long_name_;
  std::uint64_t long_size_ = 0;
  bool has_long_size_ = false;
  std::string error_;
};

// True if `block` (512 bytes) is a tar header: its checksum and its magic agree.
bool is_tar_header(std::span<const std::byte> block);

}  // namespace aforo
