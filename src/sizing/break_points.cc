#include "sizing/break_points.h"

#include <cmath>
#include <functional>

#include "base/error.h"

namespace aforo {
namespace {

// Chosen: 11 places over a ratio of 40 (a factor of 1.4 apart), each change, as those of capacities, then halved five
// times, to about 2 %. Twice as many of either cost twice the screenings, and prices are not known as well.
constexpr std::size_t kRatioPlaces = 11;
constexpr int kHalvings = 5;

// The cheapest family on premises; nothing where none serves.
std::optional<Family> winner(Screening& screening, const PriceBook& prices) {
  if (const auto found = screening.cheapest_on_premises(prices))
    return screening.designs()[found->design].family;
  return std::nullopt;
}

using Winner = std::function<std::optional<Family>(double)>;

// A place on a logarithmic scale, and the cheapest there.
struct Winning {
  double at = 0;
  std::optional<Family> winner;
};

// All neighbours between which `at` changes, each halved down to about 2 %.
std::vector<Turn> turns(const std::vector<Winning>& places, const Winner& at) {
  std::vector<Turn> out;
  for (std::size_t i = 1; i < places.size(); ++i) {
    const auto left = places[i - 1].winner, right = places[i].winner;
    if (!left || !right || *left == *right) continue;
    double low = places[i - 1].at, high = places[i].at;
    Family above = *right;
    for (int h = 0; h < kHalvings; ++h) {
      const double middle = std::sqrt(low * high);
      const auto there = at(middle);
      if (there == left) {
        low = middle;
      } else {
        high = middle;
        above = there.value_or(above);
      }
    }
    out.push_back({std::sqrt(low * high), *left, above});
  }
  return out;
}

std::vector<Turn> turns_of_ratio(const Winner& at) {
  std::vector<Winning> places(kRatioPlaces);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double share = static_cast<double>(i) / (kRatioPlaces - 1);
    places[i].at = kLeastRatio * std::pow(kMostRatio / kLeastRatio, share);
    places[i].winner = at(places[i].at);
  }
  return turns(places, at);
}

}  // namespace

BreakPoints break_points(Screening& screening, const PriceBook& prices, const Catalogue& catalogue,
                         const std::vector<CostsAt>& costs, std::stop_token stop) {
  BreakPoints out;
  const auto go_on = [&stop] {
    if (stop.stop_requested()) throw Interrupted();
  };
  const double hdd = prices.at("hdd").value, tlc = prices.at("tlc").value;
  if (hdd > 0 && tlc > 0) out.ratio_now = tlc / hdd;  // what is free has no ratio
  if (out.ratio_now > 0)
    out.by_ratio = turns_of_ratio([&](double ratio) {
      go_on();
      return winner(screening, prices.scaled("ssd", ratio / out.ratio_now));
    });
  const Bytes now = screening.ask().capacity.value_or(screening.need().datasets);
  out.least = scaled(now, 1 / kSizeSpan);
  out.most = scaled(now, kSizeSpan);
  SizingAsk ask = screening.ask();
  ask.place = Place::kOnPremises;
  ask.provider.reset();
  std::vector<Winning> places;
  for (const CostsAt& one : costs) places.push_back({one.factor, cheapest_on_premises(one)});
  for (const Turn& turn : turns(places, [&](double factor) -> std::optional<Family> {
         go_on();
         try {
           Screening other(with_data(ask, factor), catalogue, 1, screening.solved(), stop);
           return winner(other, prices);
         } catch (const UserError&) {
           return std::nullopt;  // as costs_by_capacity
         }
       }))
    out.by_capacity.push_back({turn.at * static_cast<double>(now.value), turn.below, turn.above});
  return out;
}

}  // namespace aforo
