#include "sizing/horizon.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aforo {
namespace {

struct Cluster {
  double purchase = 0;   // USD: accelerators and their hosts
  double running = 0;    // USD a month: power, support
  double rent_full = 0;  // USD a month, were all rented all the time
  double rent = 0;       // USD a month for the hours used
  double duty = 0;       // mean
  std::set<std::string> items = {"host", "power", "pue", "support"};
  bool known = true;
};

// Accelerators are bought in hosts; a host's other power is taken to be as much as a third
// of its accelerators'.
constexpr double kHostPower = 1.33;
// Estimate: accelerators that are bought draw so much of their power however little they are used.
constexpr double kLeastPowerDuty = 0.3;

Cluster cluster_of(const Need& need, const SizingAsk& ask, const PriceBook& prices,
                   const Catalogue& catalogue) {
  Cluster out;
  double accelerators = 0;
  for (const JobNeed& job : need.jobs) {
    const Accelerator* a = catalogue.find_accelerator(job.workload.accelerator.type);
    const double n = job.workload.accelerator.count;
    if (a == nullptr || a->purchase_price.empty() || (a->hour_price.empty() && !ask.accelerator_hour)) {
      out.known = false;
      return out;
    }
    out.items.insert(a->purchase_price);
    if (!ask.accelerator_hour) out.items.insert(a->hour_price);
    const double hour = ask.accelerator_hour ? ask.accelerator_hour->value : prices.at(a->hour_price).value;
    out.purchase += n * prices.at(a->purchase_price).value + job.hosts * prices.at("host").value;
    out.running += n * a->watts * kHostPower / 1000 * kHoursPerMonth * prices.at("power").value *
                   prices.at("pue").value * std::max(job.duty, kLeastPowerDuty);
    out.rent_full += n * hour * kHoursPerMonth;
    out.rent += n * hour * kHoursPerMonth * job.duty;
    accelerators += n;
    out.duty += n * job.duty;
  }
  out.duty /= accelerators;
  out.running += out.purchase * prices.at("support").value / 12;
  return out;
}

const SizedDesign* best_of(const Screening& screening, const SizeResult& result, bool cloud) {
  for (const SizedDesign& d : result.designs)
    if (in_cloud(screening.designs()[d.design].family) == cloud) return &d;
  return nullptr;
}

// What storage on premises costs a month beside its purchase.
double running_storage(const SizedDesign& d, const PriceBook& prices) {
  double out = d.bill.purchase * prices.at("support").value / 12;
  for (const BillLine& line : d.bill.lines)
    if (line.purchase == 0 && !line.idle) out += line.month;
  return out;
}

std::vector<double> accumulated(double upfront, double monthly, double months) {
  std::vector<double> out;
  for (int m = 1; m <= static_cast<int>(months); ++m) out.push_back(upfront + monthly * m);
  return out;
}

// The pilot: its share of the cloud's bill; then the purchase, and the data on the wire once.
Account path_of(const Account& owned, const Account& rented, double egress, const HorizonOptions& o) {
  Account out;
  out.name = "cloud, then on premises";
  out.design = rented.design + ", then " + owned.design;
  out.upfront = owned.upfront + egress;
  out.monthly = owned.monthly;
  const double pilot = rented.monthly * o.pilot_share;
  for (int m = 1; m <= static_cast<int>(o.months); ++m) {
    const double in_cloud = std::min<double>(m, o.cloud_first), after = m - in_cloud;
    out.cumulative.push_back(pilot * in_cloud + (after > 0 || m >= o.cloud_first ? out.upfront : 0) +
                             owned.monthly * after);
  }
  out.total = out.cumulative.empty() ? 0 : out.cumulative.back();
  return out;
}

}  // namespace

std::optional<Horizon> horizon(const Screening& screening, const SizeResult& result, const PriceBook& prices,
                               const Catalogue& catalogue, const HorizonOptions& o) {
  const SizedDesign *own = best_of(screening, result, false), *rent = best_of(screening, result, true);
  const Cluster cluster = cluster_of(screening.need(), screening.ask(), prices, catalogue);
  if (own == nullptr || rent == nullptr || !cluster.known) return std::nullopt;
  Horizon out;
  out.duty = cluster.duty;
  out.items = cluster.items;
  const Design &own_design = screening.designs()[own->design],
               &rent_design = screening.designs()[rent->design];
  out.owned = {"on premises",
               own_design.name,
               own->bill.purchase + cluster.purchase,
               running_storage(*own, prices) + cluster.running,
               running_storage(*own, prices),
               cluster.running,
               0,
               {}};
  out.rented = {
      "cloud", rent_design.name, 0, rent->bill.storage + cluster.rent, rent->bill.storage, cluster.rent, 0,
      {}};
  for (Account* a : {&out.owned, &out.rented}) {
    a->cumulative = accumulated(a->upfront, a->monthly, o.months);
    a->total = a->upfront + a->monthly * o.months;
  }
  const std::string egress_item = fmt::format("egress.{}", to_string(rent_design.service->provider));
  const Price* egress = prices.find(egress_item);
  if (egress != nullptr) out.items.insert(egress_item);
  const double moved = static_cast<double>(screening.need().capacity.value) / 1e9 * o.pilot_share *
                       (egress ? egress->value : 0);
  out.path = path_of(out.owned, out.rented, moved, o);
  const double saved = out.rented.monthly - out.owned.monthly;
  if (saved > 0 && out.owned.upfront / saved <= o.months) out.break_even = out.owned.upfront / saved;
  // rent_full x duty + storage = owned over the horizon.
  const double duty = (out.owned.total / o.months - rent->bill.storage) / cluster.rent_full;
  if (duty > 0 && duty <= 1) out.break_even_duty = duty;
  out.assumptions = {
      fmt::format("accelerators in the cloud: on demand, for {} of the time", format_percent(cluster.duty)),
      fmt::format("on premises: accelerators and hosts for {} bought at once, no residual value, no staff",
                  format_dollars({cluster.purchase})),
      fmt::format("pilot: {} of accelerators and data for {:g} months in the cloud, {} to move the data out",
                  format_percent(o.pilot_share), o.cloud_first, format_dollars({moved}))};
  return out;
}

}  // namespace aforo
