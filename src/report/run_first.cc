#include "report/run_first.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "base/units.h"
#include "measure/evidence.h"
#include "report/checkpoint_document.h"
#include "report/common_sections.h"
#include "report/first_facts.h"
#include "report/host_section.h"
#include "report/record_facts.h"
#include "report/run_network.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr std::size_t kLongestWord = 60;  // of what another version may have named, within a sentence
constexpr std::size_t kMostTried = 12;    // numbers of accelerators in a line or two
constexpr std::size_t kFirstOf = 2;       // of advice, and of what weakens the answer
constexpr std::size_t kFirstEpochs = 6;
constexpr double kLeastShare = 0.0005;  // of the time: less reads as 0.0 %

// What gives way where the screen is full, the least first. Sentences of unknown length are shortened, never left out
// (kKept); the figures, which are short, stay as they are (kWhole).
constexpr int kKeepReads = 0, kKeepMoves = 1, kKeepLost = kNamed;

// Whose a limit is.
enum class Whose { kNobodys, kStorage, kClient, kOther, kUnknown };

Whose whose(const std::string& limit) {
  const auto is = [&](std::initializer_list<Limit> limits) {
    return std::any_of(limits.begin(), limits.end(), [&](Limit one) { return limit == to_string(one); });
  };
  if (is({Limit::kNone})) return Whose::kNobodys;
  if (limit.empty() || is({Limit::kUnknown})) return Whose::kUnknown;
  if (is({Limit::kClientCpu, Limit::kLoaderSettings})) return Whose::kClient;
  return is({Limit::kStorageBandwidth, Limit::kStorageLatency, Limit::kMetadata, Limit::kNetwork,
             Limit::kRequestRate, Limit::kConnections})
             ? Whose::kStorage
             : Whose::kOther;
}

// What falls short of the target never reads like it.
std::string au_text(double au, std::optional<double> target) {
  return target ? format_percent_below(au, *target) : format_percent(au);
}

class RunFirst {
 public:
  RunFirst(const Json& record, PageExtent extent)
      : record_(record),
        extent_(extent),
        predicted_(word(record, {"command"}) == "predict"),
        limit_(word(record, {"verdict", "limit"})),
        notes_(words(record, {"verdict", "notes"})) {}

  List job() {
    answer();
    weakens();
    if (whose(limit_) != Whose::kNobodys && !record_.contains("not_judged")) facts_.add("because", reason());
    busy();
    facts_.add("throughput", throughput(), kWhole);
    facts_.add("hosts", hosts_in_words(record_), kKept);
    facts_.add("time", times(), kWhole);
    facts_.add("saving", checkpoints_in_words(record_), kKept);
    facts_.add("bytes", bytes(), kWhole);
    facts_.add("requests", asked_over_network(record_), kKept);
    facts_.add("costs", store_cost(record_), kKept);
    facts_.add("cache", from_local_cache(record_), kKept);
    facts_.add("busiest", word(record_, {"limit"}), kKeepLost);
    facts_.add("how", how(), kKeepReads);
    facts_.add("lost", lost(), kKeepLost);
    facts_.add("reads", reads(), kKeepReads);
    end();
    return facts_.take(extent_);
  }

  List search() {
    feeds();
    weakens();
    facts_.add("beyond", reason());
    const auto off = number(record_, {"prediction_error"});
    if (const Value said = count_at(record_, {"prediction", "max_accelerators"}); said.known())
      facts_.add("predicted", said.text + " accelerators" +
                                  (off ? fmt::format(", {:+.1f} % off", *off * 100) : std::string()));
    facts_.add("AU tried", tried(), kWhole);
    const std::string rate = throughput();
    facts_.add("throughput", rate.empty() ? "" : rate + " there", kWhole);
    facts_.add("bytes", bytes(), kWhole);
    facts_.add("busiest", word(record_, {"limit"}), kKeepLost);
    facts_.add("how", how(), kKeepReads);
    end();
    return facts_.take(extent_);
  }

 private:
  void answer() {
    const auto au = number(record_, {"au"});
    if (const std::string why = word(record_, {"not_judged"}); !why.empty()) {
      facts_.add("answer", "not judged: " + why, kKept, flag(record_, {"failed"}) ? Tone::kBad : Tone::kWarn);
    } else if (!au) {
      facts_.add("answer", "unknown: nothing gave a utilisation (AU)", kKept, Tone::kBad);
    } else {
      const auto target = au_target(record_);
      const bool met = target && *au >= *target;
      const std::string compute = fmt::format("accelerators {} {} of the time (AU)",
                                              predicted_ ? "would compute" : "compute", au_text(*au, target));
      if (!target)
        facts_.add("answer", compute, kWhole);
      else
        facts_.add("answer",
                   fmt::format("{}: {} where {} is wanted", met ? keeps_up() : falls_short(), compute,
                               format_percent(*target)),
                   kWhole,
                   !met         ? Tone::kBad
                   : doubtful() ? Tone::kWarn
                                : Tone::kGood);
    }
  }

  // Records of earlier versions have the verdict's sentence alone.
  std::string reason() const {
    const std::string alone = word(record_, {"verdict", "reason"});
    return alone.empty() ? word(record_, {"verdict", "text"}) : join_known({limit_, alone}, ": ");
  }

  bool doubtful() const { return !notes_.empty(); }

  // A target that was met from memory says nothing of the storage.
  std::string keeps_up() const {
    if (doubtful() || whose(limit_) != Whose::kNobodys) return "the target is met";
    return predicted_ ? "storage would keep up" : "storage keeps up";
  }

  std::string falls_short() const {
    const std::string limit = cut_to(limit_, kLongestWord);
    switch (whose(limit_)) {
      case Whose::kStorage:
        return predicted_ ? "storage would not keep up" : "storage does not keep up";
      case Whose::kClient:
        return "storage is not what limits, but " + limit;
      case Whose::kOther:
        return "the target is missed, limited by " + limit;
      case Whose::kNobodys:
      case Whose::kUnknown:
        break;
    }
    return "the target is missed, and no single cause is known";
  }

  // What was measured, or not to its end, comes before what it means.
  void weakens() {
    std::vector<std::string> doubts = notes_;
    if (flag(record_, {"partial"}))
      doubts.insert(doubts.begin(), "ended early; these are the numbers until then");
    if (const auto failed = number(record_, {"errors", "count"}); failed && *failed > 0)
      doubts.insert(doubts.begin(), failures(*failed));
    for (const std::string& warning : words(record_, {"warnings"}))
      if (std::find(doubts.begin(), doubts.end(), warning) == doubts.end()) doubts.push_back(warning);
    facts_.add_first("but", doubts, kKept, Tone::kWarn, kFirstOf);
  }

  // "3 samples failed: 2 x EIO, 1 x truncated; first: /data/a: EIO"
  std::string failures(double count) const {
    std::vector<std::string> kinds;
    if (const Json* by_kind = at(record_, {"errors", "by_kind"}); by_kind != nullptr && by_kind->is_object())
      for (const auto& [kind, times] : by_kind->items())
        if (times.is_number())
          kinds.push_back(format_count(times.get<double>()) + " x " + cut_to(kind, kLongestWord));
    const auto examples = words(record_, {"errors", "examples"});
    return fmt::format("{} {} failed", format_count(count), count == 1 ? "sample" : "samples") +
           (kinds.empty() ? "" : ": " + join_known(kinds, ", ")) +
           (examples.empty() ? "" : "; " + examples.front());
  }

  void busy() {
    const Value au = percent_at(record_, {"au"});
    if (!au.known()) return;
    std::vector<std::string> parts = {au.text};
    if (const Value interval = interval_of(numbers(record_, {"au_interval"}), Unit::kFraction);
        interval.known())
      parts.push_back("95 % interval " + interval.text);
    parts.push_back(prediction());
    std::vector<std::string> epochs;
    const std::vector<double> values = numbers(record_, {"au_per_epoch"});
    for (std::size_t i = 0; i < std::min(values.size(), kFirstEpochs); ++i)
      epochs.push_back(format_percent(values[i]));
    if (values.size() > epochs.size()) epochs.push_back("...");
    if (values.size() > 1) parts.push_back("each epoch " + join_known(epochs, ", "));
    facts_.add("AU", join_known(parts, "; "), kWhole);
  }

  // "predicted 62.2 % (60.5 % – 64.0 %), +1.2 points off"
  std::string prediction() const {
    const Value predicted = percent_at(record_, {"prediction", "au"});
    if (!predicted.known()) return "";
    const Value interval = interval_of(numbers(record_, {"prediction", "au_interval"}), Unit::kFraction);
    const auto off = number(record_, {"prediction_error"});
    return "predicted " + predicted.text + (interval.known() ? " (" + interval.text + ")" : "") +
           (off ? fmt::format(", {:+.1f} points off", *off * 100) : std::string());
  }

  std::string throughput() const {
    const std::string steps = count_at(record_, {"steps"}).text,
                      took = seconds_at(record_, {"wall_seconds"}).text;
    return join_known(
        {join_known({followed_by(per_second_at(record_, {"samples_per_second"}), " samples/s").text,
                     rate_at(record_, {"bytes_per_second"}).text},
                    ", "),
         took.empty() ? "" : fmt::format("{}{}", steps.empty() ? "" : steps + " steps in ", took)},
        "; ");
  }

  std::string times() const {
    const auto total = number(record_, {"stalls", "accelerator_seconds"});
    const auto stall = number(record_, {"stall_seconds"});
    if (!total || !stall || !(*total > 0)) return "";
    const auto part = [&](std::string_view key) { return number(record_, {"stalls", key}).value_or(0); };
    const double load = part("load_wait_seconds"), barrier = part("barrier_wait_seconds"),
                 checkpoint = part("checkpoint_seconds"), first = part("epoch_start_seconds");
    std::vector<std::string> parts;
    const auto add = [&](const char* what, double seconds) {
      const double share = std::clamp(seconds / *total, 0.0, 1.0);
      if (share >= kLeastShare) parts.push_back(fmt::format("{} {}", what, format_percent(share)));
    };
    add("compute", *total - *stall);
    add("waiting for data", load);
    add("waiting for other ranks", barrier);
    add("checkpoints", checkpoint);
    add("other", *stall - load - barrier - checkpoint);
    std::string out = join_known(parts, ", ");
    if (predicted_ && first / *total >= kLeastShare)
      out += fmt::format("; {} in the first batches of epochs", format_percent(first / *total));
    return out;
  }

  std::string bytes() const {
    const Value asked = bytes_at(record_, {"bytes_requested"}),
                from = bytes_at(record_, {"bytes_from_storage"});
    const Value cached = percent_at(record_, {predicted_ ? "cache_hit_share" : "cache_share"});
    return join_known(
        {join_known({followed_by(asked, " asked for").text, followed_by(from, " came from storage").text},
                    ", "),
         followed_by(cached, predicted_ ? " of the samples from a cache" : " from the page cache").text},
        "; ");
  }

  // Of a store that is reached over a network.

  // Of a prediction.
  std::string how() const {
    const std::string method = word(record_, {"method"});
    if (method == "simulate") return "simulated (the job run in virtual time on the storage file)";
    return method == "closed" ? "by formulas (closed forms)" : "";
  }

  std::string lost() const {
    const auto month = number(record_, {"stall_cost_usd_per_month"});
    const std::string cost = followed_by(dollars_at(record_, {"stall_cost_usd"}), " in this run").text;
    return join_known(
        {followed_by(seconds_at(record_, {"stall_seconds"}), " of accelerators' time").text,
         join_known({cost, month ? fmt::format("{} an hour, {} a month",
                                               value_of(*month / kHoursPerMonth, Unit::kDollars).text,
                                               value_of(*month, Unit::kDollarsPerMonth).text)
                                 : std::string()},
                    "; ")},
        "; ");
  }

  std::string reads() const {
    const Value mean = seconds_at(record_, {"read_seconds", "mean"}),
                p99 = seconds_at(record_, {"read_seconds", "p99"});
    if (!mean.known()) return "";
    return join_known(
        {fmt::format("a sample takes {} on average", mean.text), followed_by(p99, " at p99").text,
         followed_by(count_at(record_, {"requests_in_flight"}), " requests in flight").text},
        ", ");
  }

  void feeds() {
    const auto most = number(record_, {"max_accelerators"});
    const auto target = au_target(record_);
    const std::string busy = target ? fmt::format(" at an AU of {} or more", format_percent(*target)) : "";
    const bool null = word(record_, {"engine"}) == "null";
    const char* const who = null         ? "this client could feed"
                            : predicted_ ? "this storage would feed"
                                         : "this storage feeds";
    if (!most) {
      facts_.add("answer", "unknown: the search did not come to its end", kKept, Tone::kBad);
      return;
    }
    const Value range = interval_of(numbers(record_, {"max_accelerators_interval"}), Unit::kCount);
    facts_.add("answer",
               fmt::format(
                   "{} {}{}{}", who,
                   *most == 0   ? "not even one accelerator"
                   : *most == 1 ? "1 accelerator"
                                : format_count(*most) + " accelerators",
                   range.known()
                       ? " (" + range.text + (predicted_ ? " by AU's 95 % interval)" : " at 95 % confidence)")
                       : "",
                   busy),
               kWhole, *most == 0 ? Tone::kBad : Tone::kStrong);
  }

  // "1: 99.8 %, 2: 99.7 %, ...": the numbers nearest to the answer where they are many.
  std::string tried() const {
    std::vector<std::pair<double, double>> points;
    for (const Json* point : entries(record_, {"ramp"}))
      points.emplace_back(number(*point, {"accelerators"}).value_or(0), number(*point, {"au"}).value_or(0));
    std::stable_sort(points.begin(), points.end());
    const double most = number(record_, {"max_accelerators"}).value_or(0);
    while (points.size() > kMostTried)
      points.erase(std::abs(points.front().first - most) > std::abs(points.back().first - most)
                       ? points.begin()
                       : points.end() - 1);
    std::vector<std::string> parts;
    for (const auto& [accelerators, au] : points)
      parts.push_back(format_count(accelerators) + ": " + au_text(au, au_target(record_)));
    return join_known(parts, ", ");
  }

  // What would move it, what to do next, and where the rest is.
  void end() {
    std::vector<std::string> moves;
    for (const Json* a : entries(record_, {"advice"}))
      if (const auto gain = number(*a, {"gain"}))
        moves.push_back(fmt::format("{}: +{:.1f} points", word(*a, {"change"}), *gain * 100));
    facts_.add_first("helps", moves, kKeepMoves, Tone::kPlain, kFirstOf);
    facts_.add_first("try", words(record_, {"verdict", "advice"}), kKept, Tone::kPlain, kFirstOf);
    if (extent_ == PageExtent::kAsAsked) facts_.add("next", "the same with --full shows everything", kWhole);
  }

  const Json& record_;
  const PageExtent extent_;
  const bool predicted_;
  const std::string limit_;
  const std::vector<std::string> notes_;
  FirstFacts facts_;
};

}  // namespace

void add_run_first(Document& doc, const Json& record, PageExtent extent) {
  doc.append(Gap{});
  doc.append(RunFirst(record, extent).job());
}

void add_sweep_first(Document& doc, const Json& record, const std::string& shown) {
  constexpr std::size_t kLines = 6;  // what a title, a heading and a table of a dozen rows leave of a screen
  FirstFacts facts;
  facts.add("shown", shown, kWhole);
  facts.add_first("but", words(record, {"warnings"}), kKept, Tone::kWarn);
  facts.add("next", "the same with --full shows everything", kWhole);
  List list = facts.take(PageExtent::kAsAsked);
  list.most_lines = kLines;
  doc.append(Gap{});
  doc.append(std::move(list));
}

void add_search_first(Document& doc, const Json& record, PageExtent extent) {
  doc.append(Gap{});
  doc.append(RunFirst(record, extent).search());
}

}  // namespace aforo
