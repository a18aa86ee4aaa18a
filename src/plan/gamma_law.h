// The gamma law's distribution function. Pure and thread-safe.
#pragma once

namespace aforo {

// P(X <= x) for a gamma law of that shape > 0 and scale 1 (0 for x <= 0): the regularised lower
// incomplete gamma function, by its series below shape + 1 and its continued fraction above
// (Abramowitz, Stegun 6.5.29, 6.5.31), within 1e-9; by the cube root of Wilson and Hilferty (1931)
// for shapes above 200, within 1e-4.
//
// What depends on the shape alone is reckoned once.
class GammaLaw {
 public:
  explicit GammaLaw(double shape);
  double cdf(double x) const;

 private:
  double shape_;
  double log_gamma_ = 0;         // ln of the gamma function at the shape
  double centre_ = 0, per_ = 0;  // of a large shape: the cube root's mean, and 1 / its deviation
};

}  // namespace aforo
