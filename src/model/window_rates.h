// What noise and drift leave of the rates that a probe saw at rising concurrency. Pure.
#pragma once

#include <span>
#include <vector>

namespace aforo {

// A window's rate, and what it weighs beside others of its level: its length, say.
struct WindowRate {
  double rate = 0, weight = 1;
  // Variance of ln(rate) by the number of its operations and how their times vary; 0 = not known.
  double noise = 0;
};

// Rates of levels in rising order, each of at least one window, where those that their windows' spread cannot
// tell apart from a neighbour are one: the trimmed mean of all windows, each weighed by its weight over its
// level's mean one and by 1 / the level's variance v of ln(rate). Neighbours of k and l windows are one while
// they differ by less than 1.6 (v1 / k + v2 / l)^(1/2) (Welch 1947) and by less than 0.25: however wild the
// windows, a rate that doubles is another. A level's v is its own, drawn towards the median of all levels by 2
// degrees of freedom: of two or three windows the variance is itself a guess, and one wild level says nothing
// of the others. It is at least what its windows' noise says. The nearest are joined first.
//
// `in_flight`, rising, of each level; empty = not known. Levels that joined no other, and lie side by side, are
// then one in what an operation takes, by the same rule with 2.5 and 0.5: storage with room for more serves
// some as fast as few, and of few operations one level alone says little. Their rates are in proportion to
// what was in flight. 0.5, as a rate that stays differs by ln 2 from one to the next; 2.5, as the level that luck
// put furthest off is the one that most needs the others.
std::vector<double> joined_rates(const std::vector<std::vector<WindowRate>>& rates,
                                 std::span<const double> in_flight = {});

// Rates by rising concurrency, where a fall that a later level makes good (it reaches the rate before the
// fall again, to 2 %) was the storage's drift and not its character: pooled until they rise (isotonic
// regression by pool-adjacent-violators, Ayer et al. 1955). One deeper than 20 % was a disturbance: it takes
// the rate of its neighbours. What is never reached again stays as it was measured: storage that more in
// flight makes slower.
std::vector<double> without_dips(std::vector<double> rates);

}  // namespace aforo
