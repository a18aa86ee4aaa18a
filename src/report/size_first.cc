#include "report/size_first.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/units.h"
#include "report/record_facts.h"
#include "report/size_words.h"
#include "report/view.h"

namespace aforo {
namespace {

// Of a fact: lines of the 66 columns that a terminal of 80 leaves it, two less what wrapping wastes.
constexpr std::size_t kOneLine = 66, kTwoLines = 116, kThreeLines = 178;
constexpr std::size_t kSentence = 400;    // where there is nothing else to read
constexpr std::size_t kMostLines = 22;    // of 24: the title and the gap below it have the others
constexpr std::size_t kLongestName = 40;  // of a job; names come from people's files
constexpr std::size_t kNearest = 3;       // misses of other kinds beside the nearest: a line or two each
constexpr std::size_t kScenarios = 2;
constexpr double kNearlyOne = 10;        // percent
constexpr double kAllBusy = 0.99;        // of the time: what is lost beside it is not worth a word
constexpr double kWorthASentence = 0.1;  // of the cost, that another way to run the job would save
constexpr double kKilo = 1e3;

class FirstScreen {
 public:
  explicit FirstScreen(const Json& record) : record_(record), designs_(entries(record, {"designs"})) {}

  List facts() {
    if (at(record_, {"portfolio"}) != nullptr)
      portfolio();
    else if (!designs_.empty())
      serves();
    else
      nothing_serves();
    assumed();
    next();
    make_it_fit();
    return std::move(facts_);
  }

 private:
  void fact(std::string_view label, std::string text, Tone tone = Tone::kPlain,
            std::size_t longest = kThreeLines) {
    if (text.empty()) return;
    Value words(label);
    words.tone = tone;
    facts_.items.push_back({words, cut_to(std::move(text), longest), {}});
  }

  std::size_t lines() const {
    std::size_t out = 0;
    for (const Item& item : facts_.items)
      out += item.text.size() <= kOneLine    ? 1
             : item.text.size() <= kTwoLines ? 2
                                             : 3 + item.text.size() / kSentence;
    return out;
  }

  // Where names and notes are long, what can be read with --full as well is cut: to two lines, then to one.
  void make_it_fit() {
    for (const std::size_t most : {kTwoLines, kOneLine})
      for (const std::string_view label : {"mind", "not shown", "limit", "turns if", "assumed", "kept",
                                           "elsewhere", "cheaper", "idle time"}) {
        if (lines() <= kMostLines) return;
        for (Item& item : facts_.items)
          if (item.label.text == label) item.text = cut_to(std::move(item.text), most);
      }
    for (Item& item : facts_.items)
      if (lines() > kMostLines) item.text = cut_to(std::move(item.text), kTwoLines);
  }

  void serves() {
    const Json& best = *designs_.front();
    const bool owned = number(best, {"purchase_usd"}).value_or(0) > 0;
    fact(rented(best) ? "rent" : owned ? "buy" : "use", word(best, {"family"}) + ": " + word(best, {"name"}));
    fact("holds", holds(best));
    fact("copied", copied(best));
    fact("cost", cost(best));
    fact("idle time", idle_terms(best));
    fact("kept", kept());
    fact("busy", busy(best));
    fact("host", host());
    fact("limit", limit(best));
    fact("how sure", sure(best));
    fact("mind", mind(best));
    fact("turns if", turn());
    fact("next best", next_best());
    fact("cheaper", cheaper());
    fact("elsewhere", other_place());
    fact("not shown", not_shown());
  }

  // "2 copies; backup in the archive, $900 to take back once": their cost is storage's.
  std::string kept() const {
    std::string out;
    if (const auto copies = number(record_, {"kept", "copies"})) out = fmt::format("{:.0f} copies", *copies);
    if (const std::string backup = word(record_, {"kept", "backup"}); !backup.empty())
      out += fmt::format("{}backup in the {}, {} to take it back once", out.empty() ? "" : "; ", backup,
                         money_at(record_, {"kept", "restore_usd"}).text);
    return out;
  }

  // "377 TB, 1 TB asked; 3.2 kW in 12 rack units"
  std::string holds(const Json& best) const {
    if (!number(best, {"usable_bytes"})) return "";
    std::string out = terabytes_at(best, {"usable_bytes"}).text;
    for (const std::string_view key :
         {"capacity_to_buy_bytes", "capacity_bytes"}) {  // of one job, of several
      if (!number(record_, {"requirement", key})) continue;
      out += fmt::format("; {} to hold", terabytes_at(record_, {"requirement", key}).text);
      break;
    }
    const double watts = number(best, {"watts"}).value_or(0),
                 units = number(best, {"rack_units"}).value_or(0);
    if (watts > 0) out += fmt::format("; {:.2g} kW", watts / kKilo);
    if (units > 0) out += fmt::format(" in {:g} rack units", units);
    return out;
  }

  // The change to the job that saves most, where that is much.
  std::string cheaper() const {
    const double total = number(*designs_.front(), {"total_usd_per_month"}).value_or(0);
    for (const Json* advice : entries(record_, {"advice"}))
      if (number(*advice, {"saved_usd_per_month"}).value_or(0) >= kWorthASentence * total)
        return word(*advice, {"text"});
    return "";
  }

  // "once, before training, in 28 h": what a hot copy takes.
  static std::string copied(const Json& best) {
    const auto seconds = number(best, {"staging_seconds"});
    return seconds ? fmt::format("once, before training, to where it is read from: {}",
                                 format_seconds({*seconds}))
                   : "";
  }

  static bool rented(const Json& design) { return at(design, {"service"}) != nullptr; }

  // "owned at $2.00 an hour: $564; committed-3y $874, on-demand $1,940, spot $776"; where it is next to
  // nothing, what an hour costs.
  std::string idle_terms(const Json& best) const {
    const std::string_view place = rented(best) ? "best_in_cloud" : "best_on_premises";
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

  // The best where the accelerators do not stand now: another question, so in one sentence.
  std::string other_place() {
    const bool here = rented(*designs_.front());
    for (const Json* d : designs_) {
      if (rented(*d) == here || flag(*d, {"oversized"})) continue;
      ++shown_;
      const Value out = money_at(record_, {"moving", "out_of_cloud_usd"});
      const std::string cost = money_at(*d, {"total_usd_per_month"}).text + " a month";
      const std::string leaving = out.known() ? out.text + " once" : "";
      if (here)
        return fmt::format("accelerators on premises: {} for {}{}", word(*d, {"family"}), cost,
                           leaving.empty() ? "" : "; taking the data out of the cloud " + leaving);
      return fmt::format("accelerators in the cloud: {} for {}{}",
                         cut_to(word(*d, {"product"}), kLongestName), cost,
                         leaving.empty() ? "" : "; leaving it again " + leaving);
    }
    return "";
  }

  // "$2,670 a month ($1,990 to $3,820): storage $2,660, idle accelerators ...; bought at once for $67,700"
  static std::string cost(const Json& d) {
    const Value total = money_at(d, {"total_usd_per_month"});
    if (!total.known()) return "";
    std::string out = total.text + " a month";
    const auto range = numbers(d, {"total_usd_per_month_range"});
    if (range.size() == 2 && sum_of_money(range[0]).text != sum_of_money(range[1]).text)
      out += fmt::format(" ({} to {})", sum_of_money(range[0]).text, sum_of_money(range[1]).text);
    out +=
        ": storage " + money_at(d, {"storage_usd_per_month"}).text + ", idle accelerators " + idle_of(d).text;
    const Value once = money_at(d, {"purchase_usd"});
    if (rented(d)) return out + "; the accelerators stand there too";
    return out + (once.known() ? "; bought for " + once.text : "; nothing at once");
  }

  // How much of the time accelerators compute; of several jobs the one that comes off worst.
  std::string busy(const Json& d) const {
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

  // Where the accelerators' hosts keep them from being busier, whatever is bought: what would help.
  std::string host() const {
    const auto most = number(record_, {"host", "au_at_most"});
    if (!most || *most >= 1) return "";
    const double wanted = number(record_, {"host", "cores_wanted"}).value_or(0);
    const double cores = number(record_, {"host", "cores"}).value_or(0);
    const std::string at_most = fmt::format("allows {}, whatever the storage", percent(*most));
    if (wanted <= cores) return fmt::format("its loader {}: give more workers (--workers)", at_most);
    return fmt::format("its CPU {}: {} cores wanted of {}; decode on accelerators, or use more hosts",
                       at_most, format_count(wanted), format_count(cores));
  }

  static std::string percent(double share) { return fmt::format("{:.3g} %", share * 100); }

  static std::string limit(const Json& d) {
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

  std::string sure(const Json& d) const {
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

  // What comes late, what is taken where a service states nothing, what the design is not.
  static std::string mind(const Json& d) {
    const auto notes = words(d, {"notes"});
    if (notes.empty()) return "";
    const std::string more =
        notes.size() > 1 ? fmt::format(" (and {} more)", notes.size() - 1) : std::string();
    return cut_to(notes.front(), kTwoLines - more.size()) + more;
  }

  static std::string jobs_text(std::size_t n) { return n == 1 ? "a job" : fmt::format("{} jobs", n); }

  // The price that has to move least, or why none is known.
  std::string turn() const {
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

  // "x 2.1"; of what is nearly 1, which two digits would call 1, "0.6 % higher".
  static std::string times(double factor) {
    const double percent = (factor - 1) * 100;
    if (std::abs(percent) >= kNearlyOne) return fmt::format("x {:.2g}", factor);
    return fmt::format("{:.2g} % {}", std::abs(percent), percent < 0 ? "lower" : "higher");
  }

  // The cheapest of another kind that somebody would build for this.
  std::string next_best() {
    const Json& best = *designs_.front();
    for (const Json* d : designs_) {
      if (word(*d, {"family"}) == word(best, {"family"}) || flag(*d, {"oversized"})) continue;
      if (rented(*d) != rented(best)) continue;
      ++shown_;
      const double more =
          number(*d, {"total_usd_per_month"}).value_or(0) - number(best, {"total_usd_per_month"}).value_or(0);
      return fmt::format("{} for {} a month, {} more; AU {}, {}", word(*d, {"family"}),
                         money_at(*d, {"total_usd_per_month"}).text,
                         sum_of_money(more, Unit::kDollarsPerMonth).text, busy_at(*d, "au").text,
                         word(*d, {"method"}) == "simulate" ? "simulated" : "by formulas");
    }
    return far_beyond() ? "no design of another kind that is not far beyond what was asked"
                        : "no design of another kind serves there";
  }

  // Whether there is one of another kind that would stand there too.
  bool far_beyond() const {
    const Json& best = *designs_.front();
    return std::any_of(designs_.begin(), designs_.end(), [&](const Json* d) {
      return word(*d, {"family"}) != word(best, {"family"}) && rented(*d) == rented(best);
    });
  }

  std::string not_shown() const {
    const auto oversized = std::count_if(designs_.begin(), designs_.end(),
                                         [&](const Json* d) { return flag(*d, {"oversized"}); });
    const auto kinds = number(record_, {"considered", "rejected_kinds"});
    std::string out = fmt::format("{} more that serve", designs_.size() - shown_);
    if (oversized > 0) out += fmt::format(" ({} far beyond what was asked)", oversized);
    if (kinds && *kinds > 0) out += fmt::format(", {:.0f} that do not", *kinds);
    return out;
  }

  // The check that failed is the first word of a reason: "read: reads 139 GiB/s where ...".
  static std::string check_of(const Json& rejected) {
    const std::string reason = word(rejected, {"reason"});
    return reason.substr(0, reason.find(':'));
  }

  // What most of them lack, where it strikes all: nothing else is worth reading before it.
  static std::string common_cause(const std::vector<const Json*>& rejected) {
    std::map<std::string, std::size_t> checks;
    for (const Json* r : rejected) ++checks[check_of(*r)];
    if (checks.size() != 1 || rejected.size() < 2) return "";
    return "; all fail by " + checks.begin()->first;
  }

  void nothing_serves() {
    const auto rejected = entries(record_, {"rejected"});
    if (rejected.empty()) {
      for (const std::string& sentence : words(record_, {"recommendation"}))
        fact("answer", sentence, Tone::kBad, kSentence);
      return;
    }
    const auto looked = number(record_, {"considered", "judged"});
    fact("answer",
         fmt::format("nothing serves: none of the {}designs that were looked at{}",
                     looked ? format_count(*looked) + " " : "", common_cause(rejected)),
         Tone::kBad);
    // That which is cheapest to cure comes first, then the nearest of other kinds.
    std::vector<const Json*> misses = rejected;
    std::stable_partition(misses.begin(), misses.end(),
                          [](const Json* r) { return at(*r, {"cure"}) != nullptr; });
    std::set<std::string> seen;
    std::size_t oversized = 0;
    const bool all =
        std::all_of(misses.begin(), misses.end(), [](const Json* r) { return flag(*r, {"oversized"}); });
    for (const Json* r : misses) {
      if (flag(*r, {"oversized"}) && !all) {
        ++oversized;
        continue;
      }
      if (seen.size() >= kNearest || !seen.insert(word(*r, {"family"})).second) continue;
      fact(seen.size() == 1 ? "nearest" : "then", word(*r, {"family"}) + ": " + word(*r, {"reason"}),
           Tone::kPlain, misses.size() == 1 ? kSentence : kTwoLines);
      if (seen.size() > 1) continue;
      fact("that is", word(*r, {"name"}));
      if (const std::string cure = word(*r, {"cure"}); !cure.empty())
        fact("cure", fmt::format("{}: then {} a month in all, by formulas", cure,
                                 money_at(*r, {"cured_usd_per_month"}).text));
    }
    const auto advice = entries(record_, {"advice"});
    if (std::none_of(misses.begin(), misses.end(), [](const Json* r) { return at(*r, {"cure"}) != nullptr; }))
      fact("helps", advice.empty() ? "" : word(*advice.front(), {"text"}));
    if (oversized > 0) fact("not shown", fmt::format("{} misses far beyond what was asked", oversized));
  }

  void portfolio() {
    const auto scenarios = entries(record_, {"portfolio", "scenarios"});
    const auto said = words(record_, {"recommendation"});
    const char* const labels[] = {"answer", "safest", "all-flash"};
    const auto hedged = entries(record_, {"portfolio", "designs"});
    if (hedged.empty()) {
      if (!said.empty()) fact(labels[0], said[0]);
      return;
    }
    const Json& best = *hedged.front();
    fact("buy", word(best, {"family"}) + ": " + word(best, {"name"}));
    fact("cost", fmt::format("{} a month on average, {} more than knowing in advance would",
                             money_at(best, {"expected_usd_per_month"}).text,
                             money_at(best, {"expected_regret_usd_per_month"}).text));
    fact("serves", fmt::format("{} of {} scenarios by weight; by formulas (closed forms), not simulated",
                               busy_at(best, "satisfied_share").text, scenarios.size()));
    fact("at worst",
         fmt::format("in '{}', {} a month too much", cut_to(word(best, {"worst_scenario"}), kLongestName),
                     money_at(best, {"worst_regret_usd_per_month"}).text));
    if (const std::string safest = word(record_, {"portfolio", "safest"}); safest != word(best, {"name"}))
      fact("safest", safest);
    for (const Json* d : hedged)
      if (word(*d, {"family"}) != word(best, {"family"})) {
        fact("next best", fmt::format("{} for {} a month on average", word(*d, {"family"}),
                                      money_at(*d, {"expected_usd_per_month"}).text));
        break;
      }
    for (std::size_t i = 0; i < std::min(scenarios.size(), kScenarios); ++i) {
      const std::string family = word(*scenarios[i], {"best_family"});
      fact(i == 0 ? "known" : "",
           fmt::format("'{}' alone: {}", cut_to(word(*scenarios[i], {"name"}), kLongestName),
                       family.empty() ? "nothing serves" : family));
    }
  }

  void assumed() {
    const auto warnings = words(record_, {"warnings"});
    if (warnings.empty()) return;
    const std::string more =
        warnings.size() > 1 ? fmt::format(" (and {} more)", warnings.size() - 1) : std::string();
    fact("assumed", cut_to(warnings.front(), kThreeLines - more.size()) + more);
  }

  // The command whole where it has room, else what to change about the one just given.
  void next() {
    std::string command = word(record_, {"next", "command"});
    const std::string change = word(record_, {"next", "change"}), text = word(record_, {"next", "text"});
    if (command.size() > kTwoLines) command = change.empty() ? "" : "the same " + change;
    if (!command.empty()) fact("next", command);
    const std::string all = "--full shows everything";
    if (command.empty())
      fact("next", "the same with " + all);
    else if (change == "with --full" || text.empty())
      fact("", text);
    else
      fact("", cut_to(text, kTwoLines - all.size() - 2) + "; " + all);
  }

  const Json& record_;
  const std::vector<const Json*> designs_;
  std::size_t shown_ = 1;  // of them: the best, and those named beside it
  List facts_{ListStyle::kFacts, {}, Tone::kPlain};
};

}  // namespace

void add_first_screen(Document& doc, const Json& record) {
  if (at(record, {"designs"}) == nullptr && at(record, {"portfolio"}) == nullptr) return;
  doc.append(Gap{});
  doc.append(FirstScreen(record).facts());
}

}  // namespace aforo
