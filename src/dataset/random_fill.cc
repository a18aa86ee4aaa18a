// The random stream behind every generated sample: see fill_random in payload.h.
#include <algorithm>
#include <cstring>

#include "base/random.h"
#include "dataset/payload.h"

namespace aforo {
namespace {

// Part of what the bytes are: another size would make other datasets. 512 words pay for the 32 that
// seed them, and aligned reads ask for whole blocks.
constexpr std::size_t kBlockBytes = 4096;
using Words = std::uint64_t __attribute__((vector_size(32)));

// Eight lanes of xoshiro256+ (Blackman, Vigna 2018) in two vectors: the sum is the output, the
// shuffle the step.
struct Lanes {
  Words s0, s1, s2, s3;
};

[[gnu::always_inline]] inline void step(Lanes& s, std::byte* out) {
  const Words value = s.s0 + s.s3;
  std::memcpy(out, &value, sizeof value);
  const Words t = s.s1 << 17;
  s.s2 ^= s.s0;
  s.s3 ^= s.s1;
  s.s1 ^= s.s2;
  s.s0 ^= s.s3;
  s.s2 ^= t;
  s.s3 = (s.s3 << 45) | (s.s3 >> 19);
}

[[gnu::always_inline]] inline void fill_block_body(std::uint64_t seed, std::byte* out) {
  alignas(32) std::uint64_t words[32];
  for (std::uint64_t i = 0; i < 32; ++i) words[i] = mix64(seed + i);
  Lanes a, b;
  std::memcpy(&a, words, sizeof a);
  std::memcpy(&b, words + 16, sizeof b);
  for (std::size_t at = 0; at < kBlockBytes; at += 2 * sizeof(Words)) {
    step(a, out + at);
    step(b, out + at + sizeof(Words));
  }
}

__attribute__((target("avx2"))) void fill_block_avx2(std::uint64_t seed, std::byte* out) {
  fill_block_body(seed, out);
}
void fill_block_plain(std::uint64_t seed, std::byte* out) { fill_block_body(seed, out); }

}  // namespace

void fill_random(std::uint64_t key, std::uint64_t offset, std::span<std::byte> out) {
  const auto fill_block = __builtin_cpu_supports("avx2") ? fill_block_avx2 : fill_block_plain;
  while (!out.empty()) {
    const std::uint64_t seed = mix64(key, offset / kBlockBytes);
    const std::size_t skip = offset % kBlockBytes;
    const std::size_t part = std::min(out.size(), kBlockBytes - skip);
    if (part == kBlockBytes) {
      fill_block(seed, out.data());
    } else {
      alignas(64) std::byte block[kBlockBytes];
      fill_block(seed, block);
      std::memcpy(out.data(), block + skip, part);
    }
    offset += part;
    out = out.subspan(part);
  }
}

}  // namespace aforo
