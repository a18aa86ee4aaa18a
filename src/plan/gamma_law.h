// The gamma law's distribution function. Pure and thread-safe.
#pragma once

namespace aforo {

// P(X <= x) for a gamma law of that shape in (0, 200] and scale 1 (0 for x <= 0): the regularised lower
// incomplete gamma function, by its series below shape + 1 and its continued fraction above
// (Abramowitz, Stegun 6.5.29, 6.5.31), within 1e-9.
//
// What depends on the shape alone is reckoned once.
class GammaLaw {
 public:
  explicit GammaLaw(double shape);
  double cdf(double x) const;

 private:
  double shape_;
  double log_gamma_ = 0;  // ln of the gamma function at the shape
};

}  // namespace aforo
