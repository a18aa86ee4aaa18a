// One line that says how far a command has come, rewritten in place by whoever owns the terminal.
//
// Pure, thread-safe, no failure; the phase is made printable. The line has no newline and is never wider than
// the look: what matters least is left out first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "report/look.h"

namespace aforo {

struct LiveStatus {
  std::string phase;           // "training", "writing"; may be empty
  std::optional<double> done;  // fraction of the work, clamped to [0, 1]
  std::optional<double> au;    // fraction
  std::optional<BytesPerSecond> rate;
  std::optional<PerSecond> samples;  // samples or files per second
  std::string sample_word = "samples/s";
  Seconds elapsed{0};
  std::optional<Seconds> eta;           // remaining; unknown early on
  std::uint64_t epoch = 0, epochs = 0;  // counted from 1; 0 = not shown
  std::uint64_t step = 0, steps = 0;
};

// "training  ████░░░░  42 %  AU 93.1 %  1.52 GiB/s  1,786 samples/s  0:12, 0:17 left"
std::string live_line(const LiveStatus& status, const Look& look);

// "0:07", "12:34", "1:02:03": fixed places, so that the line does not dance.
std::string clock_text(Seconds seconds);

// Remaining time from the share done, absent before 2 % or 1 s is done.
std::optional<Seconds> remaining(double done, Seconds elapsed);

}  // namespace aforo
