// The gamma law's distribution function. Pure and thread-safe.
#pragma once

namespace aforo {

// P(X <= x) for a gamma law of that shape > 0 and scale 1 (0 for x <= 0): the regularised lower
// incomplete gamma function, by its series below shape + 1 and its continued fraction above
// (Abramowitz, Stegun 6.5.29, 6.5.31), within 1e-9; by the cube root of Wilson and Hilferty (1931)
// for shapes above 200, within 1e-4.
double gamma_cdf(double shape, double x);

}  // namespace aforo
