// How far the closed forms lie from the simulated world, by kind of job: the 95th percentile of
// |AU closed - AU simulated| over those of one half of the jobs of bench/accuracy/cross_check.cc that fell
// into the class (the worst, where they are fewer than 30; at least 0.003, the simulation's own interval).
// How it holds on the other half: docs/accuracy-closed-forms.md. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace aforo {

enum class ErrorKind {
  kIndependent,  // nobody waits for anybody at the storage
  kShared,       // readers share a station, each making whole batches
  kInOrder,      // readers of one rank deliver in order
  kOnDemand,     // no workers
  kCached,
};

struct ErrorRegion {
  ErrorKind kind = ErrorKind::kShared;
  double ratio = 1;  // r
  double batch_cv = 0;
  double prefetch = 2;
  double steps = 1e9;  // of an epoch, per worker
};

struct ErrorClass {
  std::string name;
  double error = 0;  // AU
};
ErrorClass closed_error(const ErrorRegion& region);

inline constexpr double kNearError = 0.005;  // AU

}  // namespace aforo
