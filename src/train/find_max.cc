// The largest number of accelerators that this storage keeps at the AU target.
//
// Ramp: 1, 2, 4, ... until the target is missed or the limit is met, then bisection between the last that
// held and the first that did not. Both are then measured once more, and all windows count for the answer's
// uncertainty: see count_interval.
#include "train/find_max.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "measure/bracket.h"
#include "train/find_max_search.h"
#include "train/run_evidence.h"
#include "train/run_record.h"
#include "train/trials.h"
#include "world/alarm.h"
#include "world/record_frame.h"

namespace aforo {
namespace {

// Confirmations of the answer. Chosen: each costs a window of seconds, and a bracket that is still not held
// after three says how noisy the machine is.
constexpr int kRounds = 3;

// The winner of a search over noisy windows was lucky more often than not: it must hold once more, or the
// search goes on below it.
void confirm(Search& search, Bracket& bracket, const Question& ask) {
  for (int round = 0; round < kRounds && bracket.low && !bracket.ended; ++round) {
    search.forget(bracket.low * search.hosts());
    const TargetAnswer answer = ask(bracket.low);
    bracket.ended = answer == TargetAnswer::kNone;
    if (answer != TargetAnswer::kMisses) return;
    bracket.high = bracket.low;
    bracket.low = search.surely_held_below(bracket.high * search.hosts()) / search.hosts();
    bisect(ask, bracket);
  }
}

// The number that missed decides as much as the one that held. One more window, whatever it says.
void look_again_above(Search& search, const Bracket& bracket) {
  if (bracket.ended || !bracket.high || search.stopped() || search.failed()) return;
  std::size_t seen = 0;
  const std::uint32_t high = bracket.high * search.hosts();
  for (const Try& t : search.windows()) seen += t.accelerators == high;
  if (seen == 1) search.look_again(high);
}

Json ramp_json(const std::vector<Try>& windows) {
  Json ramp = Json::array();
  for (const Try& t : windows)
    ramp.push_back({{"accelerators", t.accelerators},
                    {"au", t.au},
                    {"au_interval", {std::max(0.0, t.interval.low()), std::min(1.0, t.interval.high())}},
                    {"seconds", t.took.value}});
  return ramp;
}

// More accelerators than this would read a sample twice within one step.
std::uint32_t limit_of(const RunOptions& options, const Layout& layout, std::uint32_t hosts) {
  const std::uint64_t whole =
      std::max<std::uint64_t>(layout.samples() / options.workload.loader.batch_size, 1);
  const auto dataset = static_cast<std::uint32_t>(std::min<std::uint64_t>(whole, 1u << 20));
  const std::uint32_t most = options.max_accelerators ? std::min(options.max_accelerators, dataset) : dataset;
  if (most < hosts)
    throw UserError(fmt::format(
        "expected an accelerator for each of the {} processes at least, found that {} is the most (--max-accelerators, "
        "or as many as the dataset has batches for); start fewer processes",
        hosts, most));
  return most / hosts;
}

void add_answer(Json& record, const Search& search, const Bracket& bracket, std::uint32_t limit) {
  record["threshold"] = search.target();
  record["ramp"] = ramp_json(search.windows());
  record["partial"] = search.stopped() || search.failed();
  if (search.failed()) record["failed"] = true;
  if (search.stopped() || search.failed()) return;  // unknown is absent
  const std::uint32_t best = bracket.low * search.hosts();
  const auto [from, to] = count_interval(search.windows(), search.target(), best);
  record["max_accelerators"] = best;
  record["max_accelerators_interval"] = {from, to};
  record["at_limit"] = bracket.high == 0;
  if (!search.refusal().empty())
    record["warnings"].push_back(
        fmt::format("the search ended at {} accelerators: {}", best, search.refusal()));
  else if (bracket.high == 0 && !bracket.ended)
    record["warnings"].push_back(
        fmt::format("the search ended at its limit of {} accelerators: --max-accelerators, or "
                    "as many as the dataset has batches for",
                    limit * search.hosts()));
}

// Of a time limit that was too short for the first try: that of a whole try, or twice as long where even that was not
// enough (reads, or work on samples, that outlast every step).
Seconds enough_for_a_try(const RunOptions& options) {
  const Seconds whole = longest_window(Seconds{law_mean(options.workload.accelerator.step_time)});
  return whole > options.time_limit ? whole : options.time_limit * 2;
}

std::string no_window_sentence(const Search& search, const RunOptions& options) {
  if (search.unanswered() > 0)
    return fmt::format(
        "expected storage to answer, found {} requests without an answer when the search was ended",
        search.unanswered());
  return fmt::format(
      "expected the search to try one number of accelerators at least, found the time limit of {} too short for "
      "that: give --time-limit {:.0f}s or more, which one try may take here; a search makes some ten",
      format_seconds(options.time_limit), std::ceil(enough_for_a_try(options).value));
}

// The job whose figures the Record has.
const Search::Kept& shown_of(const Search& search) {
  return search.failed() ? search.failed_job() : search.best().ranks ? search.best() : search.failing();
}

// Of what missed the target, else of what is shown. `alone`: on one host, where the client's own ceiling can be measured.
void judge(Json& record, const Search& search, const RunOptions& options, bool alone,
           const std::stop_token& stop) {
  const Search::Kept& judged = search.failing().ranks ? search.failing() : shown_of(search);
  Evidence evidence = evidence_of(judged.job, judged.plan, options);
  evidence.searching = true;
  if (options.diagnose && alone && !search.stopped() && moves_bytes(options.engine))
    add_ceiling(evidence, judged.plan, search.settings(), record, stop);
  add_verdict(record, verdict_of(evidence));
}

}  // namespace

RunOutcome find_max(const RunOptions& options, const OpenedRun& opened, std::stop_token stop,
                    const ProgressSink& progress, Crew* crew) {
  if (law_mean(options.workload.accelerator.step_time) <= 0)
    throw UserError("expected a step time above 0 for --find-max, found 0; give --step-time");
  const OpenedDataset& dataset = opened.dataset;
  RunOutcome out;
  Json& record = out.record = start_record("run", *opened.store);
  const bool first = crew == nullptr || crew->first();
  const std::uint32_t limit = limit_of(options, *dataset.layout, crew ? crew->hosts() : 1);
  // The time limit is the whole search's, and ends it as a person would.
  std::stop_source ending;
  const std::stop_callback forward(stop, [&ending] { ending.request_stop(); });
  const Alarm alarm(first ? options.time_limit : Seconds{0}, ending);
  Search search(options, *opened.store, dataset, ending.get_token(), crew);
  const Seconds begin = monotonic_now();
  const Question ask = [&](std::uint32_t accelerators) {
    const TargetAnswer answer = search.ask(accelerators * search.hosts());
    if (!progress || search.tries().empty()) return answer;
    Progress p;
    p.phase = fmt::format("searching, {} tried", search.tries().size());
    p.elapsed = monotonic_now() - begin;
    p.au = search.tries().rbegin()->second.au;
    progress(p);
    return answer;
  };
  Bracket bracket = ramp(ask, limit);
  const bool refused = !search.refusal().empty();
  if (bracket.high) bisect(ask, bracket);
  if (refused) bracket.ended = false;
  confirm(search, bracket, ask);
  look_again_above(search, bracket);
  if (!first) return out;

  const Search::Kept& shown = shown_of(search);
  if (!shown.ranks && !stop.stop_requested()) throw UserError(no_window_sentence(search, options));
  if (!shown.ranks) throw Interrupted();
  if (shown.hosts.is_object()) record.update(shown.hosts);
  record["config"] = config_of(options, dataset, shown.plan);
  add_warnings(record, options, dataset, shown.plan);
  add_measurement(record, shown.job, shown.plan, options, *dataset.layout);
  add_answer(record, search, bracket, limit);
  out.stopped = out.interrupted = search.stopped();
  out.unanswered = search.unanswered();
  out.failed = search.failed() || out.unanswered > 0;
  out.of_client = search.failed() && shown.job.result.readers.of_client();
  if (search.stopped() && !stop.stop_requested())
    record["warnings"].push_back(fmt::format(
        "the search was ended by its time limit of {} before it had an answer: give it more, or a smaller "
        "--max-accelerators",
        format_seconds(options.time_limit)));
  if (!search.failed() && !search.stopped()) out.max_accelerators = bracket.low * search.hosts();
  out.failures = failures_in_words(shown.job.result.readers, *dataset.layout, options.io_timeout);
  if (!search.cache_note().empty()) record["warnings"].push_back(search.cache_note());
  judge(record, search, options, crew == nullptr, ending.get_token());
  return out;
}

}  // namespace aforo
