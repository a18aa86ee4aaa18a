#include "sizing/break_points.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "base/parallel_for.h"

namespace aforo {
namespace {

// Chosen: 11 places over a ratio of 40 or 1,024 (a factor of 1.4 or 2 apart), each change then
// halved five times, to about 2 %. Twice as many of either cost twice the screenings, and prices
// are not known as well.
constexpr int kSteps = 10, kHalvings = 5;

// The cheapest family on premises; nothing where none serves.
std::optional<Family> winner(Screening& screening, const PriceBook& prices) {
  if (const auto found = screening.cheapest_on_premises(prices))
    return screening.designs()[found->design].family;
  return std::nullopt;
}

using Winner = std::function<std::optional<Family>(double)>;

// All places on a logarithmic scale where `at` changes, each halved down to about 2 %.
// `threads` calls at once.
std::vector<Turn> turns(double from, double to, unsigned threads, const Winner& at) {
  const auto place = [&](std::uint64_t i) {
    return from * std::pow(to / from, static_cast<double>(i) / kSteps);
  };
  std::vector<std::optional<Family>> found(kSteps + 1);
  parallel_for(found.size(), 1, threads, {},
               [&](unsigned, std::uint64_t i, std::uint64_t) { found[i] = at(place(i)); });
  std::vector<Turn> out;
  for (std::uint64_t i = 0; i < kSteps; ++i) {
    const auto left = found[i], right = found[i + 1];
    if (!left || !right || *left == *right) continue;
    double low = place(i), high = place(i + 1);
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

Bytes scaled(Bytes bytes, double factor) {
  return {static_cast<std::uint64_t>(static_cast<double>(bytes.value) * factor)};
}

}  // namespace

SizingAsk with_data(SizingAsk ask, double factor) {
  if (ask.capacity) ask.capacity = scaled(*ask.capacity, factor);
  for (SizedJob& job : ask.jobs) {
    const double samples = std::max(1.0, static_cast<double>(job.workload.dataset.samples) * factor);
    const std::uint64_t step = job.workload.loader.batch_size * job.workload.accelerator.count;
    job.workload.dataset.samples = std::max(static_cast<std::uint64_t>(samples), step);
  }
  return ask;
}

BreakPoints break_points(Screening& screening, const PriceBook& prices, const Catalogue& catalogue,
                         unsigned threads, std::stop_token stop) {
  BreakPoints out;
  const auto go_on = [&stop] {
    if (stop.stop_requested()) throw Interrupted();
  };
  const double hdd = prices.at("hdd").value, tlc = prices.at("tlc").value;
  if (hdd > 0 && tlc > 0) out.ratio_now = tlc / hdd;  // what is free has no ratio
  if (out.ratio_now > 0)
    out.by_ratio = turns(kLeastRatio, kMostRatio, 1, [&](double ratio) {
      go_on();
      return winner(screening, prices.scaled("ssd", ratio / out.ratio_now));
    });
  const Bytes now = screening.ask().capacity.value_or(screening.need().datasets);
  out.least = scaled(now, 1 / kSizeSpan);
  out.most = scaled(now, kSizeSpan);
  SizingAsk ask = screening.ask();
  ask.place = Place::kOnPremises;
  ask.provider.reset();
  for (const Turn& turn :
       turns(1 / kSizeSpan, kSizeSpan, threads, [&](double factor) -> std::optional<Family> {
         go_on();
         try {
           Screening other(with_data(ask, factor), catalogue, 1, screening.solved(), stop);
           return winner(other, prices);
         } catch (const UserError&) {
           return std::nullopt;  // a dataset that does not fit beside its checkpoints, or has no whole step
         }
       }))
    out.by_capacity.push_back({turn.at * static_cast<double>(now.value), turn.below, turn.above});
  return out;
}

}  // namespace aforo
