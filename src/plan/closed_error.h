// How far the closed forms lie from the simulated world, by kind of job: the 95th percentile of
// |AU closed - AU simulated| over those of one half of the jobs of bench/accuracy/cross_check.cc that fell
// into the class (the worst, where they are fewer than 30; at least 0.003, the simulation's own interval).
// How it holds on the other half: docs/accuracy-closed-forms.md. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace aforo {

// What a closed form's error depends on most.
enum class ErrorKind {
  kIndependent,  // nobody waits for anybody at the storage
  kShared,       // readers share a station, each making whole batches
  kInOrder,      // readers of one rank deliver in order
  kStreams,      // of shards, read front to back
  kPlaced,       // of shards that lie whole on one of several disks
  kOnDemand,     // no workers
  kCached,
};

// Where a job lies among those of the cross-check.
struct ErrorRegion {
  ErrorKind kind = ErrorKind::kShared;
  double ratio = 1;  // r
  double batch_cv = 0;
  double prefetch = 2;
  double steps = 1e9;  // of an epoch, per worker
};

// The class that a region falls into, by name, and the error that was found for it.
struct ErrorClass {
  std::string name;
  double error = 0;  // AU
};
// Every region has a class; the numbers are the cross-check's and change with it only.
ErrorClass closed_error(const ErrorRegion& region);

// Of AU: an error up to which a closed form is called near, so that nothing is simulated. Chosen:
// half a point is less than what a storage changes from run to run.
inline constexpr double kNearError = 0.005;  // AU

}  // namespace aforo
