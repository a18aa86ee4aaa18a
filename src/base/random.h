// Seeded randomness: the same seed gives the same numbers on every machine, in every thread layout.
//
// Distributions are our own (std:: ones differ between libraries), and use log, cos, sqrt and pow
// of the C library: the same bits wherever that rounds alike.
#pragma once

#include <cstdint>

namespace aforo {

// One mixing step of SplitMix64 (Steele, Lea, Flood 2014): a bijection that turns a
// counter into a random word.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// Hash of several words, order-sensitive: seeds for (seed, epoch, rank ...). No
// inverse and no secret.
constexpr std::uint64_t mix64(std::uint64_t a, std::uint64_t b) { return mix64(mix64(a) ^ b); }
constexpr std::uint64_t mix64(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return mix64(mix64(a, b), c);
}

// xoshiro256++ 1.0 (Blackman, Vigna 2019): period 2^256 - 1, 32 bytes, about a nanosecond a
// word. A UniformRandomBitGenerator. Not thread-safe; a copy goes on from the same place,
// with the same numbers.
class Random {
 public:
  using result_type = std::uint64_t;
  // Any seed is good, 0 too: the state is SplitMix64's first four words after it, never all zero.
  explicit Random(std::uint64_t seed);
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }
  std::uint64_t operator()();
  double uniform();       // [0, 1), 53 random bits
  double uniform_open();  // (0, 1): safe under log()
  // Mean 0, standard deviation 1 (Box-Muller, one value per call).
  double normal();
  double exponential();  // mean 1
  // Scale 1, shape > 0 (Marsaglia, Tsang 2000).
  double gamma(double shape);
  // Uniform in [0, n), n > 0, without bias (Lemire 2019).
  std::uint64_t below(std::uint64_t n);

 private:
  std::uint64_t s_[4];
};

// A pseudorandom permutation of [0, n), computed point by point in O(1) memory.
//
// A Feistel network over the bits of n - 1 (halves of different size where they are odd) with cycle
// walking (Black, Rogaway 2002): expected at most two evaluations per point, about 20 ns. Up to 16
// elements it is the shuffle itself, every order equally likely. A bijection for every n >= 1 and
// every seed; the permutation of another n is another one. Immutable, thread-safe. Good to spread
// load, not to keep secrets.
class Permutation {
 public:
  // n = 0 is allowed and has no point to ask for.
  Permutation(std::uint64_t n, std::uint64_t seed);
  std::uint64_t size() const { return n_; }
  // Where `index` goes. Requires index < n: beyond it the answer means nothing.
  std::uint64_t operator()(std::uint64_t index) const;

 private:
  static constexpr int kRounds = 6;
  template <class Round>
  std::uint64_t walk(std::uint64_t index, Round round) const;

  std::uint64_t n_;
  std::uint64_t left_mask_, right_mask_;
  int right_bits_;
  std::uint64_t keys_[kRounds];
};

}  // namespace aforo
