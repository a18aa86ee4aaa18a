// How far a long command has come: what the one-line display on standard error shows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/units.h"

namespace aforo {

// Fields that a command does not have stay 0 / empty.
struct Progress {
  // Of the whole command, [0, 1]; below 0 = not known.
  double fraction = 0;
  // Accelerator utilisation so far, fraction.
  double au = 0;
  // Or files per second where no sample is trained on.
  double samples_per_second = 0;
  double bytes_per_second = 0;
  Seconds elapsed{0};
  std::uint64_t epoch = 0;
  std::uint64_t step = 0;
  std::uint64_t steps = 0;
  // "writing", "checking", "scanning", "training", ...
  std::string phase;
};

// Called about five times a second, always from one thread (not necessarily the caller's). May be empty.
using ProgressSink = std::function<void(const Progress&)>;

}  // namespace aforo
