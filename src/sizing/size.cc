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

// Simulations until something has passed and nothing cheaper is left to simulate take as many as they take;
// once something has passed no more than this, whatever --confirm. Chosen: a few seconds.
constexpr std::size_t kMostToSettle = 60;
// Chosen: what would save less is not looked for.
constexpr double kWorthLooking = 0.99;

// One simulation after the other, in an order that does not depend on how many are asked for: more of them
// never make the best dearer. First whatever is cheapest, until that has passed; then by turns what may be
// cheaper still, between what failed and what passed, and the next in the order of cost.
class Confirmation {
 public:
  Confirmation(Screening& screening, const SizeOptions& options, SizeResult& out, const std::stop_token& stop)
      : screening_(screening), options_(options), out_(out), stop_(stop) {}

  void run() {
    while (!out_.designs.empty()) {
      if (!out_.designs.front().simulated) {
        if (passed_ && done_.size() >= std::max(kMostToSettle, options_.confirm)) break;
        simulate(out_.designs.front().design);
      } else if (done_.size() >= options_.confirm || !simulate_next()) {
        break;
      }
    }
    leave_out_what_is_not_settled();
  }

 private:
  bool simulate_next() {
    const auto row = std::find_if(out_.designs.begin(), out_.designs.end(),
                                  [](const SizedDesign& d) { return !d.simulated; });
    between_next_ = !between_next_;
    if (between_next_ || row == out_.designs.end()) {
      const double limit = kWorthLooking * out_.designs.front().bill.compared();
      if (const auto found = screening_.next_between(options_.prices, limit)) {
        simulate(found->design);
        return true;
      }
    }
    if (row == out_.designs.end()) return false;
    simulate(row->design);
    return true;
  }

  void simulate(std::size_t design) {
    if (stop_.stop_requested()) throw Interrupted();
    Judgement judgement =
        confirm(screening_.designs()[design], screening_.need(), screening_.ask(), options_.threads, stop_);
    done_.insert(design);
    if (options_.confirmed) options_.confirmed(std::min(done_.size(), options_.confirm), options_.confirm);
    passed_ = passed_ || judgement.serves();
    screening_.replace(design, std::move(judgement));
    out_.designs.clear();
    for (const Ranked& ranked : screening_.rank(options_.prices, Grouping::kProduct)) {
      out_.designs.push_back(sized(screening_, ranked));
      out_.designs.back().simulated = done_.contains(ranked.design);
    }
  }

  void leave_out_what_is_not_settled() {
    const auto first = std::find_if(out_.designs.begin(), out_.designs.end(),
                                    [](const SizedDesign& d) { return d.simulated; });
    out_.designs.erase(out_.designs.begin(), first);
  }

  Screening& screening_;
  const SizeOptions& options_;
  SizeResult& out_;
  const std::stop_token& stop_;
  std::set<std::size_t> done_;
  bool passed_ = false, between_next_ = false;
};

// T(x) = fixed + x part for both; where they meet.
std::optional<double> meeting(double fixed_a, double part_a, double fixed_b, double part_b) {
  if (part_a == part_b) return std::nullopt;
  const double x = (fixed_b - fixed_a) / (part_a - part_b);
  if (!(x > 1 / kFurthestFlip && x < kFurthestFlip)) return std::nullopt;
  return x;
}

// Of a bill, USD a month: what a group's prices make, now and at the ends of their ranges.
struct GroupPart {
  double now = 0, low = 0, high = 0;
};

std::map<std::string, GroupPart> by_group(const SizedDesign& d, const Screening& screening,
                                          const PriceBook& prices) {
  std::map<std::string, GroupPart> out;
  for (const auto& [item, part] : contributions(d.bill, screening.designs()[d.design], prices)) {
    const Price& price = prices.at(item);
    const bool money = price.unit != PriceUnit::kFactor && price.unit != PriceUnit::kPerYear &&
                       price.unit != PriceUnit::kYears;
    if (!money) continue;  // counted within what it multiplies
    GroupPart& group = out[price.group];
    group.now += part;
    group.low += price.value > 0 ? part * price.low / price.value : 0;
    group.high += price.value > 0 ? part * price.high / price.value : 0;
  }
  if (const double more = d.bill.accelerators_more; more > 0) {
    GroupPart& hours = out["accelerators"];  // which it is the difference of
    const double low = hours.now > 0 ? hours.low / hours.now : 1,
                 high = hours.now > 0 ? hours.high / hours.now : 1;
    hours.now += more, hours.low += more * low, hours.high += more * high;
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

// Than where they are cheapest of the places where something serves.
void rebase_accelerators(SizeResult& out) {
  double least = HUGE_VAL;
  for (const SizedDesign& d : out.designs) least = std::min(least, d.bill.accelerators_more);
  for (SizedDesign& d : out.designs) d.bill.accelerators_more -= least;
}

// What would have to change for another kind to win over the best: each group of prices alone.
void flips_of(std::size_t other, const Screening& screening, const PriceBook& prices, SizeResult& out) {
  const SizedDesign &first = out.designs.front(), &second = out.designs[other];
  const auto a = by_group(first, screening, prices), b = by_group(second, screening, prices);
  std::set<std::string> groups;
  for (const auto& [group, part] : a) groups.insert(group);
  for (const auto& [group, part] : b) groups.insert(group);
  for (const std::string& group : groups) {
    const GroupPart pa = a.contains(group) ? a.at(group) : GroupPart{};
    const GroupPart pb = b.contains(group) ? b.at(group) : GroupPart{};
    const auto x = meeting(first.bill.compared() - pa.now, pa.now, second.bill.compared() - pb.now, pb.now);
    if (!x) continue;
    const double both = pa.now + pb.now;
    out.flips.push_back({other, group, *x, (pa.low + pb.low) / both, (pa.high + pb.high) / both,
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

const SizedDesign* best_at(const Screening& screening, const SizeResult& result, bool cloud) {
  const auto found = std::find_if(result.designs.begin(), result.designs.end(), [&](const SizedDesign& d) {
    return in_cloud(screening.designs()[d.design].family) == cloud;
  });
  return found == result.designs.end() ? nullptr : &*found;
}

SizeResult size_designs(Screening& screening, const SizeOptions& options, std::stop_token stop) {
  SizeResult out;
  for (const Ranked& ranked : screening.rank(options.prices, Grouping::kProduct))
    out.designs.push_back(sized(screening, ranked));
  if (options.confirm > 0) Confirmation(screening, options, out, stop).run();
  group_by_place(screening, out);
  rebase_accelerators(out);
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
