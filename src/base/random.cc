#include "base/random.h"

#include <array>
#include <bit>
#include <cmath>
#include <numbers>

namespace aforo {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr double kTwoToMinus53 = 0x1.0p-53;  // one unit of the 53 bits of a double's fraction
// As many places as a 64-bit key holds in hexadecimal digits: so few elements are a table, drawn exactly.
constexpr std::uint64_t kTableSize = 16;

}  // namespace

Random::Random(std::uint64_t seed) {
  // mix64(seed + k * golden) is the SplitMix64 sequence, the seeding its authors recommend;
  // it is never all zero.
  for (int i = 0; i < 4; ++i) s_[i] = mix64(seed + static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15ULL);
}

std::uint64_t Random::operator()() {
  const std::uint64_t result = std::rotl(s_[0] + s_[3], 23) + s_[0];
  const std::uint64_t t = s_[1] << 17;
  s_[2] ^= s_[0];
  s_[3] ^= s_[1];
  s_[1] ^= s_[2];
  s_[0] ^= s_[3];
  s_[2] ^= t;
  s_[3] = std::rotl(s_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>((*this)() >> 11) * kTwoToMinus53; }

double Random::uniform_open() { return (static_cast<double>((*this)() >> 12) + 0.5) * (2 * kTwoToMinus53); }

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(uniform_open()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double Random::exponential() { return -std::log(uniform_open()); }

double Random::gamma(double shape) {
  // Below shape 1: gamma(shape) = gamma(shape + 1) * U^(1/shape).
  if (shape < 1.0) {
    const double boosted = gamma(shape + 1.0);
    return boosted * std::pow(uniform_open(), 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = normal();
    const double base = 1.0 + c * x;
    if (base <= 0.0) continue;
    const double v = base * base * base;
    if (std::log(uniform_open()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

std::uint64_t Random::below(std::uint64_t n) {
  Wide product = static_cast<Wide>((*this)()) * n;
  auto low = static_cast<std::uint64_t>(product);
  if (low < n) {
    const std::uint64_t threshold = (0 - n) % n;
    while (low < threshold) {
      product = static_cast<Wide>((*this)()) * n;
      low = static_cast<std::uint64_t>(product);
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

Permutation::Permutation(std::uint64_t n, std::uint64_t seed) : n_(n) {
  const int bits = n > 1 ? static_cast<int>(std::bit_width(n - 1)) : 0;
  right_bits_ = bits / 2;
  left_mask_ = (std::uint64_t{1} << (bits - right_bits_)) - 1;
  right_mask_ = (std::uint64_t{1} << right_bits_) - 1;
  for (int i = 0; i < kRounds; ++i) keys_[i] = mix64(seed, n, static_cast<std::uint64_t>(i));
  if (n <= kTableSize) {
    // Few elements: the order itself, drawn exactly (Durstenfeld 1964), one hexadecimal digit per element.
    Random random(mix64(seed, n));
    std::array<std::uint64_t, kTableSize> order{};
    for (std::uint64_t i = 0; i < n; ++i) {
      const std::uint64_t j = random.below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    keys_[0] = 0;
    for (std::uint64_t i = 0; i < n; ++i) keys_[0] |= order[i] << (4 * i);
  }
}

template <class Round>
std::uint64_t Permutation::walk(std::uint64_t index, Round round) const {
  do {
    std::uint64_t left = index >> right_bits_;
    std::uint64_t right = index & right_mask_;
    for (int i = 0; i < kRounds; i += 2) {
      left ^= round(right, keys_[i]) & left_mask_;
      right ^= round(left, keys_[i + 1]) & right_mask_;
    }
    index = (left << right_bits_) | right;
  } while (index >= n_);
  return index;
}

std::uint64_t Permutation::operator()(std::uint64_t index) const {
  if (n_ <= kTableSize) return (keys_[0] >> (4 * index)) & 15;
  if (left_mask_ <= 15) {
    // Up to four bits a half: the key itself is the table of a random function, which tiny domains need.
    return walk(index, [](std::uint64_t half, std::uint64_t key) { return key >> (4 * half); });
  }
  // Multiply-shift hashing with a random odd multiplier: bits 32 and up depend on every bit of the half.
  return walk(index, [](std::uint64_t half, std::uint64_t key) {
    return ((half ^ std::rotl(key, 32)) * (key | 1)) >> 32;
  });
}

}  // namespace aforo
