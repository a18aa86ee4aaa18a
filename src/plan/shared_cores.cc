#include "plan/shared_cores.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <utility>

namespace aforo {
namespace {

// Chosen: what is interpolated then differs by less than a hundredth of itself or of a customer.
constexpr int kEven = 96, kGrowing = 48;
constexpr double kTaken = 1.25, kMostThere = 0.97, kFullRate = 1e3;  // of cores, of customers; all are there
constexpr double kLeastStep = 1e-9;  // of cores, between two points: sums are no better than that
constexpr std::size_t kParts = 256;  // chosen: about as many as points
constexpr double kNothing = 1e-18;   // of the largest probability: what is less changes no sum

// Mean of busy cores and of customers that wait, where each customer that is elsewhere comes at a `rate` of those at
// which a core lets them go: p(n) = p(n-1) (K - n + 1) rate / min(n, c), summed from its largest term outwards.
struct Means {
  double busy = 0, waiting = 0;
};
Means means_of(double cores, double customers, double rate) {
  const auto ratio = [&](double n) { return (customers - n + 1) * rate / std::min(n, cores); };
  // Terms grow while the ratio is above 1.
  double top = std::floor((customers + 1) * rate / (1 + rate));
  if (top > cores) top = std::clamp(std::floor(customers + 1 - cores / rate), cores, customers);
  double all = 0, busy = 0, waiting = 0;
  const auto add = [&](double n, double p) {
    all += p, busy += p * std::min(n, cores), waiting += p * std::max(0.0, n - cores);
  };
  add(top, 1);
  double p = 1;
  for (double n = top + 1; n <= customers && p > kNothing; ++n) add(n, p *= ratio(n));
  p = 1;
  for (double n = top; n >= 1 && p > kNothing; --n) add(n - 1, p /= ratio(n));
  return {busy / all, waiting / all};
}

}  // namespace

SharedCores::SharedCores(std::uint32_t cores, std::uint32_t customers)
    : cores_(cores), customers_(customers) {
  if (!anyone_waits()) return;
  const double c = cores, k = customers;
  points_.push_back({0, 0});
  const auto add = [&](double rate) {
    const Means means = means_of(c, k, rate);
    if (means.busy > points_.back().busy + kLeastStep * c && means.waiting >= points_.back().waiting)
      points_.push_back({means.busy, means.waiting});
  };
  // By the customers there would be if none waited, until most cores are taken; then by the rate itself.
  const double all = std::min(kTaken * c, kMostThere * k);
  double rate = 0;
  for (int i = 1; i <= kEven; ++i) {
    const double there = all * i / kEven;
    add(rate = there / (k - there));
  }
  const double grows = std::pow(kFullRate * std::max(1.0, c) / rate, 1.0 / kGrowing);
  for (int i = 0; i < kGrowing; ++i) add(rate *= grows);
  if (points_.back().busy >= c * (1 - kLeastStep)) points_.pop_back();
  points_.push_back({c, k - c});
  std::size_t point = 1;
  for (std::size_t part = 0; part < kParts; ++part) {
    const double begins = c * static_cast<double>(part) / kParts;
    while (point + 1 < points_.size() && points_[point].busy <= begins) ++point;
    first_behind_.push_back(static_cast<std::uint16_t>(point));
  }
}

SharedCores::There SharedCores::at(double busy) const {
  if (points_.empty()) return {busy, 1};
  const double part = std::clamp(busy / cores_ * kParts, 0.0, kParts - 1.0);
  std::size_t point = first_behind_[static_cast<std::size_t>(part)];
  // Where rounding put `busy` into the next part, its point may lie beyond.
  while (point > 1 && points_[point - 1].busy > busy) --point;
  while (point + 1 < points_.size() && points_[point].busy <= busy) ++point;
  const Point &low = points_[point - 1], &high = points_[point];
  const double slope = (high.waiting - low.waiting) / (high.busy - low.busy);
  return {busy + low.waiting + slope * (busy - low.busy), 1 + slope};
}

std::shared_ptr<const SharedCores> SharedCores::of(std::uint32_t cores, std::uint32_t customers) {
  static std::mutex mutex;
  static std::map<std::pair<std::uint32_t, std::uint32_t>, std::shared_ptr<const SharedCores>> known;
  const std::lock_guard lock(mutex);
  auto& found = known[{cores, customers}];
  if (!found) found = std::make_shared<const SharedCores>(cores, customers);
  return found;
}

}  // namespace aforo
