#include "plan/gamma_law.h"

#include <cmath>

namespace aforo {
namespace {

constexpr int kMostTerms = 500;       // enough for shapes up to 200, anywhere
constexpr double kTolerance = 1e-11;  // of a term over the sum: 1e-9 is promised

double series(double shape, double x) {
  double term = 1 / shape, sum = term;
  for (int n = 1; n < kMostTerms && term > sum * kTolerance; ++n) {
    term *= x / (shape + n);
    sum += term;
  }
  return sum;
}

// Lentz's evaluation of 1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- ...
double fraction(double shape, double x) {
  constexpr double kTiny = 1e-300;  // instead of 0, so that nothing is divided by it (Lentz's method)
  double b = x + 1 - shape, c = 1 / kTiny, d = 1 / b, value = d;
  for (int n = 1; n < kMostTerms; ++n) {
    const double a = -n * (n - shape);
    b += 2;
    d = a * d + b;
    if (std::abs(d) < kTiny) d = kTiny;
    c = b + a / c;
    if (std::abs(c) < kTiny) c = kTiny;
    d = 1 / d;
    value *= d * c;
    if (std::abs(d * c - 1) < kTolerance) break;
  }
  return value;
}

}  // namespace

GammaLaw::GammaLaw(double shape) : shape_(shape) {
  int sign = 0;
  log_gamma_ = ::lgamma_r(shape, &sign);
}

double GammaLaw::cdf(double x) const {
  if (x <= 0) return 0;
  const double front = std::exp(shape_ * std::log(x) - x - log_gamma_);
  if (x < shape_ + 1) return front * series(shape_, x);
  return 1 - front * fraction(shape_, x);
}

}  // namespace aforo
