// How far the closed forms lie from the simulated world, by kind of job: the 95th percentile of |AU closed -
// AU simulated| over the configurations of bench/accuracy/cross_check.cc that fell into the region, as of
// docs/accuracy-closed-forms.md. Pure and thread-safe.
#pragma once

namespace aforo {

struct ErrorRegion {
  double ratio = 1;  // r
  double batch_cv = 0;
  double ranks = 1;
  bool barrier = true;
  bool several_stations = false;  // or caches
};

double closed_error(const ErrorRegion& region);

inline constexpr double kNearError = 0.005;  // AU

}  // namespace aforo
