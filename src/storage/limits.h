// What every engine that makes system calls holds to alike, so that two of them can be compared.
// Constants, pure.
#pragma once

#include <cstdint>

namespace aforo {

// Bytes of one call at most; longer reads and writes are cut. Chosen: a piece that comes from page
// cache is copied inside the submitting call, and the loop waits for it.
inline constexpr std::uint64_t kLongestPiece = 1u << 20;
// Past the page cache nothing is copied, and the device works on the parts of a long piece at once.
inline constexpr std::uint64_t kLongestDirectPiece = 8u << 20;
constexpr std::uint64_t longest_piece(bool direct) { return direct ? kLongestDirectPiece : kLongestPiece; }

// Of offsets, lengths and memory under O_DIRECT, bytes: the largest logical block that drives
// commonly have. Larger ones answer EINVAL, which is then the request's error.
inline constexpr std::uint64_t kDirectAlignment = 4096;

// The next multiple of kDirectAlignment, n itself if it is one.
constexpr std::uint64_t align_up(std::uint64_t n) {
  return (n + kDirectAlignment - 1) & ~(kDirectAlignment - 1);
}

// Seconds that a destructor waits for what hangs before it leaves it alone. Chosen: a person waits
// so long for a program to end.
inline constexpr double kLongestGoodbye = 5;

// Seconds between looks for requests that are too old. Chosen: by so much a timeout comes late.
inline constexpr double kSweepInterval = 0.1;

// Seconds that a wait takes at most: a patience without end would overflow its clock. Its end is a
// needless wake.
inline constexpr double kLongestSleep = 3600;

}  // namespace aforo
