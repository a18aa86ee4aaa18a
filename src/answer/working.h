// While an answer is computed: its progress, five times a second.
//
// For commands that compute; those that measure report from the rooms that do it.
#pragma once

#include <functional>

#include "answer/answer.h"
#include "storage/engine.h"
#include "world/progress_ticker.h"

namespace aforo {

// Between construction and destruction the context's sink is given what `sample` says; nothing runs
// where the context has no sink. `sample` is called on another thread and given the time since
// construction: what it reads must be safe to read while the work goes on, and outlive this.
// Destruction waits for that thread.
class Working {
 public:
  Working(const Context& context, std::function<Progress(Seconds elapsed)> sample)
      : ticker_(context.progress, [sample = std::move(sample), began = monotonic_now()] {
          return sample(monotonic_now() - began);
        }) {}

 private:
  ProgressTicker ticker_;
};

}  // namespace aforo
