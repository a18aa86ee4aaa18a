#include "report/design_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "report/size_words.h"

namespace aforo {
namespace {

constexpr double kNearlyOne = 10;  // percent
constexpr double kAllBusy = 0.99;  // of the time: what is lost beside it is not worth a word
constexpr double kWattsInKilowatt = 1e3;

std::string percent(double share) { return fmt::format("{:.3g} %", share * 100); }

std::string jobs_text(std::size_t n) { return n == 1 ? "a job" : fmt::format("{} jobs", n); }

// "x 2.1"; of what is nearly 1, which two digits would call 1, "0.6 % higher".
std::string times(double factor) {
  const double percent = (factor - 1) * 100;
  if (std::abs(percent) >= kNearlyOne) return fmt::format("x {:.2g}", factor);
  return fmt::format("{:.2g} % {}", std::abs(percent), percent < 0 ? "lower" : "higher");
}

}  // namespace

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
  for (const std::string_view key : {"capacity_to_buy_bytes", "capacity_bytes"}) {  // of one job, of several
    if (!number(record_, {"requirement", key})) continue;
    out += fmt::format("; {} to hold", terabytes_at(record_, {"requirement", key}).text);
    break;
  }
  const double watts = number(best, {"watts"}).value_or(0), units = number(best, {"rack_units"}).value_or(0);
  if (watts > 0) out += fmt::format("; {:.2g} kW", watts / kWattsInKilowatt);
  if (units > 0) out += fmt::format(" in {:g} rack units", units);
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
  const bool little =
      !idle_of(best).known() || idle_of(best).text != money_at(best, {"idle_usd_per_month"}).text;
  const std::string taken = word(record_, {place, "terms"});
  std::string out, others;
  for (const Json* row : entries(record_, {place, "idle_at"})) {
    const double hour = number(*row, {"usd_per_hour"}).value_or(0);
    const Value month = money_at(*row, {"idle_usd_per_month"});
    const std::string sum = little ? format_dollars({hour}) : month.text;
    if (word(*row, {"terms"}) == taken)
      out = fmt::format("{} at {} an hour{}", taken, format_dollars({hour}), little ? "" : ": " + sum);
    else
      others += (others.empty() ? "" : ", ") + word(*row, {"terms"}) + " " + sum;
  }
  if (others.empty()) return out;
  others += little ? " an hour" : " a month";
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
  if (jobs.empty()) {
    if (const auto target = au_target(record_)) out += fmt::format("; {} asked", percent(*target));
    return out;
  }
  const Json* worst = *std::min_element(jobs.begin(), jobs.end(), [](const Json* a, const Json* b) {
    return number(*a, {"au"}).value_or(1) < number(*b, {"au"}).value_or(1);
  });
  return out + fmt::format("; of {} jobs least '{}', {}", jobs.size(),
                           cut_to(word(*worst, {"workload"}), kLongestName), busy_at(*worst, "au").text);
}

std::string DesignWords::host() const {
  const auto most = number(record_, {"host", "au_at_most"});
  if (!most || *most >= 1) return "";
  const double wanted = number(record_, {"host", "cores_wanted"}).value_or(0);
  const double cores = number(record_, {"host", "cores"}).value_or(0);
  const std::string at_most = fmt::format("allows {}, whatever the storage", percent(*most));
  if (wanted <= cores) return fmt::format("its loader {}: give more workers (--workers)", at_most);
  return fmt::format("its CPU {}: {} cores wanted of {}; decode on accelerators, or use more hosts", at_most,
                     format_count(wanted), format_count(cores));
}

std::string DesignWords::limit() const {
  const Json& d = design_;
  std::string text = word(d, {"limit"});
  constexpr std::string_view kNot = "not limited";
  const std::string lost = word(d, {"largest_loss"});
  if ((text.empty() || text.starts_with(kNot)) && !lost.empty() && number(d, {"au"}).value_or(1) < kAllBusy)
    return "the target is met; most of what is lost is " + lost;
  if (text == kNot || text.empty()) return "nothing in storage: the accelerators are slowest";
  if (text.starts_with(kNot)) return "nothing in storage" + text.substr(kNot.size());
  if (const std::string station = word(d, {"limit_station"}); !station.empty() && text.size() > kTwoLines)
    text = station;
  return text;
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
  std::size_t closed = 0;
  for (const Json* job : entries(d, {"jobs"}))
    if (simulated && word(*job, {"method"}) == "closed") ++closed;
  if (closed > 0)
    out = fmt::format("simulated, but for {} that reads little: by formulas", jobs_text(closed));
  if (flag(d, {"estimated"})) out += "; some figures of its parts are estimates";
  return out;
}

std::string DesignWords::mind() const {
  const Json& d = design_;
  const auto notes = words(d, {"notes"});
  if (notes.empty()) return "";
  const std::string more = notes.size() > 1 ? fmt::format(" (and {} more)", notes.size() - 1) : std::string();
  return cut_to(notes.front(), kTwoLines - more.size()) + more;
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
    return others ? "no single price: none within a factor of 10" : "";
  }
  return fmt::format("prices of {} {}: {} then costs no more", word(*nearest, {"prices_of"}),
                     times(number(*nearest, {"factor"}).value_or(1)), word(*nearest, {"family"}));
}

}  // namespace aforo
