#include "answer/size.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <set>
#include <string>

#include "answer/echo.h"
#include "answer/size_next.h"
#include "answer/working.h"
#include "base/error.h"
#include "base/input_file.h"
#include "base/parallel_for.h"
#include "plan/requirement.h"
#include "sizing/jobs_yaml.h"
#include "sizing/size_record.h"
#include "workload/parse.h"
#include "world/progress_ticker.h"

namespace aforo {
namespace {

// Months, which an account lists one by one. Chosen: fifty years, far longer than hardware is written off.
constexpr std::uint64_t kLongestHorizon = 600;

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

// What hosts prepare before any storage does.
Json host_json(const JobNeed& job) {
  Json out = {{"cores", job.host.cores}};
  set_number(out, "cores_wanted", job.host.cores_wanted);
  set_number(out, "au_at_most", job.host.pace);
  return out;
}

// One job: every figure. Several: the sums, and every figure of each job.
void add_requirement(Json& record, const SizingAsk& ask, const Need& need, bool in_full) {
  if (ask.jobs.size() == 1) {
    Workload workload = ask.jobs.front().workload;
    workload.training.au_target = need.jobs.front().workload.training.au_target;
    const RequirementAsk alone = requirement_ask(ask);
    const auto figures = explain(workload, alone, requirement(workload, alone));
    record["requirement"] = to_json(figures);
    record["explain"] = explanation(figures, in_full);
    record["requirement"]["capacity_to_buy_bytes"] = need.capacity.value;
    record["host"] = host_json(need.jobs.front());
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
    Workload workload = ask.jobs[i].workload;
    workload.training.au_target = need.jobs[i].workload.training.au_target;
    const auto figures = explain(workload, alone, requirement(workload, alone));
    Json one = {{"workload", workload.name},
                {"accelerators", workload.accelerator.count},
                {"accelerator_type", workload.accelerator.type},
                {"duty", ask.jobs[i].duty},
                {"au_target", ask.jobs[i].workload.training.au_target},
                {"requirement", to_json(figures)}};
    one["host"] = host_json(need.jobs[i]);
    if (in_full) one["explain"] = explanation(figures, true);
    record["jobs"].push_back(std::move(one));
  }
}

Json config_of(const SizingAsk& ask) {
  const auto job_of = [](const Workload& workload) {
    return Json{{"workload", workload.name}, {"origin", workload.origin}, {"yaml", to_yaml(workload)}};
  };
  if (ask.jobs.size() == 1) return job_of(ask.jobs.front().workload);
  Json out{{"workload", fmt::format("{} jobs", ask.jobs.size())}, {"jobs", Json::array()}};
  for (const SizedJob& job : ask.jobs) out["jobs"].push_back(job_of(job.workload));
  return out;
}

// Break points are of designs that are bought: looking for them takes seconds.
bool asks_on_premises(const SizingAsk& ask) {
  const bool cloud_family = ask.family && in_cloud(*ask.family);
  return ask.place != Place::kCloud && !ask.provider && !cloud_family;
}

Progress progress(std::size_t done, std::size_t of, Seconds elapsed) {
  Progress out;
  out.fraction = of == 0 ? -1 : static_cast<double>(done) / static_cast<double>(of);
  out.elapsed = elapsed;
  out.phase = of == 0 ? "looking at designs" : "confirming by simulation";
  return out;
}

// Drives, servers, cards and services; not the hosts of accelerators, and not bytes on the wire.
bool of_storage(const Price& price) {
  const bool rate = price.unit == PriceUnit::kFactor;
  const bool other = price.item == "host" || price.item.starts_with("egress.") ||
                     price.item.starts_with("between-regions.") || price.item.starts_with("cross-zone.");
  return !rate && !other && price.group != "accelerators" && price.group != "running";
}

void take_off(PriceBook& book, double share) {
  if (share >= 1)
    throw UserError(fmt::format(
        "--discount: expected less than 100%, found {:g}%; a single item is free by --price, as in 'tlc=0 USD/TB'",
        100 * share));
  for (const Price& price : PriceBook::shipped().all())
    if (of_storage(price)) book.change(fmt::format("{}=x{}", price.item, 1 - share));
}

// The shipped prices, less --discount, with --prices, --price and --price-change over them, in that order.
PriceBook price_book(const SizeAsk& ask) {
  PriceBook book = PriceBook::shipped();
  if (ask.discount.given()) take_off(book, *ask.discount);
  if (ask.prices.given()) book.apply_file(read_input_file(*ask.prices, "price file"), *ask.prices);
  for (const std::string& assignment : *ask.price) book.set(assignment);
  for (const std::string& assignment : *ask.price_change) book.change(assignment);
  return book;
}

std::vector<ExplainedFigure> first_explained(const Screening& screening, const SizeResult& result,
                                             const Horizon* over) {
  const SizedDesign& first = result.designs.front();
  return explain_design(screening.designs()[first.design], first, screening.need(), screening.ask(), over);
}

// What is asked beside the one answer (`there`: where that stands), each only where it is asked.
void add_variants(Json& record, std::set<std::string>& used, const SizeAsk& ask, const SizingAsk& asked,
                  const SizingAsk& there, const Market& market, const std::stop_token& stop) {
  if (*ask.compare_formats) add_formats(record, compare_formats(there, market, stop), used);
  if (!ask.sweep.given()) return;
  const SizeSweep sweep = parse_size_sweep(*ask.sweep);
  add_size_sweep(record, sweep, sweep_sizes(asked, sweep, market, stop), used);
}

// What the first screen does not show.
void add_the_rest(Json& record, std::set<std::string>& used, const SizeAsk& ask, Screening& screening,
                  const SizeOptions& options, const SizeResult& result, const std::stop_token& stop) {
  const Catalogue& catalogue = Catalogue::shipped();
  add_requirement_curve(record, requirement_curve(options.ask));
  if (!result.designs.empty()) {
    const std::vector<CostsAt> costs =
        costs_by_capacity(screening, options.prices, catalogue, options.threads, stop);
    add_costs_by_capacity(record, costs);
    if (asks_on_premises(options.ask))
      add_break_points(record, break_points(screening, options.prices, catalogue, costs, stop));
  }
  HorizonOptions over;
  over.months = static_cast<double>(std::min(*ask.horizon, kLongestHorizon));
  const auto found = horizon(screening, result, options.prices, catalogue, over);
  if (found)
    add_horizon(record, *found, used);
  else
    add_horizon_absent(record, screening, result);
  if (*ask.explain && !result.designs.empty())
    add_design_explain(record, first_explained(screening, result, found ? &*found : nullptr));
}

void add_warnings(Json& record, const SizingAsk& ask, const Need& need,
                  const std::vector<std::string>& notes) {
  for (const SizedJob& job : ask.jobs)
    for (const auto& warning : job.workload.warnings) record["warnings"].push_back(warning);
  for (const auto& note : notes) record["warnings"].push_back(note);
  for (const auto& note : need.notes) record["warnings"].push_back(note);
}

Answer answer_portfolio(const SizeAsk& ask, const Context& context) {
  if (ask.confirm.given() && *ask.confirm > 0)
    throw UserError(fmt::format(
        "expected --confirm 0 or none beside --portfolio, found --confirm {}; scenarios are sized by closed forms",
        *ask.confirm));
  Portfolio portfolio = load_portfolio(*ask.portfolio);
  for (Scenario& scenario : portfolio.scenarios) apply_common(ask, scenario.ask);
  const PriceBook prices = price_book(ask);
  Answer out;
  out.record = new_record("size", context.started, Json::object());
  out.record["config"] = {{"workload", portfolio.name}, {"portfolio", *ask.portfolio}};
  const PortfolioResult found = hedge(portfolio, prices, Catalogue::shipped(), thread_count(0), context.stop);
  std::set<std::string> used;
  add_portfolio(out.record, portfolio, found, prices, used);
  add_prices(out.record, prices, used);
  for (const Scenario& scenario : portfolio.scenarios)
    for (const SizedJob& job : scenario.ask.jobs)
      for (const auto& warning : job.workload.warnings) out.record["warnings"].push_back(warning);
  if (found.designs.empty() || found.designs.front().satisfied <= 0) out.outcome = Outcome::kNotMet;
  return out;
}

Answer answer_jobs(const SizeAsk& ask, const Context& context) {
  if (ask.sweep.given()) parse_size_sweep(*ask.sweep);  // refused before the work, not after it
  std::vector<std::string> notes;
  SizeOptions options;
  options.ask = sizing_ask(ask, notes);
  if (*ask.growth_steps && !(options.ask.growth > 0 && options.ask.years > 0))
    throw UserError(
        "expected --growth and --years above 0 beside --growth-steps, found nothing that grows; give them as in "
        "--growth 30% --years 3");
  options.prices = price_book(ask);
  options.confirm = *ask.confirm;
  options.threads = thread_count(0);
  std::atomic<std::size_t> done{0}, of{0};
  options.confirmed = [&](std::size_t d, std::size_t n) { done = d, of = n; };
  const Working working(context, [&](Seconds elapsed) { return progress(done, of, elapsed); });

  Screening screening(options.ask, Catalogue::shipped(), options.threads, std::make_shared<SolvedNetworks>(),
                      context.stop);
  Answer out;
  Json& record = out.record = new_record("size", context.started, Json::object());
  record["config"] = config_of(options.ask);
  record["accelerators"] = screening.need().accelerators;
  record["au_target"] = options.ask.jobs.front().workload.training.au_target;
  add_requirement(record, options.ask, screening.need(), *ask.explain);
  const SizeResult result = size_designs(screening, options, context.stop);
  add_designs(record, screening, result, options.prices, *ask.explain);
  std::set<std::string> used = items_of(screening, result, options.prices);
  const std::string file = storage_out_of(context);
  record["next"] = next_steps(ask, screening, result, file);
  if (!result.designs.empty()) out.files.push_back(storage_file(ask, screening, result, file));
  if (context.early) {
    Json first = record;
    add_prices(first, options.prices, used);
    add_warnings(first, options.ask, screening.need(), notes);
    context.early(first);
  }
  const bool all = !context.page_only || *ask.full || *ask.explain;
  if (all) add_the_rest(record, used, ask, screening, options, result, context.stop);
  const SizingAsk there = where_the_best_stands(options.ask, screening, result);
  const Market market{options.prices, Catalogue::shipped(), options.threads, screening.solved(),
                      context.stop};
  const std::vector<SizeAdvice> advice = size_advice(there, market, context.stop);
  add_advice(record, advice, used);
  if (result.designs.empty() && !advice.empty()) add_cure(record, advice.front());
  add_variants(record, used, ask, options.ask, there, market, context.stop);
  if (*ask.growth_steps && !result.designs.empty()) {
    const Design& first = screening.designs()[result.designs.front().design];
    add_growth_steps(record, growth_steps(options.ask, first.family, market, context.stop), used);
  }
  add_prices(record, options.prices, used);
  add_warnings(record, options.ask, screening.need(), notes);
  if (result.designs.empty()) out.outcome = Outcome::kNotMet;
  return out;
}

// The answer beside a sweep over accelerators, of which no number was said, is that of the sweep's first.
SizeAsk with_swept(SizeAsk ask) {
  if (!ask.sweep.given() || ask.accelerators.given() || ask.jobs.given()) return ask;
  const SizeSweep sweep = parse_size_sweep(*ask.sweep);
  if (sweep.key == "accelerators")
    ask.accelerators = std::strtoull(sweep.values.front().c_str(), nullptr, 10);
  return ask;
}

}  // namespace

Answer answer(const SizeAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  Answer out = ask.portfolio.given() ? answer_portfolio(ask, context) : answer_jobs(with_swept(ask), context);
  add_echo(out.record, ask, context);
  return out;
}

}  // namespace aforo
