// The largest of n draws of the standard normal law, n >= 1 and not always whole: what of it lies above a place,
// for integrals over laws whose draws are polynomials of the normal one's.
#pragma once

#include <array>
#include <vector>

namespace aforo {

class LargestNormal {
 public:
  static constexpr std::size_t kPowers = 5;

  // Some 50 us: of() keeps them.
  explicit LargestNormal(double n);

  // That of `n`, of each thread's own and valid until its next call.
  static const LargestNormal& of(double n);

  // P(largest > z) is 1 below low() and 0 above high(), to 1e-9.
  double low() const { return low_; }
  double high() const { return high_; }

  // int from z to high() of P(largest > t) t^k dt for k = 0, 1, ..., within 1e-7 (1e-5 of the highest);
  // z in [low(), high()].
  std::array<double, kPowers> above(double z) const;

 private:
  struct Node {
    double p = 0;  // P(largest > z)
    std::array<double, kPowers> above{};
  };

  double n_, low_ = 0, high_ = 0;
  std::vector<Node> nodes_;  // from low_ to high_, evenly
};

}  // namespace aforo
