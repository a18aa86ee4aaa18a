// What noise and drift leave of the rates that a probe saw at rising concurrency. Pure.
#pragma once

#include <vector>

namespace aforo {

// A window's rate, and what it weighs beside others of its level: its length, say.
struct WindowRate {
  double rate = 0, weight = 1;
};

// Rates of levels in rising order, each of at least one window, where those that their windows' spread cannot
// tell apart from a neighbour are one: the trimmed mean of all windows, each weighed by its weight over its
// level's mean one and by 1 / the level's variance v of ln(rate). Neighbours of k and l windows are one while they differ by less than
// 1.6 (v1 / k + v2 / l)^(1/2) (Welch 1947) and by less than 0.25: however wild the windows, a rate that
// doubles is another. A level's v is its own, drawn towards the median of all levels by 2 degrees of freedom:
// of two or three windows the variance is itself a guess, and one wild level says nothing of the others. The
// nearest are joined first.
std::vector<double> joined_rates(const std::vector<std::vector<WindowRate>>& rates);

// Rates by rising concurrency, where a fall that a later level makes good (it reaches the rate before the
// fall again, to 2 %) was the storage's drift and not its character: pooled until they rise (isotonic
// regression by pool-adjacent-violators, Ayer et al. 1955). One deeper than 20 % was a disturbance: it takes
// the rate of its neighbours. What is never reached again stays as it was measured: storage that more in
// flight makes slower.
std::vector<double> without_dips(std::vector<double> rates);

}  // namespace aforo
