#include "report/design_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/size_words.h"

namespace aforo {
namespace {

constexpr double kNearlyOne = 10;  // percent

std::string percent(double share) {
  return fmt::format("{:.5g} %", share * 100);
}  // of a target: 99.99 is not 100

std::string jobs_text(std::size_t n) { return n == 1 ? "a job" : fmt::format("{} jobs", n); }

// "x 2.1"; of what is nearly 1, which two digits would call 1, "0.6 % higher".
std::string times(double factor) {
  const double percent = (factor - 1) * 100;
  if (std::abs(percent) >= kNearlyOne)
    return "x " + (factor < 99.5 ? fmt::format("{:.2g}", factor) : format_count(std::round(factor)));
  return fmt::format("{:.2g} % {}", std::abs(percent), percent < 0 ? "lower" : "higher");
}

using Interval = std::vector<double>;

bool surely_meets(double au, const Interval& interval, double target) {
  return (interval.size() == 2 ? interval[0] : au) >= target;
}

// What its target comes to: where a part of what it may be is below, it may miss it.
std::string of_target(double au, const Interval& interval, std::optional<double> target) {
  if (!target) return "";
  const double high = interval.size() == 2 ? interval[1] : au;
  const std::string_view verdict = surely_meets(au, interval, *target) ? "meets"
                                   : high < *target                    ? "misses"
                                                                       : "may miss";
  return fmt::format("; {} {}", verdict, percent(*target));
}

// Else it is the loader's workers that are too few.
bool host_lacks_cores(const Json& host) {
  return number(host, {"cores_wanted"}).value_or(0) > number(host, {"cores"}).value_or(0);
}

// Of the hosts of one job, that hold it back: "" where they do not.
std::string host_words(const Json& host) {
  const auto most = number(host, {"au_at_most"});
  if (!most || *most >= 1) return "";
  const std::string at_most = fmt::format("allows {}, whatever the storage",
                                          *most > 0.99 ? format_percent(*most) : format_share(*most));
  if (!host_lacks_cores(host)) return fmt::format("its loader {}: give more workers (--workers)", at_most);
  return fmt::format("its CPU {}: {} cores wanted of {}; decode on accelerators, or use more hosts", at_most,
                     format_count(number(host, {"cores_wanted"}).value_or(0)),
                     format_count(number(host, {"cores"}).value_or(0)));
}

// Of its jobs the one that comes off worst; nullptr of one job.
const Json* worst_job(const std::vector<const Json*>& jobs) {
  const auto worst = std::min_element(jobs.begin(), jobs.end(), [](const Json* a, const Json* b) {
    return number(*a, {"au"}).value_or(1) < number(*b, {"au"}).value_or(1);
  });
  return worst == jobs.end() ? nullptr : *worst;
}

// Of the Record's jobs, by their place.
std::optional<double> target_of_job(const Json& record, std::size_t place) {
  const auto jobs = entries(record, {"jobs"});
  return place < jobs.size() ? number(*jobs[place], {"au_target"}) : std::nullopt;
}

}  // namespace

std::string DesignWords::name() const {
  const std::string protection = word(design_, {"storage", "protection"});
  std::string out = word(design_, {"name"});
  const std::size_t at = protection.find('+') == std::string::npos ? std::string::npos : out.find(protection);
  if (at != std::string::npos) out.insert(at + protection.size(), " (data + parity)");
  return out;
}

std::string DesignWords::kept() const {
  std::string out;
  if (const auto copies = number(record_, {"kept", "copies"})) out = fmt::format("{:.0f} copies", *copies);
  if (const std::string backup = word(record_, {"kept", "backup"}); !backup.empty())
    out += fmt::format("{}backup in the {}, {} to take it back once", out.empty() ? "" : "; ", backup,
                       money_at(record_, {"kept", "restore_usd"}).text);
  return out;
}

std::string DesignWords::holds() const {
  const Json& best = design_;
  if (!number(best, {"usable_bytes"})) return "";
  std::string out = terabytes_at(best, {"usable_bytes"}).text;
  // What this design must hold, files' overhead as it takes it; else of one job, of several.
  if (number(best, {"to_hold_bytes"}))
    out += fmt::format("; {} to hold", terabytes_at(best, {"to_hold_bytes"}).text);
  else
    for (const std::string_view key : {"capacity_to_buy_bytes", "capacity_bytes"}) {
      if (!number(record_, {"requirement", key})) continue;
      out += fmt::format("; {} to hold", terabytes_at(record_, {"requirement", key}).text);
      break;
    }
  const double watts = number(best, {"watts"}).value_or(0), units = number(best, {"rack_units"}).value_or(0);
  if (watts > 0) out += "; " + kilowatts_text(watts);
  if (units > 0) out += fmt::format(" in {} rack units", format_count(units));
  return out;
}

std::string DesignWords::copied() const {
  const Json& best = design_;
  const auto seconds = number(best, {"staging_seconds"});
  return seconds
             ? fmt::format("once, before training, to where it is read from: {}", format_seconds({*seconds}))
             : "";
}

std::string DesignWords::idle_terms() const {
  const Json& best = design_;
  const std::string_view place = is_rented(best) ? "best_in_cloud" : "best_on_premises";
  // What is next to nothing is so on all terms that are worth a thought.
  if (!idle_of(best).known() || idle_of(best).text != money_at(best, {"idle_usd_per_month"}).text) return "";
  const std::string taken = word(record_, {place, "terms"});
  std::string out, others;
  bool tell = false;  // anything that the cost does not say
  for (const Json* row : entries(record_, {place, "idle_at"})) {
    const double hour = number(*row, {"usd_per_hour"}).value_or(0);
    const std::string sum = money_at(*row, {"idle_usd_per_month"}).text;
    tell = tell || sum != idle_of(best).text;
    if (word(*row, {"terms"}) == taken)
      out = fmt::format("{} at {} an hour: {}", taken, format_dollars({hour}), sum);
    else
      others += (others.empty() ? "" : ", ") + word(*row, {"terms"}) + " " + sum;
  }
  if (!tell) return "";
  if (others.empty()) return out;
  others += " a month";
  return out.empty() ? "at the price given; " + others : out + "; " + others;
}

std::string DesignWords::cost() const {
  const Json& d = design_;
  const Value total = money_at(d, {"total_usd_per_month"});
  if (!total.known()) return "";
  std::string out = total.text + " a month";
  const auto range = numbers(d, {"total_usd_per_month_range"});
  if (range.size() == 2 && sum_of_money(range[0]).text != sum_of_money(range[1]).text)
    out += fmt::format(" ({} to {})", sum_of_money(range[0]).text, sum_of_money(range[1]).text);
  out +=
      ": storage " + money_at(d, {"storage_usd_per_month"}).text + ", idle accelerators " + idle_of(d).text;
  const Value once = money_at(d, {"purchase_usd"});
  if (is_rented(d)) return out + "; the accelerators stand there too";
  return out + (once.known() ? "; bought for " + once.text : "; nothing at once");
}

std::string DesignWords::busy() const {
  const Json& d = design_;
  if (!busy_at(d, "au").known()) return "";
  std::string out = busy_at(d, "au").text + " of the time (AU, accelerator utilisation)";
  const auto jobs = entries(d, {"jobs"});
  const Json* const worst = worst_job(jobs);
  if (worst == nullptr) {
    out += of_target(*number(d, {"au"}), numbers(d, {"au_interval"}), au_target(record_));
    const double most = number(record_, {"host", "au_at_most"}).value_or(1);
    if (most < au_target(record_).value_or(0))
      out += fmt::format(": the hosts' {} holds it back",
                         host_lacks_cores(*at(record_, {"host"})) ? "CPU" : "loader");
    return out;
  }
  out += fmt::format("; of {} jobs least '{}', {}", jobs.size(),
                     cut_to(word(*worst, {"workload"}), kLongestName), busy_at(*worst, "au").text);
  std::string missed;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto target = target_of_job(record_, i);
    const double au = number(*jobs[i], {"au"}).value_or(1);
    const Interval interval = numbers(*jobs[i], {"au_interval"});
    if (!target || surely_meets(au, interval, *target)) continue;
    ++missing;
    if (jobs[i] == worst || missed.empty()) missed = of_target(au, interval, target);
  }
  if (missing > 1)
    return out + fmt::format("; {} may miss or miss what is asked of them", jobs_text(missing));
  return out + missed;
}

std::string DesignWords::host() const {
  if (std::string one = at(record_, {"host"}) == nullptr ? "" : host_words(*at(record_, {"host"}));
      !one.empty())
    return one;
  const Json* least = nullptr;
  std::size_t held = 0;
  for (const Json* job : entries(record_, {"jobs"})) {
    const double most = number(*job, {"host", "au_at_most"}).value_or(1);
    if (most >= 1) continue;
    ++held;
    if (least == nullptr || most < number(*least, {"host", "au_at_most"}).value_or(1)) least = job;
  }
  if (least == nullptr) return "";
  const std::string others = held > 1 ? fmt::format("; hosts hold back {} more", jobs_text(held - 1)) : "";
  return fmt::format("of '{}': ", cut_to(word(*least, {"workload"}), kLongestName)) +
         host_words(*at(*least, {"host"})) + others;
}

std::string DesignWords::limit() const {
  const Json& d = design_;
  const std::string text = word(d, {"limit"}), lost = word(d, {"largest_loss"});
  constexpr std::string_view kNot = "not limited",
                             kNothing = "nothing in storage: the accelerators are slowest",
                             kLoader = "loader settings";
  const bool none = text.empty() || text.starts_with(kNot);
  if (all_busy(d) && !none) return std::string(kNothing);
  if (none && !lost.empty() && !all_busy(d)) return "the target is met; most of what is lost is " + lost;
  if (text == kNot || text.empty()) return std::string(kNothing);
  if (text.starts_with(kNot)) return "nothing in storage" + limit_words(text.substr(kNot.size()));
  // Workers that compute as long as their host's cores allow are no setting.
  if (text.starts_with(kLoader) && !host().empty())
    return "the hosts" + limit_words(text.substr(kLoader.size()));
  return limit_words(text);
}

std::string DesignWords::sure() const {
  const Json& d = design_;
  const bool simulated = word(d, {"method"}) == "simulate";
  std::string out = simulated ? "simulated (the job run in virtual time on a model of the design)"
                              : "estimated by formulas (closed forms), not simulated";
  const auto interval = numbers(d, {"au_interval"});
  if (simulated && interval.size() == 2 && format_share(interval[0]) != format_share(interval[1]))
    out = fmt::format("simulated (the job run in virtual time): AU {} to {}", format_share(interval[0]),
                      format_share(interval[1]));
  constexpr double kWide = 0.02;  // of AU: what formulas may be off by and choose the same design mostly
  if (!simulated && interval.size() == 2 && *number(d, {"au"}) - interval[0] > kWide)
    out += fmt::format("; for such jobs these were up to {:.2g} points too high in 19 of 20 cases",
                       100 * (*number(d, {"au"}) - interval[0]));
  std::size_t closed = 0;
  for (const Json* job : entries(d, {"jobs"}))
    if (simulated && word(*job, {"method"}) == "closed") ++closed;
  if (closed > 0)
    out = fmt::format("simulated, but for {} that reads little: by formulas", jobs_text(closed));
  if (flag(d, {"estimated"})) out += "; some figures of its parts are estimates";
  return out;
}

std::string DesignWords::turn() const {
  const Json* nearest = nullptr;
  double least = 1e300;
  for (const auto& key : {"second_best_wins", "others_win"})
    for (const Json* flip : entries(record_, {"sensitivity", key})) {
      const double factor = number(*flip, {"factor"}).value_or(0);
      if (factor <= 0 || std::max(factor, 1 / factor) >= least) continue;
      least = std::max(factor, 1 / factor);
      nearest = flip;
    }
  if (nearest == nullptr) {
    const bool others = !word(record_, {"sensitivity", "second_best"}).empty();
    return others ? "no single price: none within a factor of 3" : "";
  }
  return fmt::format("prices of {} {}: {} then costs no more", word(*nearest, {"prices_of"}),
                     times(number(*nearest, {"factor"}).value_or(1)), word(*nearest, {"family"}));
}

}  // namespace aforo
