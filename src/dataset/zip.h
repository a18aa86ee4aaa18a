// zip and npy, as much as it takes to find an array inside an npz and to prove that it is intact.
// Pure functions on spans; views point into the span given. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace aforo {

struct ZipMember {
  std::string name;
  std::uint16_t method = 0;  // 0 = stored
  std::uint32_t crc = 0;     // CRC-32 of the uncompressed data
  std::uint64_t stored_size = 0;
  std::uint64_t size = 0;  // uncompressed
  std::uint64_t data_offset = 0;
};

// The members of a zip file, from its central directory (zip64 too). `file` is the whole file. The error is
// half a sentence; every member returned lies inside `file`.
tl::expected<std::vector<ZipMember>, std::string> read_zip(std::span<const std::byte> file);

struct NpyHeader {
  std::string descr;  // "|u1"
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;  // empty = scalar
  std::uint64_t data_offset = 0;     // from the start of the npy file

  // Bytes of the array's data; nothing for types of unknown size ("O", structured) or when it would overflow.
  std::optional<std::uint64_t> data_bytes() const;
};

// The header of an npy file (versions 1 to 3). `file` may be only its beginning.
tl::expected<NpyHeader, std::string> read_npy_header(std::span<const std::byte> file);

// Proves a whole npz: every stored member's CRC-32, and for .npy members a header that agrees with the size.
tl::expected<void, std::string> check_npz(std::span<const std::byte> file);

}  // namespace aforo
