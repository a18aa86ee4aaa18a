// The checksums of the formats, at memory speed (ISA-L). Pure, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/crc32c.h"

namespace aforo {

// CRC-32 of zip, gzip and PNG (ISO 3309, polynomial 0x04c11db7). Continues as crc32c does.
std::uint32_t crc32_zip(std::span<const std::byte> bytes, std::uint32_t before = 0);

// How TFRecord stores a CRC-32C: rotated by 15 bits and offset, so that a checksum of data holding
// checksums stays useful.
constexpr std::uint32_t mask_crc(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; }

// The four bytes (as a little-endian word) that, appended to data with CRC-32 `before`, give CRC-32
// `wanted`. They always exist, and are the only ones. 32 steps, whatever the data's size.
//
// A CRC register can be run backwards, so the end of a member may be
// chosen for a checksum that already stands in the zip header before it:
// that is how an npz of any size is written in one pass.
std::uint32_t forge_crc32_zip(std::uint32_t before, std::uint32_t wanted);

}  // namespace aforo
