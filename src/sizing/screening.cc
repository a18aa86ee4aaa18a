#include "sizing/screening.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/parallel_for.h"

namespace aforo {

double fixed_costs(const Design& design, const PriceBook& prices) {
  const double monthly = monthly_of_purchase(prices);
  double sum = 0;
  for (const CostLine& line : design.costs) {
    if (line.item.empty()) continue;
    const double markup = line.markup.empty() ? 1 : prices.at(line.markup).value;
    sum += line.quantity * prices.at(line.item).value * markup * (line.purchase ? monthly : 1);
  }
  return sum;
}

Screening::Screening(const SizingAsk& ask, const Catalogue& catalogue, unsigned threads)
    : ask_(ask), need_(need_of(ask)), designs_(build_designs(ask, need_, catalogue)), threads_(threads) {
  judged_.resize(designs_.size());
  known_.resize(designs_.size(), Known::kNothing);
  for (std::size_t i = 0; i < designs_.size(); ++i) {
    judged_[i] = check_figures(designs_[i], need_);
    if (!judged_[i].serves()) known_[i] = Known::kFigures;
  }
}

// Drives of one medium and size are one product: their makers compete. Cached families are
// told apart by the flash.
std::string Screening::group(const Design& d, Grouping grouping) const {
  std::string out(to_string(d.family));
  if (grouping == Grouping::kFamily) return out;
  const bool pair = d.family == Family::kHybrid || d.family == Family::kLocalHdd;
  if (pair) return out + '|' + std::string(to_string(d.fast.drive->media));
  if (d.main.drives > 0) return out + '|' + bytes_decimal(d.main.drive->capacity);
  return out + '|' + d.product;
}

namespace {

// The same parts, in whatever number: of these, utilisation rises with what they read. Of disks behind a
// cache, the same cache.
struct Parts {
  const Drive *drive = nullptr, *fast = nullptr;
  const StorageNode* node = nullptr;
  const Nic* nic = nullptr;
  std::uint32_t data = 0, parity = 0, fast_drives = 0;
  auto operator<=>(const Parts&) const = default;
};
Parts parts_of(const Design& d) {
  if (d.fast.drives > 0) return {nullptr, d.fast.drive, nullptr, nullptr, 0, 0, d.fast.drives};
  return {d.main.drive, nullptr, d.main.node, d.main.nic, d.main.data, d.main.parity, 0};
}

}  // namespace

// Halving finds the least of them that serves.
void Screening::judge_sizes(std::vector<std::size_t>& same) {
  std::erase_if(same, [&](std::size_t i) { return known_[i] != Known::kNothing; });
  if (same.empty()) return;
  std::stable_sort(same.begin(), same.end(),
                   [&](std::size_t a, std::size_t b) { return designs_[a].read < designs_[b].read; });
  std::size_t fails = 0, serves = same.size();  // below `fails` none serves
  for (std::size_t middle = same.size() - 1; fails < serves; middle = fails + (serves - fails) / 2) {
    const std::size_t i = same[middle];
    judged_[i] = judge_design(designs_[i], need_, ask_.accelerators_per_host);
    known_[i] = Known::kAll;
    if (judged_[i].serves()) {
      serves = middle;
      continue;
    }
    for (std::size_t k = fails; k < middle; ++k) {
      known_[same[k]] = Known::kFigures;
      judged_[same[k]] = {{}, judged_[i].check, "no better than a larger one: " + judged_[i].reason, 0};
    }
    fails = middle + 1;
  }
}

std::optional<Ranked> Screening::cheapest(const std::vector<std::size_t>& members,
                                          const std::vector<double>& fixed, const PriceBook& prices) {
  std::map<Parts, std::vector<std::size_t>> sizes;
  for (const std::size_t i : members)
    if (known_[i] == Known::kNothing && !in_cloud(designs_[i].family))
      sizes[parts_of(designs_[i])].push_back(i);
  std::optional<Ranked> best;
  for (const std::size_t i : members) {  // by rising fixed costs
    if (best && fixed[i] >= best->bill.total()) break;
    if (known_[i] == Known::kNothing && !in_cloud(designs_[i].family))
      judge_sizes(sizes[parts_of(designs_[i])]);
    if (known_[i] == Known::kFigures) continue;
    if (known_[i] == Known::kNothing) {
      judged_[i] = judge_design(designs_[i], need_, ask_.accelerators_per_host);
      known_[i] = Known::kAll;
    }
    if (!judged_[i].serves()) continue;
    Bill found = bill(i, prices);
    if (!best || found.total() < best->bill.total()) best = Ranked{i, std::move(found)};
  }
  return best;
}

std::optional<Ranked> Screening::cheapest_on_premises(const PriceBook& prices) {
  std::vector<double> fixed(designs_.size());
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < designs_.size(); ++i) {
    if (in_cloud(designs_[i].family)) continue;
    fixed[i] = least_costs(i, prices);
    members.push_back(i);
  }
  std::stable_sort(members.begin(), members.end(),
                   [&](std::size_t a, std::size_t b) { return fixed[a] < fixed[b]; });
  return cheapest(members, fixed, prices);
}

std::vector<Ranked> Screening::rank(const PriceBook& prices, Grouping grouping) {
  std::vector<double> fixed(designs_.size());
  std::map<std::string, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < designs_.size(); ++i) {
    fixed[i] = least_costs(i, prices);
    groups[group(designs_[i], grouping)].push_back(i);
  }
  std::vector<std::vector<std::size_t>*> lists;
  for (auto& [name, members] : groups) {
    std::stable_sort(members.begin(), members.end(),
                     [&](std::size_t a, std::size_t b) { return fixed[a] < fixed[b]; });
    lists.push_back(&members);
  }
  std::vector<std::optional<Ranked>> found(lists.size());
  parallel_for(lists.size(), 1, threads_, {}, [&](unsigned, std::uint64_t i, std::uint64_t) {
    found[i] = cheapest(*lists[i], fixed, prices);
  });
  std::vector<Ranked> out;
  for (auto& one : found)
    if (one) out.push_back(std::move(*one));
  std::stable_sort(out.begin(), out.end(),
                   [](const Ranked& a, const Ranked& b) { return a.bill.total() < b.bill.total(); });
  return out;
}

std::vector<Rejected> Screening::rejected() const {
  std::map<std::string, Rejected> nearest;
  for (std::size_t i = 0; i < designs_.size(); ++i) {
    if (known_[i] == Known::kNothing || judged_[i].serves()) continue;
    Rejected& slot = nearest[group(designs_[i], Grouping::kProduct) + '|' + judged_[i].check];
    if (judged_[i].reach > slot.reach) slot = {i, judged_[i].reason, judged_[i].reach};
  }
  std::vector<Rejected> out;
  for (auto& [name, one] : nearest)
    if (one.reach > 0) out.push_back(std::move(one));
  std::stable_sort(out.begin(), out.end(),
                   [](const Rejected& a, const Rejected& b) { return a.reach > b.reach; });
  return out;
}

void Screening::reject_weaker(std::size_t design) {
  const Design& failed = designs_[design];
  for (std::size_t i = 0; i < designs_.size(); ++i) {
    const Design& d = designs_[i];
    const bool same = d.family == failed.family && d.service == failed.service;
    const bool more = d.read.value > kNextRead * failed.read.value ||
                      d.fast_read.value > kNextRead * failed.fast_read.value;
    if (i == design || !same || more || known_[i] == Known::kFigures) continue;
    if (known_[i] == Known::kAll && !judged_[i].serves()) continue;
    known_[i] = Known::kFigures;
    judged_[i] = {{}, judged_[design].check, "no better than one that failed: " + judged_[design].reason, 0};
  }
}

std::size_t Screening::judged_count() const {
  return static_cast<std::size_t>(
      std::count_if(known_.begin(), known_.end(), [](Known k) { return k != Known::kNothing; }));
}

double Screening::least_costs(std::size_t design, const PriceBook& prices) const {
  const double hour = ask_.accelerator_hour ? ask_.accelerator_hour->value : 0;
  return fixed_costs(designs_[design], prices) + pause_costs(designs_[design], need_, prices, hour);
}

Bill Screening::bill(std::size_t design, const PriceBook& prices) const {
  const double hour = ask_.accelerator_hour ? ask_.accelerator_hour->value : 0;
  return bill_of(designs_[design], need_, judged_[design].served, prices, hour);
}

}  // namespace aforo
