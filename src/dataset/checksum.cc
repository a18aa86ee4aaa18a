#include "dataset/checksum.h"

#include <isa-l/crc.h>

namespace aforo {

std::uint32_t crc32_zip(std::span<const std::byte> bytes, std::uint32_t before) {
  if (bytes.empty()) return before;
  const auto crc =
      crc32_gzip_refl(before, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  leave_vector_code();
  return crc;
}

std::uint32_t forge_crc32_zip(std::uint32_t before, std::uint32_t wanted) {
  // 0x04c11db7, its bits the other way round, as the register holds them.
  constexpr std::uint32_t kPolynomial = 0xedb88320U;
  std::uint32_t state = ~wanted;
  for (int bit = 0; bit < 32; ++bit) {
    // Only a step that subtracted the polynomial sets the top bit.
    const bool divided = (state & 0x80000000U) != 0;
    state = divided ? ((state ^ kPolynomial) << 1) | 1U : state << 1;
  }
  return state ^ ~before;
}

}  // namespace aforo
