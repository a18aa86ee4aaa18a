#include "sizing/recommend.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <set>

#include "base/text.h"

namespace aforo {
namespace {

std::string fed(const Need& need) {
  std::vector<std::string> parts;
  for (const JobNeed& job : need.jobs)
    parts.push_back(
        fmt::format("{} {} of '{}'", job.workload.accelerator.count,
                    job.workload.accelerator.type.empty() ? "accelerators" : job.workload.accelerator.type,
                    job.workload.name));
  return join(parts, " and ");
}

std::string busy(const SizedDesign& d, const Need& need) {
  const Served& first = d.judgement.served.front();
  const std::string au = format_percent(mean_au(d.judgement.served, need));
  const bool certain = format_percent(first.low) == format_percent(first.high);
  if (!d.simulated || need.jobs.size() > 1 || certain) return au;
  return fmt::format("{} ({} to {})", au, format_percent(first.low), format_percent(first.high));
}

std::string first_sentence(const Screening& s, const SizedDesign& best) {
  const Design& d = s.designs()[best.design];
  return fmt::format("{} {}: {}, for {} a month in all; it keeps {} {} busy and holds {}.",
                     in_cloud(d.family) ? "Rent" : "Buy", to_string(d.family), d.name,
                     money_text(best.bill.total()), fed(s.need()), busy(best, s.need()),
                     bytes_decimal(d.usable));
}

std::string second_sentence(const Screening& s, const SizeResult& r) {
  const SizedDesign& best = r.designs.front();
  std::string out = fmt::format("Storage is {} of that and idle accelerators {}",
                                money_text(best.bill.storage), money_text(best.bill.idle));
  if (!r.second) return out + "; no design of another kind serves these jobs.";
  const SizedDesign& second = r.designs[*r.second];
  const double more = second.bill.total() - best.bill.total();
  return out +
         fmt::format("; the next best of another kind, {}, costs {} a month more (storage {}, idle {}).",
                     to_string(s.designs()[second.design].family), money_text(more),
                     money_text(second.bill.storage), money_text(second.bill.idle));
}

std::string third_sentence(const SizeResult& r, const PriceBook& prices) {
  const Bill& bill = r.designs.front().bill;
  std::string out;
  if (!r.flips.empty()) {
    out = r.flips.front().text + "; with";
    out.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(out.front())));
  } else {
    out = r.second ? "No single price within a factor of 20 would turn this; with" : "With";
  }
  return out + fmt::format(" {} and their ranges, the total lies between {} and {}.", prices.dates(),
                           money_text(bill.low), money_text(bill.high));
}

}  // namespace

std::string money_text(double usd) {
  if (usd < 999.5) return fmt::format("${:.0f}", usd);
  const double unit = std::pow(10.0, std::floor(std::log10(usd)) - 2);
  return format_dollars({std::round(usd / unit) * unit});
}

std::vector<std::string> recommendation(const Screening& screening, const SizeResult& result,
                                        const PriceBook& prices) {
  if (!result.designs.empty())
    return {first_sentence(screening, result.designs.front()), second_sentence(screening, result),
            third_sentence(result, prices)};
  if (result.rejected.empty()) return {"Nothing in the catalogue is offered for what was asked."};
  const Rejected& nearest = result.rejected.front();
  const Design& d = screening.designs()[nearest.design];
  return {
      fmt::format("Nothing in the catalogue serves these jobs: {} designs were looked at.", result.judged),
      fmt::format("The nearest miss is {} ({}), which reaches {} of what is needed.", to_string(d.family),
                  d.name, format_percent_below(nearest.reach, 1)),
      "What it lacks is " + nearest.reason + "."};
}

double point_value(const Screening& screening, const PriceBook& prices) {
  double sum = 0;
  for (const JobNeed& job : screening.need().jobs) {
    const std::string item = hour_item(job.workload);
    const double hour = screening.ask().accelerator_hour ? screening.ask().accelerator_hour->value
                        : item.empty()                   ? 0
                                                         : prices.at(item).value;
    sum += 0.01 * job.workload.accelerator.count * job.duty * kHoursPerMonth * hour;
  }
  return sum;
}

}  // namespace aforo
