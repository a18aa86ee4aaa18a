#include "sizing/size.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"

namespace aforo {
namespace {

SizedDesign sized(const Screening& screening, const Ranked& ranked) {
  return {ranked.design, screening.judgement(ranked.design), ranked.bill, false};
}

bool cheaper(const SizedDesign& a, const SizedDesign& b) { return a.bill.total() < b.bill.total(); }

// The first not yet simulated; nothing where all are, or where the budget is spent and the best is known.
std::vector<SizedDesign>::iterator next_to_confirm(std::vector<SizedDesign>& designs, std::size_t left,
                                                   std::size_t grace) {
  auto next = std::find_if(designs.begin(), designs.end(), [](const SizedDesign& d) { return !d.simulated; });
  if (left > 0 || (grace > 0 && next == designs.begin())) return next;
  return designs.end();
}

// The first `options.confirm` in the order of cost, and as many more as it takes until the best one
// is among them. One that fails there is rejected with all of its kind that read no more, and the
// next of its product takes its place.
void confirm_best(Screening& screening, const SizeOptions& options, SizeResult& out,
                  const std::stop_token& stop) {
  std::set<std::size_t> done;
  std::size_t left = options.confirm, grace = 2 * options.confirm;
  for (auto next = next_to_confirm(out.designs, left, grace); next != out.designs.end();
       next = next_to_confirm(out.designs, left, grace)) {
    if (stop.stop_requested()) throw Interrupted();
    const std::size_t design = next->design;
    Judgement judgement =
        confirm(screening.designs()[design], screening.need(), screening.ask(), options.threads, stop);
    left > 0 ? --left : --grace;
    if (options.confirmed) options.confirmed(options.confirm - left, options.confirm);
    done.insert(design);
    const bool serves = judgement.serves();
    screening.replace(design, judgement);
    if (serves) {
      *next = {design, std::move(judgement), screening.bill(design, options.prices), true};
      std::stable_sort(out.designs.begin(), out.designs.end(), cheaper);
      continue;
    }
    screening.reject_weaker(design);
    out.designs.clear();
    for (const Ranked& ranked : screening.rank(options.prices, Grouping::kProduct)) {
      out.designs.push_back(sized(screening, ranked));
      out.designs.back().simulated = done.contains(ranked.design);
    }
  }
}

// Chosen: a price that would have to move by more than this, up or down, is no news to anybody.
constexpr double kFurthestFlip = 10;

// T(x) = fixed + x part for both; where they meet.
std::optional<double> meeting(double fixed_a, double part_a, double fixed_b, double part_b) {
  if (part_a == part_b) return std::nullopt;
  const double x = (fixed_b - fixed_a) / (part_a - part_b);
  if (!(x > 1 / kFurthestFlip && x < kFurthestFlip)) return std::nullopt;
  return x;
}

std::map<std::string, double> by_group(const SizedDesign& d, const Screening& screening,
                                       const PriceBook& prices) {
  std::map<std::string, double> out;
  for (const auto& [item, part] : contributions(d.bill, screening.designs()[d.design], prices)) {
    const PriceUnit unit = prices.at(item).unit;
    const bool money = unit != PriceUnit::kFactor && unit != PriceUnit::kPerYear && unit != PriceUnit::kYears;
    if (!money) continue;  // counted within what it multiplies
    out[prices.at(item).group] += part;
  }
  return out;
}

bool same_place(const Screening& screening, const SizedDesign& a, const SizedDesign& b) {
  return in_cloud(screening.designs()[a.design].family) == in_cloud(screening.designs()[b.design].family);
}

// Designs where the best stands come first: storage elsewhere is another question.
void group_by_place(const Screening& screening, SizeResult& out) {
  if (out.designs.empty()) return;
  const SizedDesign best = out.designs.front();
  std::stable_partition(out.designs.begin(), out.designs.end(),
                        [&](const SizedDesign& d) { return same_place(screening, d, best); });
}

// What would have to change for another kind to win over the best: each group of prices alone.
void flips_of(std::size_t other, const Screening& screening, const PriceBook& prices, SizeResult& out) {
  const SizedDesign &first = out.designs.front(), &second = out.designs[other];
  const auto a = by_group(first, screening, prices), b = by_group(second, screening, prices);
  std::set<std::string> groups;
  for (const auto& [group, part] : a) groups.insert(group);
  for (const auto& [group, part] : b) groups.insert(group);
  for (const std::string& group : groups) {
    const double pa = a.contains(group) ? a.at(group) : 0, pb = b.contains(group) ? b.at(group) : 0;
    const auto x = meeting(first.bill.total() - pa, pa, second.bill.total() - pb, pb);
    if (!x) continue;
    out.flips.push_back({other, group, *x,
                         fmt::format("{} would win over it if prices of {} were {:.2f} times what they are",
                                     to_string(screening.designs()[second.design].family), group, *x)});
  }
}

void find_flips(const Screening& screening, const PriceBook& prices, SizeResult& out) {
  std::set<Family> seen;
  for (std::size_t i = 0; i < out.designs.size(); ++i)
    if (i == 0 || !oversized(screening.designs()[out.designs[i].design], screening.need().capacity))
      if (seen.insert(screening.designs()[out.designs[i].design].family).second && i > 0 &&
          same_place(screening, out.designs[i], out.designs.front()))
        flips_of(i, screening, prices, out);
  std::stable_sort(out.flips.begin(), out.flips.end(), [](const Flip& f, const Flip& g) {
    return std::abs(std::log(f.factor)) < std::abs(std::log(g.factor));
  });
}

}  // namespace

SizeResult size_designs(Screening& screening, const SizeOptions& options, std::stop_token stop) {
  SizeResult out;
  for (const Ranked& ranked : screening.rank(options.prices, Grouping::kProduct))
    out.designs.push_back(sized(screening, ranked));
  confirm_best(screening, options, out, stop);
  group_by_place(screening, out);
  out.rejected = screening.rejected();
  out.built = screening.offered_count();
  out.judged = screening.judged_count();
  for (std::size_t i = 1; i < out.designs.size() && !out.second; ++i)
    if (screening.designs()[out.designs[i].design].family !=
            screening.designs()[out.designs[0].design].family &&
        same_place(screening, out.designs[i], out.designs[0]))
      out.second = i;
  find_flips(screening, options.prices, out);
  return out;
}

}  // namespace aforo
