// What a probe's progress line shows.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "base/units.h"
#include "storage/engine.h"
#include "world/progress.h"

namespace aforo {

// Set by the probing thread, read by the ticker's. Thread-safe.
class ProbeStatus {
 public:
  // `budget`: the whole probe's time, of which the fraction is told.
  ProbeStatus(Seconds begin, Seconds budget) : begin_(begin), budget_(budget) {}

  // `rate` in operations: what was measured last, 0 = nothing yet.
  void set(std::string phase, PerSecond rate = {}, BytesPerSecond bytes = {}) {
    const std::lock_guard lock(mutex_);
    phase_ = std::move(phase), rate_ = rate, bytes_ = bytes;
  }

  Progress operator()() {
    const std::lock_guard lock(mutex_);
    Progress progress;
    progress.elapsed = monotonic_now() - begin_;
    progress.fraction = std::min(0.99, progress.elapsed / budget_);
    progress.phase = phase_;
    progress.samples_per_second = rate_.value;
    progress.bytes_per_second = bytes_.value;
    return progress;
  }

 private:
  Seconds begin_, budget_;
  std::mutex mutex_;
  std::string phase_;
  PerSecond rate_{0};
  BytesPerSecond bytes_{0};
};

}  // namespace aforo
