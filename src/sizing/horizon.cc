#include "sizing/horizon.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "sizing/accelerator_hour.h"
#include "sizing/egress.h"
#include "sizing/money.h"
#include "sizing/money_words.h"
#include "sizing/payments.h"
#include "sizing/providers.h"

namespace aforo {
namespace {

struct Cluster {
  double purchase = 0;   // USD: accelerators and their hosts
  double running = 0;    // USD a month: power, support
  double rent_full = 0;  // USD a month, were all rented all the time
  double rent = 0;       // USD a month for the hours used
  double duty = 0;       // mean
  std::set<std::string> items = {"host",
                                 "power",
                                 "pue",
                                 "support",
                                 "fabric",
                                 "staff",
                                 "interest",
                                 "life.accelerators",
                                 "residual.accelerators",
                                 "residual.storage"};
  bool known = true;
};

// Estimate: accelerators that are bought draw so much of their power however little they are used.
constexpr double kLeastPowerDuty = 0.3;

// Owned accelerators are not rented: then, as where nothing was asked, on demand.
AcceleratorTerms rented_on(const SizingAsk& ask) {
  const AcceleratorTerms terms = ask.accelerator_terms.value_or(AcceleratorTerms::kOnDemand);
  return terms == AcceleratorTerms::kOwned ? AcceleratorTerms::kOnDemand : terms;
}

double rent_of_hour(const Workload& workload, const Accelerator& a, const SizingAsk& ask,
                    const PriceBook& prices, std::optional<Provider> cloud, std::set<std::string>& items) {
  if (ask.accelerator_hour) return ask.accelerator_hour->value;
  const AcceleratorTerms terms = rented_on(ask);
  for (const CostLine& line : accelerator_month(a, terms, cloud)) {
    items.insert(line.item);
    if (!line.markup.empty()) items.insert(line.markup);
  }
  return accelerator_hour(workload, terms, prices, cloud).value();
}

// What all accelerators cost a month for the hours used, on these terms. Each has a price.
double rent_at(const Need& need, AcceleratorTerms terms, const PriceBook& prices,
               std::optional<Provider> cloud) {
  double sum = 0;
  for (const JobNeed& job : need.jobs)
    sum += job.workload.accelerator.count * accelerator_hour(job.workload, terms, prices, cloud).value() *
           kHoursPerMonth * job.duty;
  return sum;
}

// Support and staff, of a purchase, a month.
double upkeep(double purchase, const PriceBook& prices) {
  return purchase * (prices.at("support").value + prices.at("staff").value) / 12;
}

Cluster cluster_of(const Need& need, const SizingAsk& ask, const PriceBook& prices,
                   const Catalogue& catalogue, std::optional<Provider> cloud) {
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
    const double hour = rent_of_hour(job.workload, *a, ask, prices, cloud, out.items);
    out.purchase += n * (prices.at(a->purchase_price).value + prices.at("fabric").value) +
                    job.hosts * prices.at("host").value;
    out.running += n * a->watts * kHostPower / 1000 * kHoursPerMonth * prices.at("power").value *
                   prices.at("pue").value * std::max(job.duty, kLeastPowerDuty);
    out.rent_full += n * hour * kHoursPerMonth;
    out.rent += n * hour * kHoursPerMonth * job.duty;
    accelerators += n;
    out.duty += n * job.duty;
  }
  out.duty /= accelerators;
  out.running += upkeep(out.purchase, prices);
  return out;
}

// "on-demand, h100 at $12.29 an hour of Azure"; every type once.
std::string rent_text(const Need& need, const SizingAsk& ask, const PriceBook& prices,
                      std::optional<Provider> cloud) {
  if (ask.accelerator_hour) return format_dollars(*ask.accelerator_hour) + " an hour";
  const AcceleratorTerms terms = rented_on(ask);
  std::set<std::string> each;
  for (const JobNeed& job : need.jobs) {
    const std::string& type = job.workload.accelerator.type;
    each.insert(fmt::format("{} at {} an hour of {}", type,
                            format_dollars({*accelerator_hour(job.workload, terms, prices, cloud)}),
                            title_of(rented_at(type, cloud).value_or(Provider::kOther))));
  }
  return fmt::format("{}, {}", to_string(terms),
                     join(std::vector<std::string>(each.begin(), each.end()), " and "));
}

// What storage on premises costs a month beside its purchase.
double running_storage(const SizedDesign& d, const PriceBook& prices) {
  double out = upkeep(d.bill.purchase, prices);
  for (const BillLine& line : d.bill.lines)
    if (line.purchase == 0 && !line.idle) out += line.month;
  return out;
}

// What 1 USD in month m is worth today.
double worth_in(double rate, double m) { return std::pow(1 + rate, -m); }

// A share that somebody set, as they would write it: "3 %".
std::string format_setting(double share) { return fmt::format("{:.3g} %", 100 * share); }

// What is left of a purchase falls in a line to the residual at the end of its life.
double left_of(double purchase, double months, const PriceBook& prices, const std::string& what) {
  const double life = 12 * prices.at("life." + what).value;
  const double gone = life > 0 ? std::min(1.0, months / life) : 1;
  return purchase * (1 - gone * (1 - prices.at("residual." + what).value));
}

std::vector<double> accumulated(double upfront, double monthly, double months, double rate) {
  std::vector<double> out;
  for (int m = 1; m <= static_cast<int>(months); ++m)
    out.push_back(upfront + monthly * worth_of_months(rate, m));
  return out;
}

// The pilot: its share of the cloud's bill; then the purchase, and the data on the wire once.
Account path_of(const Account& owned, const Account& rented, double egress, const HorizonOptions& o,
                double rate) {
  Account out;
  out.name = "cloud, then on premises";
  out.design = rented.design + ", then " + owned.design;
  out.upfront = owned.upfront + egress;
  out.monthly = owned.monthly;
  const double pilot = rented.monthly * o.pilot_share;
  for (int m = 1; m <= static_cast<int>(o.months); ++m) {
    const double in_cloud = std::min<double>(m, o.cloud_first);
    const double moved = m >= o.cloud_first ? out.upfront * worth_in(rate, o.cloud_first) : 0;
    out.cumulative.push_back(pilot * worth_of_months(rate, in_cloud) + moved +
                             owned.monthly * (worth_of_months(rate, m) - worth_of_months(rate, in_cloud)));
  }
  out.total = out.cumulative.empty() ? 0 : out.cumulative.back();
  return out;
}

// The month whose payments saved are worth what was paid at once.
std::optional<double> month_of_return(double upfront, double saved, double rate) {
  if (saved <= 0 || upfront * rate >= saved) return std::nullopt;
  return rate > 0 ? -std::log(1 - upfront * rate / saved) / std::log(1 + rate) : upfront / saved;
}

constexpr AcceleratorTerms kRented[] = {AcceleratorTerms::kOnDemand, AcceleratorTerms::kCommitted1y,
                                        AcceleratorTerms::kCommitted3y};

void add_terms_of_rent(const Screening& screening, const Design& rented, const PriceBook& prices,
                       const Catalogue& catalogue, double months, Horizon& out) {
  if (screening.ask().accelerator_hour) return;
  const double rate = prices.at("interest").value / 12;
  for (const AcceleratorTerms terms : kRented) {
    BreakEvenAt at{terms, out.rented.monthly_storage, {}};
    at.rent += rent_at(screening.need(), terms, prices, cloud_of(rented));
    const auto month = month_of_return(out.owned.upfront, at.rent - out.owned.monthly, rate);
    if (month && *month <= months) at.month = month;
    out.by_terms.push_back(at);
    for (const JobNeed& job : screening.need().jobs)
      for (const CostLine& line : accelerator_month(
               *catalogue.find_accelerator(job.workload.accelerator.type), terms, cloud_of(rented)))
        if (!line.markup.empty()) out.items.insert(line.markup);
  }
}

std::vector<std::string> assumptions_of(const Screening& screening, const Cluster& cluster,
                                        const Horizon& found, const Design& rented, const PriceBook& prices,
                                        const HorizonOptions& o, double moved) {
  return {
      fmt::format("accelerators in the cloud: {}, for {} of the time",
                  rent_text(screening.need(), screening.ask(), prices, cloud_of(rented)),
                  format_setting(cluster.duty)),
      fmt::format("on premises: accelerators, hosts and their network for {} bought at once; staff {} of the "
                  "purchase a year; {} left of it all after {:g} months",
                  money_text(cluster.purchase), format_setting(prices.at("staff").value),
                  money_text(found.owned.residual), o.months),
      fmt::format("sums over time: present values at {} a year", format_setting(prices.at("interest").value)),
      fmt::format("pilot: {} of accelerators and data for {:g} months in the cloud, {} to move the data out",
                  format_setting(o.pilot_share), o.cloud_first, moved < 0.5 ? "nothing" : money_text(moved))};
}

}  // namespace

std::optional<Horizon> horizon(const Screening& screening, const SizeResult& result, const PriceBook& prices,
                               const Catalogue& catalogue, const HorizonOptions& o) {
  const SizedDesign* own = best_at(screening, result, false);
  const SizedDesign* rent = best_at(screening, result, true);
  if (own == nullptr || rent == nullptr) return std::nullopt;
  const Cluster cluster = cluster_of(screening.need(), screening.ask(), prices, catalogue,
                                     cloud_of(screening.designs()[rent->design]));
  if (!cluster.known) return std::nullopt;
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
               0,
               {}};
  out.rented = {
      "cloud", rent_design.name, 0, rent->bill.storage + cluster.rent, rent->bill.storage, cluster.rent, 0, 0,
      {}};
  const double rate = prices.at("interest").value / 12, worth = worth_of_months(rate, o.months);
  const auto residual_after = [&](double months) {
    return months <= 0
               ? 0
               : worth_in(rate, o.months) * (left_of(cluster.purchase, months, prices, "accelerators") +
                                             left_of(own->bill.purchase, months, prices, "storage"));
  };
  out.owned.residual = residual_after(o.months);
  for (Account* a : {&out.owned, &out.rented}) {
    a->cumulative = accumulated(a->upfront, a->monthly, o.months, rate);
    a->total = a->upfront + a->monthly * worth - a->residual;
  }
  const double held = static_cast<double>(screening.need().capacity.value);
  for (const CostLine& line : leaving_lines(rent_design, held, "", o.pilot_share))
    out.items.insert(line.item);
  const double moved = leaving_costs(rent_design, held, prices, o.pilot_share);
  out.path = path_of(out.owned, out.rented, moved, o, rate);
  out.path.residual = residual_after(o.months - o.cloud_first);
  out.path.total -= out.path.residual;
  const auto even = month_of_return(out.owned.upfront, out.rented.monthly - out.owned.monthly, rate);
  if (even && *even <= o.months) out.break_even = even;
  add_terms_of_rent(screening, rent_design, prices, catalogue, o.months, out);
  // rent_full x duty + storage = owned over the horizon.
  const double duty = (out.owned.total / worth - rent->bill.storage) / cluster.rent_full;
  if (duty > 0 && duty <= 1) out.break_even_duty = duty;
  out.assumptions = assumptions_of(screening, cluster, out, rent_design, prices, o, moved);
  return out;
}

}  // namespace aforo
