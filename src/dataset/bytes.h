// Little-endian words in byte buffers, and text as bytes and back. Pure, thread-safe; the caller
// guarantees the room, and that a view does not outlive what it looks at.
//
// By memcpy: a word in a file stands at any address, and a compiler makes one instruction of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace aforo {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "the formats are written for little-endian machines");

// The `sizeof(Word)` bytes from `at` on; `Word` is an unsigned integer of 1, 2, 4 or 8 bytes.
template <class Word>
Word load_le(const std::byte* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// The inverse. The type of the argument says how many bytes are written: cast a literal.
template <class Word>
void store_le(std::byte* at, Word word) {
  std::memcpy(at, &word, sizeof word);
}

// Views, nothing is copied.
inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace aforo
