// Jobs and designs for the tests of copies and caches in hosts.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sizing/screening.h"
#include "sizing/test_kit.h"

namespace aforo {

inline constexpr std::uint64_t kTb = 1'000'000'000'000;

// 20 TB of 1 MB samples, 100 epochs; 8 accelerators in a host.
inline SizingAsk twenty_terabytes(std::uint32_t accelerators = 8) {
  SizingAsk ask = plain_ask();
  ask.jobs[0].workload.dataset.samples = 20'000'000;
  ask.jobs[0].workload.training.epochs = 100;
  ask.jobs[0].workload.accelerator.count = accelerators;
  ask.jobs[0].workload.checkpoint = {};
  return ask;
}

inline std::vector<Design> designs_of(SizingAsk ask, Family family) {
  ask.family = family;
  std::vector<Design> out = some_designs(ask);
  std::erase_if(out, [&](const Design& d) { return d.family != family; });
  return out;
}

// Of a family the cheapest that serves.
inline std::optional<Ranked> best_of(Screening& screening, const PriceBook& prices) {
  const auto ranked = screening.rank(prices, Grouping::kFamily);
  return ranked.empty() ? std::nullopt : std::optional(ranked.front());
}

inline const Station* named(const std::vector<Station>& stations, const std::string& name) {
  const auto found =
      std::find_if(stations.begin(), stations.end(), [&](const Station& s) { return s.name == name; });
  return found == stations.end() ? nullptr : &*found;
}

}  // namespace aforo
