#include "model/window_rates.h"

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

// Of the rules that window_rates.h states. All chosen, held to made-up levels in
// window_rates_test.cc: wider joins levels that differ, narrower takes the luck of a window for
// the storage's character.
constexpr double kAlike = 1.6;             // standard errors
constexpr double kAsFast = 2.5;            // likewise, of rates per operation in flight
constexpr double kNeverAlike = 0.25;       // of ln(rate)
constexpr double kNeverAsFast = 0.5;       // of ln(rate per operation in flight)
constexpr double kUsualDegrees = 2;        // that the usual variance counts for beside a level's own
constexpr double kDeep = 0.8;              // of the rate before a fall: less is no drift
constexpr double kReached = 0.98;          // of a rate: as good as reached again
constexpr double kLeastDeviation = 0.005;  // of ln(rate) between windows: less is luck

// The weighted mean, without the least and the greatest of five or more.
double trimmed_mean(std::vector<WindowRate> of) {
  std::sort(of.begin(), of.end(), [](const WindowRate& a, const WindowRate& b) { return a.rate < b.rate; });
  const std::size_t cut = of.size() >= 5 ? 1 : 0;
  double sum = 0, weight = 0;
  for (std::size_t i = cut; i < of.size() - cut; ++i)
    sum += of[i].rate * of[i].weight, weight += of[i].weight;
  return sum / weight;
}

// Of ln(rate) within a level: squared deviations from its mean, and degrees of freedom.
struct Scatter {
  double squares = 0, degrees = 0;
};
double mean_weight(const std::vector<WindowRate>& windows) {
  double sum = 0;
  for (const WindowRate& w : windows) sum += w.weight;
  return sum / static_cast<double>(windows.size());
}
double mean_of_logs(const std::vector<WindowRate>& windows) {
  double sum = 0, weight = 0;
  for (const WindowRate& w : windows) sum += w.weight * std::log(w.rate), weight += w.weight;
  return sum / weight;
}
Scatter scatter_of(const std::vector<WindowRate>& windows) {
  const double mean = mean_of_logs(windows), usual = mean_weight(windows);
  Scatter scatter{0, static_cast<double>(windows.size()) - 1};
  for (const WindowRate& w : windows) {
    const double off = std::log(w.rate) - mean;
    scatter.squares += off * off * w.weight / usual;
  }
  return scatter;
}

// Variance of ln(rate) of each level's windows; empty where no level has two windows.
std::vector<double> variances_of(const std::vector<std::vector<WindowRate>>& rates) {
  std::vector<Scatter> scatters;
  std::vector<double> own;
  for (const auto& of_level : rates) {
    scatters.push_back(scatter_of(of_level));
    if (scatters.back().degrees > 0) own.push_back(scatters.back().squares / scatters.back().degrees);
  }
  if (own.empty()) return {};
  std::sort(own.begin(), own.end());
  const double usual = own[(own.size() - 1) / 2];  // the lower of two in the middle: no wild one's say
  std::vector<double> variances;
  for (const Scatter& scatter : scatters) {
    double noise = 0;
    for (const WindowRate& w : rates[variances.size()])
      noise += w.noise / static_cast<double>(rates[variances.size()].size());
    const double shrunk = (scatter.squares + kUsualDegrees * usual) / (scatter.degrees + kUsualDegrees);
    variances.push_back(std::max({shrunk, noise, kLeastDeviation * kLeastDeviation}));
  }
  return variances;
}

// Levels that are one; each window weighs by its level's certainty.
struct Group {
  std::vector<WindowRate> windows;
  std::size_t levels = 1;
  double weight = 0;  // 1 / the variance of `mean`
  double mean = 0;    // of ln(rate)
  bool joins = true;

  Group(const std::vector<WindowRate>& rates, double variance) : mean(mean_of_logs(rates)) {
    const double usual = mean_weight(rates);
    for (const WindowRate& w : rates) {
      windows.push_back({w.rate, w.weight / usual / variance});
      weight += w.weight / usual / variance;
    }
  }
  void join(const Group& other) {
    mean = (mean * weight + other.mean * other.weight) / (weight + other.weight);
    weight += other.weight;
    levels += other.levels;
    windows.insert(windows.end(), other.windows.begin(), other.windows.end());
  }
};

// Joins neighbours that may, the nearest first, while there are any that are alike.
void join_alike(std::vector<Group>& groups, double alike, double never) {
  for (;;) {
    std::size_t best = groups.size();
    double nearest = alike;
    for (std::size_t i = 0; i + 1 < groups.size(); ++i) {
      const double difference = std::abs(groups[i].mean - groups[i + 1].mean);
      const double apart = difference / std::sqrt(1 / groups[i].weight + 1 / groups[i + 1].weight);
      if (difference < never && apart < nearest && groups[i].joins && groups[i + 1].joins)
        nearest = apart, best = i;
    }
    if (best == groups.size()) return;
    groups[best].join(groups[best + 1]);
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

// Rates that were pooled.
struct Block {
  double sum = 0, count = 0, most = 0;
  double mean() const { return sum / count; }
};

// A deep fall that is made good was a disturbance: what lies on both sides of it counts.
void fill_holes(std::vector<double>& rates) {
  for (std::size_t begin = 0; begin + 1 < rates.size(); ++begin) {
    std::size_t again = begin + 1;
    while (again < rates.size() && rates[again] < kReached * rates[begin]) ++again;
    if (again == rates.size()) continue;
    const double least = std::min(rates[begin], rates[again]);
    for (std::size_t i = begin + 1; i < again; ++i)
      if (rates[i] < kDeep * rates[begin]) rates[i] = least;
  }
}

}  // namespace

std::vector<double> joined_rates(const std::vector<std::vector<WindowRate>>& rates,
                                 std::span<const double> in_flight) {
  const std::vector<double> variances = variances_of(rates);
  std::vector<Group> groups;
  for (std::size_t i = 0; i < rates.size(); ++i)
    groups.emplace_back(rates[i], variances.empty() ? 1 : variances[i]);
  if (!variances.empty()) join_alike(groups, kAlike, kNeverAlike);
  std::vector<double> joined;
  std::vector<Group> each;  // of rates per operation in flight
  for (const Group& group : groups) {
    const std::size_t level = joined.size();
    joined.insert(joined.end(), group.levels, trimmed_mean(group.windows));
    if (in_flight.empty()) continue;
    each.push_back(group);
    each.back().mean -= std::log(in_flight[level]);
    for (WindowRate& w : each.back().windows) w.rate /= in_flight[level];
    each.back().joins = group.levels == 1;
  }
  if (in_flight.empty() || variances.empty()) return joined;
  join_alike(each, kAsFast, kNeverAsFast);
  std::size_t level = 0;
  for (const Group& group : each) {
    const double rate = group.levels > 1 && group.joins ? trimmed_mean(group.windows) : 0;
    for (std::size_t i = 0; i < group.levels; ++i, ++level)
      if (rate > 0) joined[level] = rate * in_flight[level];
  }
  return joined;
}

std::vector<double> without_dips(std::vector<double> rates) {
  fill_holes(rates);
  std::vector<Block> blocks;
  for (std::size_t begin = 0, end = 0; begin < rates.size(); begin = end) {
    end = begin + 1;
    std::size_t again = end;  // where the rate at `begin` is reached again
    while (again < rates.size() && rates[again] < kReached * rates[begin]) ++again;
    if (again < rates.size()) end = again;
    Block block;
    for (std::size_t i = begin; i < end; ++i)
      block.sum += rates[i], ++block.count, block.most = std::max(block.most, rates[i]);
    // Those before that the mean now falls below, if they too are reached again: not what fell for good.
    while (end < rates.size() && !blocks.empty() && blocks.back().mean() > block.mean() &&
           kReached * blocks.back().most <= rates[end]) {
      block.sum += blocks.back().sum, block.count += blocks.back().count;
      block.most = std::max(block.most, blocks.back().most);
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  std::size_t i = 0;
  for (const Block& block : blocks)
    for (double n = 0; n < block.count; ++n) rates[i++] = block.mean();
  return rates;
}

}  // namespace aforo
