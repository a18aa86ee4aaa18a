// How far a long command has come: what the one-line display on standard error shows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/units.h"

namespace aforo {

// One look at the work. Fields that a command does not have stay 0 / empty.
struct Progress {
  // Of the whole command, [0, 1]; below 0 = not known. An estimate, which may stand
  // still for a while.
  double fraction = 0;
  // Accelerator utilisation so far, fraction.
  double au = 0;
  // Or files per second where no sample is trained on; of a probe operations per second.
  double samples_per_second = 0;
  // Read or written.
  double bytes_per_second = 0;
  // Since the work began.
  Seconds elapsed{0};
  std::uint64_t epoch = 0;
  // Done so far; files where no sample is trained on.
  std::uint64_t step = 0;
  // To be done in all; 0 = not known before the end.
  std::uint64_t steps = 0;
  // "writing", "checking", "scanning", "training", ...
  std::string phase;
};

// Called about five times a second, always from one thread (not necessarily the caller's), which
// waits for it: a slow one is called more seldom and slows nothing else. Must not throw. May be
// empty: then nothing is sampled.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace aforo
