// zip and npy, as much as it takes to find an array inside an npz and to prove that it is intact
// (PKWARE APPNOTE; numpy.lib.format):
//
//   zip = { local header, data }, central directory: { entry }, [zip64 end, its locator], end
//   npy = "\x93NUMPY", major, minor, length (2 bytes in version 1, else 4), dict, data
//   dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }" padded with spaces
//
// The central directory is read from the end of the file and believed; local headers only say where
// the data begin. Pure functions on spans, for bytes from anywhere: errors are half a sentence,
// every read is bounds-checked, nothing throws. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace aforo {

// One entry of the central directory.
struct ZipMember {
  std::string name;
  // 0 = stored, 8 = deflated; others are named, not understood.
  std::uint16_t method = 0;
  // CRC-32 of the uncompressed data.
  std::uint32_t crc = 0;
  // Bytes in the file, and uncompressed: equal if stored.
  std::uint64_t stored_size = 0;
  std::uint64_t size = 0;
  // Of the data, from the file's start.
  std::uint64_t data_offset = 0;
};

// The members of a zip file, from its central directory (zip64 too). `file` is the whole file. The
// error is half a sentence; every member returned lies inside `file`.
tl::expected<std::vector<ZipMember>, std::string> read_zip(std::span<const std::byte> file);

// What an npy file says of its array.
struct NpyHeader {
  // "|u1", "<f4": byte order, kind, bytes; empty for a structured type.
  std::string descr;
  // The first axis varies fastest: its rows do not lie together.
  bool fortran_order = false;
  // Empty = scalar.
  std::vector<std::uint64_t> shape;
  // From the start of the npy file.
  std::uint64_t data_offset = 0;

  // Bytes of the array's data; nothing for types of unknown size ("O", structured) or when it would
  // overflow. "U" counts characters of four bytes.
  std::optional<std::uint64_t> data_bytes() const;
};

// The header of an npy file (versions 1 to 3). `file` may be only its beginning, the whole header
// included. Whether the data are there is not looked at.
tl::expected<NpyHeader, std::string> read_npy_header(std::span<const std::byte> file);

// Proves a whole npz: every stored member's CRC-32, and for .npy members a header that agrees with
// the size. Compressed members are only known to lie inside the file.
tl::expected<void, std::string> check_npz(std::span<const std::byte> file);

}  // namespace aforo
