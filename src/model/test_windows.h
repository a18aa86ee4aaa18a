// Windows of made-up readers, for tests of what is told from them.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/random.h"
#include "model/curve_fit.h"

namespace aforo {

inline RawOperation op(double begin, double end, std::uint64_t bytes = 1000) {
  return {Seconds{begin}, Seconds{end}, bytes};
}

// n readers, each one operation after another of `latency`, from 0 to `until`.
inline RawWindow steady(unsigned readers, double latency, double until, std::uint64_t bytes = 1000) {
  RawWindow window;
  window.readers = readers;
  window.until = Seconds{until};
  for (unsigned r = 0; r < readers; ++r)
    for (int i = 0; i * latency < until; ++i)
      window.operations.push_back(op(i * latency, (i + 1) * latency, bytes));
  window.operations_in_all = window.operations.size();
  window.bytes_in_all = bytes * window.operations.size();
  return window;
}

// n readers with independent exponential latencies of mean `mean`, for `until` seconds.
inline RawWindow independent(unsigned readers, double mean, double until, std::uint64_t seed) {
  RawWindow window;
  window.readers = readers;
  window.until = Seconds{until};
  Random random(seed);
  for (unsigned r = 0; r < readers; ++r)
    for (double at = 0; at < until;) {
      const double latency = -mean * std::log(1 - random.uniform());
      window.operations.push_back(op(at, at + latency));
      at += latency;
    }
  return window;
}

// One reader that gets 100 operations at once at every beginning of `slice` and then waits for the next.
inline RawWindow in_slices(double slice, double until) {
  RawWindow window;
  window.until = Seconds{until};
  for (int i = 0; i * slice < until - 1e-9; ++i)
    for (int k = 0; k < 100; ++k) {
      const double begin = i * slice + k * 1e-5;
      window.operations.push_back(op(begin, k < 99 ? begin + 1e-5 : (i + 1) * slice));
    }
  return window;
}

}  // namespace aforo
