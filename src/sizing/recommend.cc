#include "sizing/recommend.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "base/text.h"
#include "sizing/money_words.h"
#include "sizing/not_offered.h"
#include "sizing/places.h"
#include "sizing/staging.h"

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
  const std::string au = format_share(mean_au(d.judgement.served, need));
  if (!d.simulated || need.jobs.size() > 1) return au;
  return with_range(au, format_share(first.low), format_share(first.high));
}

std::string first_sentence(const Screening& s, const SizeResult& result) {
  const SizedDesign& best = result.designs.front();
  const Design& d = s.designs()[best.design];
  const std::string_view verb = in_cloud(d.family) ? "Rent" : d.costs.empty() ? "Use" : "Buy";
  return fmt::format("{} {}: {}, for {} a month in all{}{}; it keeps {} {} busy and holds {}.", verb,
                     to_string(d.family), d.name, money_text(best.bill.total()),
                     in_cloud(d.family) ? ", the accelerators standing there too" : "",
                     more_text(best.bill, cheapest_place(s, result)), fed(s.need()), busy(best, s.need()),
                     bytes_decimal(d.usable));
}

std::string second_sentence(const Screening& s, const SizeResult& r) {
  const SizedDesign& best = r.designs.front();
  std::string out = fmt::format("Storage is {} of that and idle accelerators {}",
                                money_text(best.bill.storage), idle_text(best.bill));
  if (!r.second) return out + "; no design of another kind serves these jobs.";
  const SizedDesign& second = r.designs[*r.second];
  const double more = second.bill.compared() - best.bill.compared();
  const double dearer = second.bill.accelerators_more - best.bill.accelerators_more;
  const std::string accelerators = std::abs(dearer) < 0.5
                                       ? ""
                                       : fmt::format(", accelerators {} {}", money_text(std::abs(dearer)),
                                                     dearer > 0 ? "dearer" : "cheaper");
  return out + fmt::format("; the next best of another kind, {}, costs {} (storage {}, idle {}{}).",
                           to_string(s.designs()[second.design].family),
                           more < 0.5 ? "no more" : money_text(more) + " a month more",
                           money_text(second.bill.storage), idle_text(second.bill), accelerators);
}

std::string third_sentence(const SizeResult& r, const PriceBook& prices) {
  const Bill& bill = r.designs.front().bill;
  std::string out;
  if (!r.flips.empty()) {
    out = r.flips.front().text + "; with";
    out.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(out.front())));
  } else {
    out = r.second
              ? fmt::format("No single price within a factor of {:g} would turn this; with", kFurthestFlip)
              : "With";
  }
  return out + fmt::format(" {} and their ranges, the total lies {}.", prices.dates(),
                           between_text(bill.low, bill.high));
}

// The check that failed, as the first word of a reason names it: "read: reads 139 GiB/s where ...".
std::string_view check_of(const Rejected& rejected) {
  return std::string_view(rejected.reason).substr(0, rejected.reason.find(':'));
}

std::vector<std::string> nearest_miss(const Screening& screening, const SizeResult& result) {
  const std::vector<Rejected>& all = result.rejected;
  const auto sensible = std::find_if(all.begin(), all.end(), [&](const Rejected& r) {
    return !oversized(screening.designs()[r.design], screening.need().capacity);
  });
  const Rejected& nearest = sensible == all.end() ? all.front() : *sensible;
  const Design& d = screening.designs()[nearest.design];
  const bool one_cause = std::all_of(all.begin(), all.end(),
                                     [&](const Rejected& r) { return check_of(r) == check_of(all.front()); });
  std::string cause;
  for (const std::string& clause : beyond_storage(screening)) cause += "; " + clause;
  if (cause.empty() && one_cause && all.size() > 1)
    cause = fmt::format(", and all fail by {}", check_of(nearest));
  return {fmt::format("Nothing in the catalogue serves these jobs: {} designs were looked at{}.",
                      result.judged, cause),
          fmt::format("The nearest miss is {} ({}), which reaches {} of what is needed.", to_string(d.family),
                      d.name, format_percent_below(nearest.reach, 1)),
          "What it lacks is " + nearest.reason + "."};
}

// The other place's headline: accelerators would then have to stand there. "" where nothing serves there.
std::string other_place(const Screening& screening, const SizeResult& result, const PriceBook& prices) {
  const Places found = places(screening, result, prices);
  if (!found.on_premises || !found.in_cloud) return "";
  const bool to_cloud = found.in_cloud->design != 0;
  const std::string moving =
      to_cloud || !found.moving
          ? ""
          : fmt::format("; moving the data out of the cloud costs {} once", money_text(found.moving->out));
  return (to_cloud ? found.in_cloud : found.on_premises)->headline + moving + ".";
}

}  // namespace

std::vector<std::string> beyond_storage(const Screening& screening) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < screening.need().jobs.size(); ++i) {
    if (screening.could_serve(i)) continue;
    const JobNeed& job = screening.need().jobs[i];
    const ClosedPrediction& ideal = job.host.ideal;
    const double target = least_utilisation(job);
    const auto steps = static_cast<double>(job.requirement.steps_per_epoch);
    out.push_back(fmt::format(
        "no storage keeps '{}' busier than {} ({} wanted): one that answers at once loses the rest to {}{}",
        job.workload.name, format_percent_below(ideal.au, target), format_percent(target), ideal.limit,
        ideal.limited_by == Limit::kEpochStart ? fmt::format(", {} steps long", format_count(steps)) : ""));
  }
  return out;
}

std::vector<std::string> recommendation(const Screening& screening, const SizeResult& result,
                                        const PriceBook& prices) {
  if (!result.designs.empty()) {
    std::vector<std::string> out = {first_sentence(screening, result), second_sentence(screening, result),
                                    third_sentence(result, prices)};
    if (std::string other = other_place(screening, result, prices); !other.empty())
      out.push_back(std::move(other));
    const Design& best = screening.designs()[result.designs.front().design];
    if (best.staged) out.push_back(schedule_of(best, screening.need()) + ".");
    return out;
  }
  if (result.rejected.empty())
    return {why_not_offered(screening.ask(), screening.need(), Catalogue::shipped())};
  return nearest_miss(screening, result);
}

double point_value(const Screening& screening, const PriceBook& prices, std::optional<Provider> cloud) {
  const double given = screening.ask().accelerator_hour ? screening.ask().accelerator_hour->value : 0;
  return 0.01 * kHoursPerMonth * hour_of_all(screening.need(), prices, given, cloud);
}

}  // namespace aforo
