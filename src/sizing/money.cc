#include "sizing/money.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "plan/au_form.h"
#include "sizing/accelerator_hour.h"
#include "sizing/design_storage.h"
#include "sizing/egress.h"
#include "sizing/extra_lines.h"
#include "sizing/payments.h"
#include "sizing/staging.h"

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

Traffic traffic_of(const Need& need, const std::vector<Served>& served) {
  Traffic all;
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const Traffic one = traffic_of(need.jobs[i], served[i]);
    all.requests += one.requests;
    all.bytes += one.bytes;
  }
  return all;
}

void add_traffic(const Design& d, const Need& need, const Traffic& all, const PriceBook& prices, Bill& bill) {
  if (d.service == nullptr) return;
  const auto add = [&](const std::string& item, double quantity, std::string label) {
    if (item.empty() || quantity <= 0) return;
    bill.lines.push_back({std::move(label), item, quantity, quantity * prices.at(item).value, 0, false});
  };
  add(d.service->get_price, all.requests / 1000, fmt::format("{:.3g} reads", all.requests));
  const Provider provider = d.service->provider;
  add(d.service->retrieval_price, billed_gb(provider, all.bytes),
      fmt::format("{} retrieved", bytes_decimal(Bytes{static_cast<std::uint64_t>(all.bytes)})));
  if (provider == Provider::kOther)
    for (const CostLine& line : leaving_lines(d, all.bytes, "read from outside its cloud"))
      add(line.item, line.quantity, line.label);
  double written = 0;
  for (const JobNeed& job : need.jobs)
    if (job.requirement.checkpoint_write)
      written += job.requirement.checkpoint_write->value * job.duty * kSecondsPerMonth * kCheckpointTimeShare;
  add(d.service->put_price, written / static_cast<double>(kObjectRange.value) / 1000, "checkpoints written");
  if (d.service->least_days > 0)
    add(d.service->storage_price, billed_gb(provider, written) * d.service->least_days / kDaysPerMonth,
        fmt::format("checkpoints, charged for {:g} days each", d.service->least_days));
}

// Items of the price book that every purchase is paid off at, beside its life.
constexpr const char* kTerms[] = {"interest", "support"};
constexpr const char* kLives[] = {"life.storage", "life.accelerators"};

// Purchases of storage, and of accelerators that idle.
struct Purchases {
  double storage = 0, idle = 0;
};

// Squared differences of a month's payment where one of the terms is at either end of its range.
void add_terms(const Purchases& bought, const PriceBook& prices, double& below, double& above) {
  const Price &r = prices.at(kTerms[0]), &s = prices.at(kTerms[1]);
  const Price &years = prices.at(kLives[0]), &idle_years = prices.at(kLives[1]);
  const auto monthly = [&](double interest, double life, double idle_life, double support) {
    return (bought.storage > 0 ? bought.storage * monthly_of_1(interest, life, support) : 0) +
           (bought.idle > 0 ? bought.idle * monthly_of_1(interest, idle_life, support) : 0);
  };
  const double now = monthly(r.value, years.value, idle_years.value, s.value);
  for (const double there : {monthly(r.low, years.value, idle_years.value, s.value),
                             monthly(r.high, years.value, idle_years.value, s.value),
                             monthly(r.value, years.low, idle_years.value, s.value),
                             monthly(r.value, years.high, idle_years.value, s.value),
                             monthly(r.value, years.value, idle_years.low, s.value),
                             monthly(r.value, years.value, idle_years.high, s.value),
                             monthly(r.value, years.value, idle_years.value, s.low),
                             monthly(r.value, years.value, idle_years.value, s.high)})
    (there < now ? below : above) += std::pow(there - now, 2);
}

double idle_hours(const JobNeed& job, double au) {
  return (1 - au) * job.workload.accelerator.count * kHoursPerMonth * job.duty;
}

// Where the price of an hour comes from: `given` > 0, or terms.
struct HourTerms {
  double given = 0;
  std::optional<AcceleratorTerms> asked;
  std::optional<Provider> cloud;  // absent: on premises
};

HourTerms terms_at(const Need& need, double given, std::optional<Provider> cloud) {
  return {given, need.accelerator_terms, cloud};
}

// 0 where nothing knows it.
double hour_price(const JobNeed& job, const PriceBook& prices, const HourTerms& at) {
  if (at.given > 0) return at.given;
  const AcceleratorTerms terms = terms_of(job.workload, at.asked, at.cloud);
  return accelerator_hour(job.workload, terms, prices, at.cloud).value_or(0);
}

void add_idle_lines(const JobNeed& job, std::string_view why, double hours, const PriceBook& prices,
                    const HourTerms& at, Bill& bill) {
  const std::string label = fmt::format("{} {}, {:.4g} accelerator-hours", job.workload.name, why, hours);
  if (at.given > 0) {
    bill.lines.push_back({label, "", hours, hours * at.given, 0, true});
    return;
  }
  const Accelerator* found = Catalogue::shipped().find_accelerator(job.workload.accelerator.type);
  if (found == nullptr) return;
  const double months = hours / kHoursPerMonth;
  const AcceleratorTerms terms = terms_of(job.workload, at.asked, at.cloud);
  for (const CostLine& line : accelerator_month(*found, terms, at.cloud)) {
    const double quantity = months * line.quantity;
    const double amount = quantity * prices.at(line.item).value * value_of(prices, line.markup) *
                          (line.purchase ? monthly_of_accelerators(prices) : 1);
    bill.lines.push_back(
        {fmt::format("{}: {}", label, line.label), line.item, quantity, amount, 0, true, line.markup});
  }
}

void add_idle(const Design& design, const Need& need, const std::vector<Served>& served,
              const PriceBook& prices, double hour, Bill& bill) {
  const HourTerms at = terms_at(need, hour, cloud_of(design));
  const std::vector<double> paid = paid_utilisations(design, need, served);
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    const JobNeed& job = need.jobs[i];
    if (hour_price(job, prices, at) <= 0) continue;
    add_idle_lines(job, "idle", idle_hours(job, served[i].au), prices, at, bill);
    double left = served[i].au - paid[i];
    const auto wait = [&](const CacheLoss& loss, std::string_view why) {
      const double share = std::min(left, served[i].au * refill_share(loss, job));
      left -= share;
      if (share > 0) add_idle_lines(job, why, idle_hours(job, 1 - share), prices, at, bill);
    };
    wait(design.failed_drive, "waiting for lost flash to be filled again");
    wait(design.restarted_host, "waiting for the memory of a host that started anew to be filled again");
  }
}

// Of the idle lines, what would have been paid at once: paid off over life.accelerators.
double idle_purchase(const Bill& bill, const PriceBook& prices) {
  double sum = 0;
  for (const BillLine& line : bill.lines)
    if (line.idle && !line.item.empty() && prices.at(line.item).unit == PriceUnit::kEach)
      sum += line.quantity * prices.at(line.item).value;
  return sum;
}

// Whether something is sent or brought in once and paid off (extra_lines.h).
bool pays_once(const Bill& bill, const Design& d) {
  const CloudService* store = keeper_of(d);
  if (store != nullptr && !store->put_price.empty()) return true;
  return std::any_of(bill.lines.begin(), bill.lines.end(),
                     [](const BillLine& line) { return line.item.starts_with("between-regions."); });
}

}  // namespace

double paused_share(const Design& design, const JobNeed& job) {
  const Requirement& r = job.requirement;
  if (!r.checkpoint || !r.checkpoint_every || design.write.value <= 0) return 0;
  return 1 - checkpoint_factor(*r.checkpoint_every, *r.checkpoint / design.write);
}

std::vector<double> paid_utilisations(const Design& design, const Need& need,
                                      const std::vector<Served>& served) {
  std::vector<double> out;
  for (std::size_t i = 0; i < served.size(); ++i)
    out.push_back(served[i].au * (1 - refill_share(design, need.jobs[i])));
  return out;
}

double fixed_costs(const Design& design, const PriceBook& prices) {
  const double monthly = monthly_of_purchase(prices);
  double sum = 0;
  for (const CostLine& line : design.costs) {
    if (line.item.empty()) continue;
    sum += line.quantity * prices.at(line.item).value * value_of(prices, line.markup) *
           (line.purchase ? monthly : 1);
  }
  return sum;
}

double idle_costs(const Need& need, std::span<const double> au, const PriceBook& prices,
                  double accelerator_hour, std::optional<Provider> cloud) {
  const HourTerms at = terms_at(need, accelerator_hour, cloud);
  double sum = 0;
  for (std::size_t i = 0; i < need.jobs.size(); ++i)
    sum += idle_hours(need.jobs[i], au[i]) * hour_price(need.jobs[i], prices, at);
  return sum;
}

double pause_costs(const Design& design, const Need& need, const PriceBook& prices, double accelerator_hour) {
  const HourTerms at = terms_at(need, accelerator_hour, cloud_of(design));
  double sum = 0;
  for (const JobNeed& job : need.jobs)
    sum += idle_hours(job, 1 - paused_share(design, job)) * hour_price(job, prices, at);
  return sum;
}

double standing_costs(const Need& need, const PriceBook& prices, double accelerator_hour,
                      std::optional<Provider> cloud) {
  double sum = 0;
  for (const JobNeed& job : need.jobs) {
    const HourTerms at = terms_at(need, accelerator_hour, cloud);
    const bool owned = at.given <= 0 && terms_of(job.workload, at.asked, cloud) == AcceleratorTerms::kOwned;
    sum += job.workload.accelerator.count * kHoursPerMonth * (owned ? 1 : job.duty) *
           hour_price(job, prices, at);
  }
  return sum;
}

double hour_of_all(const Need& need, const PriceBook& prices, double accelerator_hour,
                   std::optional<Provider> cloud) {
  double sum = 0;
  for (const JobNeed& job : need.jobs)
    sum += job.workload.accelerator.count * job.duty *
           hour_price(job, prices, terms_at(need, accelerator_hour, cloud));
  return sum;
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
  const Traffic traffic = traffic_of(need, served);
  add_traffic(design, need, traffic, prices, bill);
  add_extra_lines(design, need, traffic.bytes, prices, bill);
  add_idle(design, need, served, prices, accelerator_hour, bill);
  for (const BillLine& line : bill.lines) (line.idle ? bill.idle : bill.storage) += line.month;
  double below = 0, above = 0;
  for (const auto& [item, part] : contributions(bill, design, prices)) {
    const Price& price = prices.at(item);
    if (price.value <= 0) continue;
    below += std::pow(part * (1 - price.low / price.value), 2);
    above += std::pow(part * (price.high / price.value - 1), 2);
  }
  add_terms({bill.purchase, idle_purchase(bill, prices)}, prices, below, above);
  bill.low = std::max(0.0, bill.total() - std::sqrt(below));
  bill.high = bill.total() + std::sqrt(above);
  return bill;
}

std::set<std::string> items_used(const Bill& bill, const Design& design, const PriceBook& prices) {
  std::set<std::string> out;
  for (const auto& [item, part] : contributions(bill, design, prices)) out.insert(item);
  const bool idle = idle_purchase(bill, prices) > 0;
  if (bill.purchase > 0 || idle) out.insert(std::begin(kTerms), std::end(kTerms));
  if (bill.purchase > 0) out.insert(kLives[0]);
  if (pays_once(bill, design)) out.insert({kTerms[0], kLives[0]});
  if (idle) out.insert(kLives[1]);
  return out;
}

std::map<std::string, double> contributions(const Bill& bill, const Design& design, const PriceBook& prices) {
  std::map<std::string, double> out;
  for (const BillLine& line : bill.lines)
    if (!line.item.empty()) {
      out[line.item] += line.month;
      if (!line.markup.empty()) out[line.markup] += line.month;
    }
  const double monthly = monthly_of_purchase(prices);
  for (const CostLine& line : design.costs)
    if (!line.markup.empty())
      out[line.markup] += line.quantity * prices.at(line.item).value * prices.at(line.markup).value *
                          (line.purchase ? monthly : 1);
  return out;
}

}  // namespace aforo
