// tar, as WebDataset shards use it: members
// "<sample>.<extension>", read however they were written.
//
//   archive = member, ..., 2 blocks of zeros          a block is 512 bytes
//   member  = [extension, ...] header, data, zeros up to a whole block
//   header  = one block; octal text unless noted:
//
//     0  100  name                     148    8  sum of the block's bytes, these as spaces
//   100    8  mode                     156    1  type: '0' or NUL file, '5' directory, ...
//   124   12  size, or base-256        257    6  "ustar" NUL (zeros in tars of before POSIX, v7)
//   136   12  time                     345  155  what stands before name and a '/'
//
// An extension is a header of type 'L', 'K' (GNU: a long name, a long link) or 'x', 'g' (pax:
// "length key=value\n" records) with its data. A member of type 'S' (GNU) is a file with holes: its size is
// what is stored, and while byte 482 of the header, then byte 504 of the block that follows, is not 0, a
// block that goes on with the map of holes comes before the data. Generated are headers with name, size, mode 0644 and
// zeros for who and when, so that the same dataset is the same bytes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "dataset/extent.h"
#include "dataset/format.h"
#include "dataset/shard_oddities.h"

namespace aforo {

inline constexpr std::uint64_t kTarBlock = 512;
// Zeros that end an archive.
inline constexpr std::uint64_t kTarEnd = 2 * kTarBlock;

// What `size` bytes of a member take, zeros to the next block included.
constexpr std::uint64_t padded_to_block(std::uint64_t size) {
  return (size + kTarBlock - 1) / kTarBlock * kTarBlock;
}

// Generated members (header, content, padding) whose file is of
// `content`. Throws UserError like content_format.
const SampleFormat& tar_format(Content content);

// One file, directory or link of an archive. Offsets are from the archive's start.
struct TarMember {
  // As the archive says it, a long one too: from outside, and not to be opened as a path.
  std::string name;
  // Of the first header that belongs to it, extensions included.
  std::uint64_t header_offset = 0;
  std::uint64_t data_offset = 0;
  // Bytes of data, padding not included; 0 if it is not regular.
  std::uint64_t size = 0;
  // A file with data, not a directory, link or device.
  bool regular = true;
  bool directory = false;
};

// Whether WebDataset's readers take a member: a file whose base name has something before its first dot and
// something behind it (so neither "README" nor macOS's "._a.jpg"), and that is no metadata ("__x__" at the top,
// or in a directory of such a name).
bool is_webdataset_member(const TarMember& member);

// WebDataset's samples: of the members that its readers take, neighbouring ones whose names agree up to the
// first dot after the last slash are one sample, from its first header to the end of its last padding. What
// lies between two of them counts to none, between its parts to the sample. Where `odd` is given, what readers pass
// over, and names that may not have been meant so, are added to it.
std::vector<Extent> webdataset_samples(std::span<const TarMember> members, ShardOddities* odd = nullptr);

// Finds members in consecutive blocks of one archive, however the blocks cut them. Understands
// v7, ustar, GNU long names and files with holes, pax names and sizes. Memory: one header or one name. After an error the
// rest has no meaning.
class TarScanner {
 public:
  // Appends every member whose header `block` completes. The error is half a sentence with the
  // byte, and stays: a header that is none, an extension above 1 MiB, a size beyond 2^63. What
  // follows the first block of zeros is not looked at.
  tl::expected<void, std::string> feed(std::span<const std::byte> block, std::vector<TarMember>& found);

  // Whether the mark that ends an archive was seen.
  bool ended() const { return ended_; }

  // Call after the last block: an error if the archive ended inside a member.
  tl::expected<void, std::string> finish() const;

 private:
  tl::expected<void, std::string> take_header(std::vector<TarMember>& found);
  void take_extension();
  void take_map(std::vector<TarMember>& found);

  // Bytes fed so far.
  std::uint64_t offset_ = 0;
  std::uint64_t header_offset_ = 0;
  // Of the current member or extension: first its data, then the zeros behind them.
  std::uint64_t data_left_ = 0;
  std::uint64_t padding_ = 0;
  // The header or extension being read.
  std::string gathered_;
  // Type of the extension being read, 0 = none.
  char extension_ = 0;
  // An extension header precedes the next member.
  bool extended_ = false;
  // A block of zeros was seen.
  bool ended_ = false;
  // A member with holes whose map goes on: told when it ends.
  std::optional<TarMember> mapped_;
  // What extensions said of the next member; "" and false = nothing.
  std::string long_name_;
  std::uint64_t long_size_ = 0;
  bool has_long_size_ = false;
  std::string error_;
};

// True if `block` (512 bytes) is a tar header: its checksum and its magic agree; without a magic (v7) also what
// else a header must hold.
bool is_tar_header(std::span<const std::byte> block);

}  // namespace aforo
