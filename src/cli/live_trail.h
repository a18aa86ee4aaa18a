// From one look at a run after the other to what a full screen shows: what happened in the last seconds, and since when.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "report/live_screen.h"
#include "world/progress.h"

namespace aforo {

// One thread. Memory is bounded, however long a run lasts: the looks of half a minute, and 512 points of the history, of
// which two become one where they are full.
class LiveTrail {
 public:
  // `rate_word` as Command::rate_word.
  explicit LiveTrail(std::string rate_word) : rate_word_(std::move(rate_word)) {}

  // Progress of later moments, in their order; one whose clock has gone back begins anew.
  LiveScreen take(const Progress& progress);

 private:
  struct Look {
    Seconds at{0};
    double read = 0;
    std::optional<double> served;
    std::vector<RankStates> ranks;
  };
  const Look& before(Seconds span) const;
  void remember(Seconds now, std::optional<double> au);

  std::string rate_word_;
  std::deque<Look> looks_;  // the oldest first
  std::vector<double> history_;
  Seconds history_step_{1}, next_{0};
};

}  // namespace aforo
