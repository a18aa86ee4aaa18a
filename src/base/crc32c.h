// CRC-32C (Castagnoli, RFC 3720) at memory speed (ISA-L): of TFRecord, of what aforo itself writes, and of object stores. Pure,
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace aforo {

// Continues: crc32c(b, crc32c(a)) is the checksum of a followed by b. 0 for no bytes. O(bytes).
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

// ISA-L's AVX-512 routines return with the upper halves of the vector registers in use. Every SSE
// instruction that the thread executes afterwards then waits for them: measured, a logarithm takes
// ten times as long. Until this clears them, once after each call of such a routine.
void leave_vector_code();

}  // namespace aforo
