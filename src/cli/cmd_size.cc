// aforo size: what jobs need of storage, which storage to buy for them, and what it costs.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>

#include "base/error.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "cli/acts.h"
#include "cli/common.h"
#include "cli/live_line.h"
#include "cli/signals.h"
#include "cli/sized_jobs.h"
#include "plan/requirement.h"
#include "sizing/break_points.h"
#include "sizing/horizon.h"
#include "sizing/jobs_yaml.h"
#include "sizing/size_record.h"
#include "workload/parse.h"
#include "world/progress_ticker.h"

namespace aforo {
namespace {

// With labels always, so that every number is named for a person; with formula, inputs and source where asked
// for.
Json explanation(const std::vector<Figure>& figures, bool in_full) {
  Json out = Json::array();
  for (const auto& figure : figures) {
    Json entry = {{"key", figure.key}, {"label", figure.label}, {"text", format_figure(figure)}};
    if (in_full)
      entry.update({{"formula", figure.formula}, {"inputs", figure.inputs}, {"source", figure.source}});
    out.push_back(entry);
  }
  return out;
}

RequirementAsk requirement_ask(const SizingAsk& ask) {
  RequirementAsk out;
  out.capacity = ask.capacity;
  out.accelerators_per_host = ask.accelerators_per_host;
  out.failures = ask.failures;
  return out;
}

// One job: every figure. Several: the sums, and every figure of each job.
void add_requirement(Json& record, const SizingAsk& ask, const Need& need, bool in_full) {
  if (ask.jobs.size() == 1) {
    const Workload& workload = ask.jobs.front().workload;
    const RequirementAsk alone = requirement_ask(ask);
    const auto figures = explain(workload, alone, requirement(workload, alone));
    record["requirement"] = to_json(figures);
    record["explain"] = explanation(figures, in_full);
    record["requirement"]["capacity_to_buy_bytes"] = need.capacity.value;
    return;
  }
  Json& sums = record["requirement"];
  set_number(sums, "read_bytes_per_second", need.read.value);
  set_number(sums, "iops", need.requests.value);
  set_number(sums, "opens_per_second", need.opens.value);
  double latency = 1e300;
  for (const JobNeed& job : need.jobs) latency = std::min(latency, job.requirement.sample_latency.value);
  set_number(sums, "sample_latency_seconds", latency);
  set_number(sums, "checkpoint_write_bytes_per_second", need.checkpoint_write.value);
  sums["capacity_bytes"] = need.capacity.value;
  record["jobs"] = Json::array();
  for (std::size_t i = 0; i < need.jobs.size(); ++i) {
    RequirementAsk alone = requirement_ask(ask);
    alone.capacity.reset();
    const Workload& workload = ask.jobs[i].workload;
    const auto figures = explain(workload, alone, requirement(workload, alone));
    Json one = {{"workload", workload.name},
                {"accelerators", workload.accelerator.count},
                {"accelerator_type", workload.accelerator.type},
                {"duty", ask.jobs[i].duty},
                {"requirement", to_json(figures)}};
    if (in_full) one["explain"] = explanation(figures, true);
    record["jobs"].push_back(std::move(one));
  }
}

Json config_of(const SizingAsk& ask) {
  Json out;
  const Workload& first = ask.jobs.front().workload;
  if (ask.jobs.size() == 1) {
    out = {{"workload", to_yaml(first)}, {"origin", first.origin}};
  } else {
    out["workload"] = fmt::format("{} jobs", ask.jobs.size());
    out["workloads"] = Json::array();
    for (const SizedJob& job : ask.jobs) out["workloads"].push_back(to_yaml(job.workload));
  }
  return out;
}

// Break points are of designs that are bought: looking for them takes seconds.
bool asks_on_premises(const SizingAsk& ask) {
  const bool cloud_family = std::any_of(kFamilies.begin(), kFamilies.end(), [&](Family family) {
    return in_cloud(family) && ask.family == to_string(family);
  });
  return ask.place != Place::kCloud && ask.provider.empty() && !cloud_family;
}

using Clock = std::chrono::steady_clock;

Progress progress(std::size_t done, std::size_t of, Clock::time_point began) {
  Progress out;
  out.fraction = of == 0 ? -1 : static_cast<double>(done) / static_cast<double>(of);
  out.elapsed = Seconds{std::chrono::duration<double>(Clock::now() - began).count()};
  out.phase = of == 0 ? "looking at designs" : "confirming by simulation";
  return out;
}

void check_words(const Arguments& a) {
  refuse_both(a, "jobs", "portfolio", "a portfolio has jobs of its own");
  refuse_both(a, "accelerator-type", "dlio", "set accelerator.type in the file");
  refuse_both(a, "rates", "step-time", "both say how fast the accelerator is");
  for (const char* name :
       {"jobs", "capacity", "dataset-size", "compare-formats", "sweep", "accelerators", "duty", "growth",
        "years", "snapshots", "accelerator-type", "dlio", "dataset", "rates", "confirm", "horizon"})
    refuse_both(a, "portfolio", name, "each scenario says its own");
  if (a.given("portfolio") && !a.positionals().empty())
    throw UserError(
        fmt::format("expected W or --portfolio, found both ('{}'); leave one out", a.positionals().front()));
}

// What is asked beside the one answer, each only where it is asked.
void add_variants(Json& record, const Arguments& arguments, const SizeOptions& options,
                  const StopOnSignal& stop) {
  const Catalogue& catalogue = Catalogue::shipped();
  if (arguments.given("compare-formats"))
    add_formats(record,
                compare_formats(options.ask, options.prices, catalogue, options.threads, stop.token()),
                options.prices);
  if (const auto text = arguments.text("sweep")) {
    const SizeSweep sweep = parse_size_sweep(*text);
    add_size_sweep(record, sweep,
                   sweep_sizes(options.ask, sweep, options.prices, catalogue, options.threads, stop.token()),
                   options.prices);
  }
}

std::vector<ExplainedFigure> first_explained(const Screening& screening, const SizeResult& result,
                                             const Horizon* over) {
  const SizedDesign& first = result.designs.front();
  return explain_design(screening.designs()[first.design], first, screening.need(), screening.ask(), over);
}

void add_answer(Json& record, const Arguments& arguments, Screening& screening, const SizeOptions& options,
                const SizeResult& result, const StopOnSignal& stop) {
  const Catalogue& catalogue = Catalogue::shipped();
  add_designs(record, screening, result, options.prices, arguments.given("explain"));
  add_prices(record, options.prices, items_of(screening, result, options.prices));
  if (!result.designs.empty() && asks_on_premises(options.ask))
    add_break_points(record,
                     break_points(screening, options.prices, catalogue, options.threads, stop.token()));
  HorizonOptions over;
  over.months = static_cast<double>(std::min<std::uint64_t>(arguments.count("horizon"), 600));
  const auto found = horizon(screening, result, options.prices, catalogue, over);
  if (found)
    add_horizon(record, *found, options.prices);
  else
    add_horizon_absent(record, screening, result);
  if (arguments.given("explain") && !result.designs.empty())
    add_design_explain(record, first_explained(screening, result, found ? &*found : nullptr));
  add_advice(record, size_advice(options.ask, options.prices, catalogue, options.threads, stop.token()),
             options.prices);
  add_variants(record, arguments, options, stop);
}

void add_warnings(Json& record, const SizingAsk& ask, const Need& need,
                  const std::vector<std::string>& notes) {
  for (const SizedJob& job : ask.jobs)
    for (const auto& warning : job.workload.warnings) record["warnings"].push_back(warning);
  for (const auto& note : notes) record["warnings"].push_back(note);
  for (const auto& note : need.notes) record["warnings"].push_back(note);
}

int act_portfolio(const Arguments& arguments, Console& console) {
  Portfolio portfolio = load_portfolio(*arguments.text("portfolio"));
  for (Scenario& scenario : portfolio.scenarios) apply_common(arguments, scenario.ask);
  const PriceBook prices = price_book(arguments);
  Results results(arguments, console);
  const StopOnSignal stop;
  Json record = new_record("size", started_now(), Json::object());
  record["config"] = {{"workload", portfolio.name}, {"portfolio", *arguments.text("portfolio")}};
  const PortfolioResult found = hedge(portfolio, prices, Catalogue::shipped(), thread_count(0), stop.token());
  add_portfolio(record, portfolio, found, prices);
  for (const Scenario& scenario : portfolio.scenarios)
    for (const SizedJob& job : scenario.ask.jobs)
      for (const auto& warning : job.workload.warnings) record["warnings"].push_back(warning);
  results.deliver(record);
  return found.designs.empty() || found.designs.front().satisfied <= 0 ? kNotMet : kDone;
}

}  // namespace

int act_size(const Arguments& arguments, Console& console) {
  check_words(arguments);
  if (arguments.given("portfolio")) return act_portfolio(arguments, console);
  if (const auto text = arguments.text("sweep")) parse_size_sweep(*text);
  std::vector<std::string> notes;
  SizeOptions options;
  options.ask = sizing_ask(arguments, notes);
  options.prices = price_book(arguments);
  options.confirm = arguments.count("confirm");
  options.threads = thread_count(0);
  const bool in_full = arguments.given("explain");
  Results results(arguments, console);
  const StopOnSignal stop;
  LiveLine live(console, results.quiet(), "");
  std::atomic<std::size_t> done{0}, of{0};
  options.confirmed = [&](std::size_t d, std::size_t n) { done = d, of = n; };
  const Clock::time_point began = Clock::now();
  std::optional<ProgressTicker> ticker(std::in_place, live.sink(), [&] { return progress(done, of, began); });

  Screening screening(options.ask, Catalogue::shipped(), options.threads);
  Json record = new_record("size", started_now(), Json::object());
  record["config"] = config_of(options.ask);
  record["accelerators"] = screening.need().accelerators;
  record["au_target"] = options.ask.jobs.front().workload.training.au_target;
  add_requirement(record, options.ask, screening.need(), in_full);
  add_requirement_curve(record, requirement_curve(options.ask));
  const SizeResult result = size_designs(screening, options, stop.token());
  add_answer(record, arguments, screening, options, result, stop);
  add_warnings(record, options.ask, screening.need(), notes);
  ticker.reset();
  live.clear();
  results.deliver(record);
  return result.designs.empty() ? kNotMet : kDone;
}

}  // namespace aforo
