#include "sizing/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "plan/au_form.h"
#include "sizing/design_storage.h"

namespace aforo {
namespace {

constexpr double kDaysPerMonth = kHoursPerMonth / 24;
constexpr double kSecondsPerMonth = kHoursPerMonth * 3600;

double value_of(const PriceBook& prices, const std::string& item) {
  return item.empty() ? 1 : prices.at(item).value;
}

// Reads of an object store that a job makes in a month, and the bytes they bring.
struct Traffic {
  double requests = 0, bytes = 0;
};
Traffic traffic_of(const JobNeed& job, const Served& served) {
  const double samples =
      job.requirement.samples_full.value * served.au * job.duty * kSecondsPerMonth * served.missed;
  const double request = std::min(job.read.operation_bytes(), static_cast<double>(kObjectRange.value));
  // A stream's small requests are read ahead in whole ranges.
  const double one = job.read.kind == ReadKind::kStream ? static_cast<double>(kObjectRange.value) : request;
  return {samples * std::max(job.read.kind == ReadKind::kFile ? 1.0 : 0.0, job.read.bytes_per_sample / one),
          samples * job.read.bytes_per_sample};
}

void add_traffic(const Design& d, const Need& need, const std::vector<Served>& served,
                 const PriceBook& prices, Bill& bill) {
  if (d.service == nullptr) return;
  Traffic all;
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const Traffic one = traffic_of(need.jobs[i], served[i]);
    all.requests += one.requests;
    all.bytes += one.bytes;
  }
  const auto add = [&](const std::string& item, double quantity, std::string label) {
    if (item.empty() || quantity <= 0) return;
    bill.lines.push_back({std::move(label), item, quantity, quantity * prices.at(item).value, 0, false});
  };
  add(d.service->get_price, all.requests / 1000, fmt::format("{:.3g} reads", all.requests));
  add(d.service->retrieval_price, all.bytes / 1e9,
      fmt::format("{} retrieved", bytes_decimal(Bytes{static_cast<std::uint64_t>(all.bytes)})));
  const double free_of_charge = d.service->free_egress * static_cast<double>(d.bought.value);
  if (d.service->provider == Provider::kOther)
    add("egress.other", (all.bytes - free_of_charge) / 1e9, "read from outside its cloud");
  double written = 0;
  for (const JobNeed& job : need.jobs)
    if (job.requirement.checkpoint_write)
      written += job.requirement.checkpoint_write->value * job.duty * kSecondsPerMonth * kCheckpointTimeShare;
  add(d.service->put_price, written / static_cast<double>(kObjectRange.value) / 1000, "checkpoints written");
  if (d.service->least_days > 0)
    add(d.service->storage_price, written / 1e9 * d.service->least_days / kDaysPerMonth,
        fmt::format("checkpoints, charged for {:g} days each", d.service->least_days));
}

// A month's payment for a purchase of 1.
double monthly_of_1(double interest, double years, double support) {
  return (capital_recovery(interest, years) + support) / 12;
}

// Items of the price book that every purchase is paid off at.
constexpr const char* kTerms[] = {"interest", "life.storage", "support"};

// Squared differences of a month's payment where one of the terms is at either end of its range.
void add_terms(double purchase, const PriceBook& prices, double& below, double& above) {
  const auto monthly = [&](double interest, double years, double support) {
    return purchase * monthly_of_1(interest, years, support);
  };
  const Price &interest = prices.at(kTerms[0]), &life = prices.at(kTerms[1]), &support = prices.at(kTerms[2]);
  const double now = monthly(interest.value, life.value, support.value);
  for (const double there :
       {monthly(interest.low, life.value, support.value), monthly(interest.high, life.value, support.value),
        monthly(interest.value, life.low, support.value), monthly(interest.value, life.high, support.value),
        monthly(interest.value, life.value, support.low), monthly(interest.value, life.value, support.high)})
    (there < now ? below : above) += std::pow(there - now, 2);
}

double idle_hours(const JobNeed& job, double au) {
  return (1 - au) * job.workload.accelerator.count * kHoursPerMonth * job.duty;
}

// `hour` > 0 replaces the price book's; 0 where neither knows it.
double hour_price(const JobNeed& job, const PriceBook& prices, double hour) {
  const std::string item = hour_item(job.workload);
  return hour > 0 ? hour : item.empty() ? 0 : prices.at(item).value;
}

void add_idle(const Need& need, const std::vector<Served>& served, const PriceBook& prices, double hour,
              Bill& bill) {
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const JobNeed& job = need.jobs[i];
    const double price = hour_price(job, prices, hour), hours = idle_hours(job, served[i].au);
    if (price <= 0) continue;
    bill.lines.push_back({fmt::format("{} idle, {:.4g} accelerator-hours", job.workload.name, hours),
                          hour > 0 ? "" : hour_item(job.workload), hours, hours * price, 0, true});
  }
}

}  // namespace

double capital_recovery(double interest, double years) {
  if (interest <= 0) return 1 / years;
  return interest / (1 - std::pow(1 + interest, -years));
}

double monthly_of_purchase(const PriceBook& prices) {
  const double years = prices.at("life.storage").value;
  if (!(years > 0))
    throw UserError("expected a life.storage above 0 years, found 0; purchases are paid off over it");
  return monthly_of_1(prices.at("interest").value, years, prices.at("support").value);
}

double paused_share(const Design& design, const JobNeed& job) {
  const Requirement& r = job.requirement;
  if (!r.checkpoint || !r.checkpoint_every || design.write.value <= 0) return 0;
  return 1 - checkpoint_factor(*r.checkpoint_every, *r.checkpoint / design.write);
}

double pause_costs(const Design& design, const Need& need, const PriceBook& prices, double accelerator_hour) {
  double sum = 0;
  for (const JobNeed& job : need.jobs)
    sum += idle_hours(job, 1 - paused_share(design, job)) * hour_price(job, prices, accelerator_hour);
  return sum;
}

std::string hour_item(const Workload& workload) {
  const Accelerator* found = Catalogue::shipped().find_accelerator(workload.accelerator.type);
  return found == nullptr ? "" : found->hour_price;
}

Bill bill_of(const Design& design, const Need& need, const std::vector<Served>& served,
             const PriceBook& prices, double accelerator_hour) {
  Bill bill;
  const double monthly = monthly_of_purchase(prices);
  for (const CostLine& line : design.costs) {
    if (line.item.empty()) continue;
    const double amount = line.quantity * prices.at(line.item).value * value_of(prices, line.markup);
    bill.lines.push_back({line.label, line.item, line.quantity, line.purchase ? amount * monthly : amount,
                          line.purchase ? amount : 0, false});
    if (line.purchase) bill.purchase += amount;
  }
  add_traffic(design, need, served, prices, bill);
  add_idle(need, served, prices, accelerator_hour, bill);
  for (const BillLine& line : bill.lines) (line.idle ? bill.idle : bill.storage) += line.month;
  double below = 0, above = 0;
  for (const auto& [item, part] : contributions(bill, design, prices)) {
    const Price& price = prices.at(item);
    if (price.value <= 0) continue;
    below += std::pow(part * (1 - price.low / price.value), 2);
    above += std::pow(part * (price.high / price.value - 1), 2);
  }
  if (bill.purchase > 0) add_terms(bill.purchase, prices, below, above);
  bill.low = std::max(0.0, bill.total() - std::sqrt(below));
  bill.high = bill.total() + std::sqrt(above);
  return bill;
}

std::set<std::string> items_used(const Bill& bill, const Design& design, const PriceBook& prices) {
  std::set<std::string> out;
  for (const auto& [item, part] : contributions(bill, design, prices)) out.insert(item);
  if (bill.purchase > 0) out.insert(std::begin(kTerms), std::end(kTerms));
  return out;
}

std::map<std::string, double> contributions(const Bill& bill, const Design& design, const PriceBook& prices) {
  std::map<std::string, double> out;
  for (const BillLine& line : bill.lines)
    if (!line.item.empty()) out[line.item] += line.month;
  const double monthly = monthly_of_purchase(prices);
  for (const CostLine& line : design.costs)
    if (!line.markup.empty())
      out[line.markup] += line.quantity * prices.at(line.item).value * prices.at(line.markup).value *
                          (line.purchase ? monthly : 1);
  return out;
}

}  // namespace aforo
