#include "accuracy/refit.h"

#include <algorithm>
#include <numeric>

namespace aforo {
namespace {

constexpr std::size_t kCount = std::tuple_size_v<LeadConstants>;
constexpr int kRounds = 1500;

double cost(const LeadConstants& a, const std::vector<FitPoint>& points) {
  double sum = 0;
  for (const FitPoint& p : points) {
    const double error = steady_au(p.at, a) - p.au;
    sum += error * error;
  }
  // A little pull towards where it began, for what the points say nothing of.
  for (std::size_t i = 0; i < kCount; ++i) sum += 1e-4 * (a[i] - kLead[i]) * (a[i] - kLead[i]);
  return sum;
}

}  // namespace

LeadConstants fit_lead(const std::vector<FitPoint>& points) {
  std::vector<LeadConstants> corners(kCount + 1, kLead);
  for (std::size_t i = 0; i < kCount; ++i) corners[i + 1][i] += 0.2;
  std::vector<double> costs;
  for (const auto& corner : corners) costs.push_back(cost(corner, points));
  std::vector<std::size_t> order(corners.size());
  std::iota(order.begin(), order.end(), 0U);
  for (int round = 0; round < kRounds; ++round) {
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a] < costs[b]; });
    const std::size_t best = order.front(), worst = order.back();
    LeadConstants middle{};
    for (const std::size_t i : order)
      for (std::size_t d = 0; i != worst && d < kCount; ++d) middle[d] += corners[i][d] / kCount;
    const auto moved = [&](double factor) {
      LeadConstants out;
      for (std::size_t d = 0; d < kCount; ++d) out[d] = middle[d] + factor * (corners[worst][d] - middle[d]);
      return out;
    };
    const auto replace = [&](const LeadConstants& by, double at) { corners[worst] = by, costs[worst] = at; };
    const LeadConstants mirrored = moved(-1);
    const double mirrored_cost = cost(mirrored, points);
    if (mirrored_cost < costs[best]) {
      const LeadConstants further = moved(-2);
      const double further_cost = cost(further, points);
      further_cost < mirrored_cost ? replace(further, further_cost) : replace(mirrored, mirrored_cost);
    } else if (mirrored_cost < costs[order[kCount - 1]]) {
      replace(mirrored, mirrored_cost);
    } else {
      const LeadConstants inside = moved(0.5);
      const double inside_cost = cost(inside, points);
      if (inside_cost < costs[worst]) {
        replace(inside, inside_cost);
        continue;
      }
      for (const std::size_t i : order) {
        if (i == best) continue;
        for (std::size_t d = 0; d < kCount; ++d) corners[i][d] = (corners[i][d] + corners[best][d]) / 2;
        costs[i] = cost(corners[i], points);
      }
    }
  }
  return corners[static_cast<std::size_t>(std::min_element(costs.begin(), costs.end()) - costs.begin())];
}

}  // namespace aforo
