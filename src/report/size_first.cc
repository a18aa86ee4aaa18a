#include "report/size_first.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/units.h"
#include "report/design_words.h"
#include "report/first_facts.h"
#include "report/record_facts.h"
#include "report/size_words.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr std::size_t kLongestCommand = 66;  // a line at 80 columns; who gave a longer one knows it
constexpr std::size_t kNearest = 3;          // misses of other kinds beside the nearest: a line or two each
constexpr std::size_t kScenarios = 2;
constexpr double kWorthASentence = 0.1;  // of the cost, that another way to run the job would save

class FirstScreen {
 public:
  FirstScreen(const Json& record, PageExtent extent)
      : record_(record), designs_(entries(record, {"designs"})), whole_(extent == PageExtent::kAll) {}

  List facts() {
    if (at(record_, {"portfolio"}) != nullptr)
      portfolio();
    else if (!designs_.empty())
      serves();
    else
      nothing_serves();
    first_of("assumed", words(record_, {"warnings"}));
    next();
    return facts_.take(whole_ ? PageExtent::kAll : PageExtent::kAsAsked);
  }

 private:
  // What gives way where the page is full, the first of them first: --full has it. The rest is kept.
  static int keep_of(std::string_view label) {
    constexpr std::string_view kFirst[] = {"then"};
    constexpr std::string_view kShorter[] = {"assumed",   "elsewhere", "how sure", "next best",
                                             "idle time", "cheaper",   "limit",    "mind",
                                             "kept",      "not shown", "turns if"};
    const auto place = [&](const auto& labels) {
      return static_cast<int>(std::find(std::begin(labels), std::end(labels), label) - std::begin(labels));
    };
    if (const int first = place(kFirst); first < static_cast<int>(std::size(kFirst))) return first;
    const int shorter = place(kShorter);
    return shorter < static_cast<int>(std::size(kShorter)) ? kNamed + shorter : kKept;
  }

  void fact(std::string_view label, std::string text, Tone tone = Tone::kPlain, std::string after = "") {
    facts_.add(label, std::move(text), keep_of(label), tone, std::move(after));
  }

  // The first of several, and how many more --full has.
  void first_of(std::string_view label, const std::vector<std::string>& texts) {
    facts_.add_first(label, texts, keep_of(label));
  }

  void serves() {
    const Json& best = *designs_.front();
    const DesignWords words_of(record_, best);
    const bool owned = number(best, {"purchase_usd"}).value_or(0) > 0;
    fact(is_rented(best) ? "rent" : owned ? "buy" : "use", word(best, {"family"}) + ": " + words_of.name());
    fact("holds", words_of.holds());
    fact("copied", words_of.copied());
    fact("cost", words_of.cost() + accelerators_more(best));
    fact("idle time", words_of.idle_terms());
    fact("kept", words_of.kept());
    fact("busy", words_of.busy());
    fact("host", words_of.host());
    fact("limit", words_of.limit());
    fact("how sure", words_of.sure());
    fact("too large", too_large(best));
    first_of("mind", words(best, {"notes"}));
    fact("turns if", words_of.turn());
    fact("next best", next_best());
    fact("cheaper", cheaper());
    fact("elsewhere", other_place());
    fact("not shown", not_shown());
  }

  // The change to the job that saves most, where that is much.
  std::string cheaper() const {
    const double total = number(*designs_.front(), {"total_usd_per_month"}).value_or(0);
    for (const Json* advice : entries(record_, {"advice"}))
      if (number(*advice, {"saved_usd_per_month"}).value_or(0) >= kWorthASentence * total)
        return word(*advice, {"text"});
    return "";
  }

  // The best where the accelerators do not stand now: another question, so in one sentence.
  std::string other_place() {
    const bool here = is_rented(*designs_.front());
    for (const Json* d : designs_) {
      if (is_rented(*d) == here || flag(*d, {"oversized"})) continue;
      ++shown_;
      const Value out = money_at(record_, {"moving", "out_of_cloud_usd"});
      const std::string cost =
          money_at(*d, {"total_usd_per_month"}).text + " a month" + accelerators_more(*d);
      const bool free = out.known() && *out.number < 0.5;
      const std::string leaving = free ? "costs nothing" : out.known() ? "costs " + out.text + " once" : "";
      if (here)
        return fmt::format("accelerators on premises: {} for {}{}", word(*d, {"family"}), cost,
                           leaving.empty() ? "" : "; taking the data out of the cloud " + leaving);
      return fmt::format("accelerators in the cloud: {} for {}{}", word(*d, {"product"}), cost,
                         leaving.empty() ? "" : "; leaving it again " + leaving);
    }
    return "";
  }

  // " and $228,000 a month more for accelerators than on premises"; "" where they are not dearer.
  std::string accelerators_more(const Json& design) const {
    const std::string cheapest = word(record_, {"accelerators_cheapest"});
    if (number(design, {kAcceleratorsMore}).value_or(0) < 0.5 || cheapest.empty()) return "";
    return fmt::format(" and {} a month more for accelerators than {}",
                       money_at(design, {kAcceleratorsMore}).text, cheapest);
  }

  // What designs are ranked by.
  static double compared(const Json& design) {
    return number(design, {"total_usd_per_month"}).value_or(0) +
           number(design, {kAcceleratorsMore}).value_or(0);
  }

  bool one_family() const { return !word(record_, {"config", "command_line", "family"}).empty(); }

  // What is bought for its rate may hold far more than anybody asked for.
  std::string too_large(const Json& best) const {
    if (!flag(best, {"oversized"})) return "";
    const char* const of =
        one_family() ? "of this kind; others may fit better (leave out --family)" : "that serves";
    return std::string("it holds over four times what was asked, and is all the same the cheapest ") + of;
  }

  // The cheapest of another kind that somebody would build for this.
  std::string next_best() {
    if (one_family()) return "";  // no other one was looked at
    const Json& best = *designs_.front();
    for (const Json* d : designs_) {
      if (word(*d, {"family"}) == word(best, {"family"}) || flag(*d, {"oversized"})) continue;
      if (is_rented(*d) != is_rented(best)) continue;
      ++shown_;
      const double more = compared(*d) - compared(best);
      const bool dearer = number(*d, {kAcceleratorsMore}) != number(best, {kAcceleratorsMore});
      return fmt::format("{} for {} a month, {}{}; AU {}, {}", word(*d, {"family"}),
                         money_at(*d, {"total_usd_per_month"}).text,
                         more < 0.5 ? "as much" : sum_of_money(more, Unit::kDollarsPerMonth).text + " more",
                         dearer ? " with its accelerators" : "", busy_at(*d, "au").text,
                         word(*d, {"method"}) == "simulate" ? "simulated" : "by formulas");
    }
    return far_beyond_asked(record_) > 0 ? "another kind serves only over four times too large, if at all"
                                         : "no design of another kind serves there";
  }

  std::string not_shown() const {
    const std::size_t oversized = far_beyond_asked(record_);
    const auto kinds = number(record_, {"considered", "rejected_kinds"});
    if (all_that_serve(record_) <= shown_ && !(kinds && *kinds > 0)) return "";
    std::string out = fmt::format("{} more that serve", all_that_serve(record_) - shown_);
    if (oversized > 0) out += fmt::format(" ({} over four times too large)", oversized);
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
        fact("answer", sentence, Tone::kBad);
      return;
    }
    const auto looked = number(record_, {"considered", "judged"});
    const auto beyond = words(record_, {"beyond_storage"});
    fact("answer",
         fmt::format("nothing serves: none of the {}designs that were looked at{}",
                     looked ? format_count(*looked) + " " : "", beyond.empty() ? common_cause(rejected) : ""),
         Tone::kBad);
    for (const std::string& clause : beyond) fact("because", clause, Tone::kBad);
    // That which is cheapest to cure comes first, then the nearest of other kinds.
    std::vector<const Json*> misses = rejected;
    std::stable_partition(misses.begin(), misses.end(),
                          [](const Json* r) { return at(*r, {"cure"}) != nullptr; });
    std::set<std::string> seen;
    std::size_t oversized = 0;
    bool cured = false;  // a miss that is shown
    const bool all =
        std::all_of(misses.begin(), misses.end(), [](const Json* r) { return flag(*r, {"oversized"}); });
    for (const Json* r : misses) {
      if (flag(*r, {"oversized"}) && !all && at(*r, {"cure"}) == nullptr) {
        ++oversized;
        continue;
      }
      if (seen.size() >= kNearest || !seen.insert(word(*r, {"family"})).second) continue;
      fact(seen.size() == 1 ? "nearest" : "then",
           word(*r, {"family"}) + ": " + limit_words(word(*r, {"reason"})));
      if (seen.size() > 1) continue;
      fact("that is", word(*r, {"name"}));
      const std::string cure = word(*r, {"cure"});
      cured = !cure.empty();
      if (cured)
        fact("cure", fmt::format("{}: then {} a month in all, by formulas", cure,
                                 money_at(*r, {"cured_usd_per_month"}).text));
    }
    const auto advice = entries(record_, {"advice"});
    if (!cured) fact("helps", advice.empty() ? "" : word(*advice.front(), {"text"}));
    if (oversized > 0)
      fact("not shown", fmt::format("{} misses far beyond what was asked: over four times that", oversized));
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
    fact("serves", fmt::format("{} of {} scenarios by weight{}; by formulas (closed forms), not simulated",
                               share_of(best), scenarios.size(), missed(best)));
    fact("or buy", serves_more(hedged));
    fact("at worst",
         fmt::format("in '{}', {} a month too much", cut_to(word(best, {"worst_scenario"}), kLongestName),
                     money_at(best, {"worst_regret_usd_per_month"}).text));
    if (const std::string safest = word(record_, {"portfolio", "safest"}); safest != word(best, {"name"}))
      fact("safest", with_family(safest, hedged));
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

  static std::string with_family(const std::string& name, const std::vector<const Json*>& hedged) {
    for (const Json* d : hedged)
      if (word(*d, {"name"}) == name) return word(*d, {"family"}) + ": " + name;
    return name;
  }

  static std::string share_of(const Json& hedged) {
    constexpr double kAll = 0.9999;
    return number(hedged, {"satisfied_share"}).value_or(0) > kAll
               ? "all"
               : percent_at(hedged, {"satisfied_share"}).text;
  }

  // ", not 'large' and 'small'"
  static std::string missed(const Json& hedged) {
    std::string out;
    for (const std::string& name : words(hedged, {"not_served"}))
      out += fmt::format("{}'{}'", out.empty() ? ", not " : " and ", cut_to(name, kLongestName));
    return out;
  }

  // Where the first does not serve all that can be served: the cheapest that does.
  std::string serves_more(const std::vector<const Json*>& hedged) const {
    const std::string name = word(record_, {"portfolio", "satisfies_most"});
    for (const Json* d : hedged) {
      if (word(*d, {"name"}) != name) continue;
      if (number(*d, {"satisfied_share"}) == number(*hedged.front(), {"satisfied_share"})) return "";
      return fmt::format("what serves {}: {} for {} a month on average{}", share_of(*d), word(*d, {"family"}),
                         money_at(*d, {"expected_usd_per_month"}).text, missed(*d));
    }
    return "";
  }

  // The command whole where it has room, else what to change about the one just given; a prediction's always.
  void next() {
    std::string command = word(record_, {"next", "command"});
    const std::string change = word(record_, {"next", "change"}), text = word(record_, {"next", "text"});
    const std::string all = "--full shows everything";
    if (whole_ && change == "with --full") return;
    if (command.size() > kLongestCommand && !change.empty() && !whole_) command = "the same " + change;
    if (command.empty()) {
      if (!whole_) fact("next", "the same with " + all);
      return;
    }
    facts_.add("next", command, kWhole);
    if (whole_)
      fact("", text);
    else if (change == "with --full" || text.empty())
      fact("", text.empty() ? all : text);
    else
      fact("", text, Tone::kPlain, "; " + all);
  }

  const Json& record_;
  const std::vector<const Json*> designs_;
  const bool whole_;       // all stands below
  std::size_t shown_ = 1;  // of them: the best, and those named beside it
  FirstFacts facts_;
};

}  // namespace

void add_first_screen(Document& doc, const Json& record, PageExtent extent) {
  if (at(record, {"designs"}) == nullptr && at(record, {"portfolio"}) == nullptr) return;
  doc.append(Gap{});
  doc.append(FirstScreen(record, extent).facts());
}

}  // namespace aforo
