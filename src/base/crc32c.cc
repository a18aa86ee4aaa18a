#include "base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace aforo {
namespace {

__attribute__((target("avx"))) void clear_upper_halves() { __builtin_ia32_vzeroupper(); }

}  // namespace

void leave_vector_code() {
  if (__builtin_cpu_supports("avx")) clear_upper_halves();
}

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

}  // namespace aforo
