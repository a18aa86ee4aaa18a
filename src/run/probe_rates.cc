#include "run/probe_rates.h"

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

constexpr double kAlike = 1.6;        // standard errors
constexpr double kNeverAlike = 0.25;  // of ln(rate)
constexpr double kRecovered = 0.9;    // of the best rate

// The mean, without the least and the greatest of five or more.
double trimmed_mean(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t cut = values.size() >= 5 ? 1 : 0;
  double sum = 0;
  for (std::size_t i = cut; i < values.size() - cut; ++i) sum += values[i];
  return sum / static_cast<double>(values.size() - 2 * cut);
}

double mean_log(const std::vector<double>& rates) {
  double sum = 0;
  for (const double rate : rates) sum += std::log(rate);
  return sum / static_cast<double>(rates.size());
}

// Pooled standard deviation of ln(rate) within levels; 0 where no level has two windows.
double pooled_deviation(const std::vector<std::vector<double>>& rates) {
  double squares = 0, degrees = 0;
  for (const auto& of_level : rates) {
    const double mean = mean_log(of_level);
    for (const double rate : of_level) squares += (std::log(rate) - mean) * (std::log(rate) - mean);
    degrees += static_cast<double>(of_level.size()) - 1;
  }
  return degrees > 0 ? std::sqrt(squares / degrees) : 0;
}

}  // namespace

std::vector<double> joined_rates(const std::vector<std::vector<double>>& rates) {
  const double deviation = pooled_deviation(rates);
  std::vector<std::vector<double>> groups = rates;
  std::vector<std::size_t> levels(rates.size(), 1);  // of each group
  for (;;) {
    std::size_t best = groups.size();
    double nearest = kAlike;
    for (std::size_t i = 0; i + 1 < groups.size() && deviation > 0; ++i) {
      const double k = static_cast<double>(groups[i].size()), l = static_cast<double>(groups[i + 1].size());
      const double difference = std::abs(mean_log(groups[i]) - mean_log(groups[i + 1]));
      const double apart = difference / (deviation * std::sqrt(1 / k + 1 / l));
      if (difference < kNeverAlike && apart < nearest) nearest = apart, best = i;
    }
    if (best == groups.size()) break;
    const auto next = static_cast<std::ptrdiff_t>(best) + 1;
    groups[best].insert(groups[best].end(), groups[best + 1].begin(), groups[best + 1].end());
    levels[best] += levels[best + 1];
    groups.erase(groups.begin() + next), levels.erase(levels.begin() + next);
  }
  std::vector<double> joined;
  for (std::size_t i = 0; i < groups.size(); ++i)
    joined.insert(joined.end(), levels[i], trimmed_mean(groups[i]));
  return joined;
}

std::vector<double> without_dips(std::vector<double> rates) {
  if (rates.empty()) return rates;
  const double most = *std::max_element(rates.begin(), rates.end());
  std::size_t end = rates.size();
  while (rates[end - 1] < kRecovered * most) --end;
  struct Block {
    double sum = 0, count = 0;
    double mean() const { return sum / count; }
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < end; ++i) {
    blocks.push_back({rates[i], 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().sum += last.sum, blocks.back().count += last.count;
    }
  }
  std::size_t i = 0;
  for (const Block& block : blocks)
    for (double n = 0; n < block.count; ++n) rates[i++] = block.mean();
  return rates;
}

}  // namespace aforo
