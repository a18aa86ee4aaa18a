#include "dataset/checksum.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace aforo {
namespace {

// ISA-L's AVX-512 routines return with the upper halves of the vector registers in use. Every SSE
// instruction that the thread executes afterwards then waits for them: measured, a logarithm takes
// ten times as long. Until they are cleared, once after each call.
__attribute__((target("avx"))) void clear_upper_halves() { __builtin_ia32_vzeroupper(); }
void leave_vector_code() {
  if (__builtin_cpu_supports("avx")) clear_upper_halves();
}

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // ISA-L counts this one in int
  std::uint32_t state = ~before;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kMost));
    auto* data =
        reinterpret_cast<unsigned char*>(const_cast<std::byte*>(part.data()));  // read only, not declared so
    state = crc32_iscsi(data, static_cast<int>(part.size()), state);
    bytes = bytes.subspan(part.size());
  }
  leave_vector_code();
  return ~state;
}

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
