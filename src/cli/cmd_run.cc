// aforo run: train against real storage, and say what limits it.
#include "train/find_max.h"
#include "train/train_command.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/acts.h"
#include "cli/common.h"
#include "cli/live_line.h"
#include "cli/predicted_run.h"
#include "cli/signals.h"
#include "storage/engine_kind.h"

namespace aforo {
namespace {

void refuse_contradictions(const Arguments& a) {
  const auto both = [&](std::string_view one, std::string_view other, std::string_view why) {
    refuse_both(a, one, other, why);
  };
  both("find-max", "accelerators", "--find-max chooses the number; bound it with --max-accelerators");
  both("find-max", "steps-csv",
       "--find-max makes many short runs; write the steps of one run at the number it finds");
  both("null", "verify", "nothing is read that could be verified");
  both("null", "drop-caches", "nothing is read that could be cached");
  both("drop-caches", "cache-expected", "a warm run is wanted or it is not");
  if (a.given("max-accelerators") && !a.given("find-max"))
    throw UserError(
        "expected --find-max beside --max-accelerators, found none; add it, or give --accelerators");
}

RunOptions options_of(const Arguments& a) {
  refuse_contradictions(a);
  RunOptions options;
  options.workload = workload_of(a);
  options.directory = directory_of(a, a.given("dlio"));
  options.engine = a.given("null") ? EngineKind::kNull : engine_named(*a.text("engine")).value();
  options.io_threads = threads_of(a);
  options.drop_caches = a.given("drop-caches");
  options.cache_expected = a.given("cache-expected");
  options.verify = a.given("verify");
  options.skip_errors = *a.text("on-error") == "skip";
  options.diagnose = !a.given("no-diagnose");
  options.io_timeout = *a.seconds("timeout");
  options.time_limit = a.seconds("time-limit").value_or(Seconds{0});
  options.accelerator_price_per_hour = a.dollars_per_hour("accelerator-price");
  if (!a.given("dry-run")) options.steps_csv = a.text("steps-csv").value_or("");
  options.find_max = a.given("find-max");
  options.max_accelerators = static_cast<unsigned>(a.count("max-accelerators"));
  return options;
}

// A run that was cut short answers nothing; a time limit that the user set does not cut it short.
int exit_code(const Json& record, bool find_max, bool interrupted) {
  if (interrupted || record.value("failed", false)) return kCouldNot;
  if (record.value("steps_csv_incomplete", false)) return kCouldNot;
  if (find_max) return record.value("max_accelerators", 0) > 0 ? kDone : kNotMet;
  if (!record.contains("au")) return kCouldNot;
  return record["au"].get<double>() >= record["config"].value("au_target", 0.0) ? kDone : kNotMet;
}

// A page or a Record may be read by nobody; that a run did not go to its end is said on standard error too.
void say_how_it_ended(const Json& record, bool interrupted, Console& console) {
  if (record.value("steps_csv_incomplete", false)) {
    const Json warnings = record.value("warnings", Json::array());
    std::string sentence = "the step file is incomplete: it could not be written to its end";
    for (const Json& warning : warnings)
      if (warning.get<std::string>().starts_with("the step file")) sentence = warning.get<std::string>();
    console.err << "aforo: " << sentence << '\n';
  }
  if (record.value("failed", false)) {
    const Json errors = record.value("errors", Json::object());
    const Json examples = errors.value("examples", Json::array());
    console.err << fmt::format(
        "aforo: expected every sample to be readable, found '{}'; mend it, or count and go on "
        "with --on-error skip\n",
        examples.empty() ? "one that is not" : examples[0].get<std::string>());
  } else if (interrupted) {
    say_partial(console, "it holds what was measured until the interruption");
  }
}

// The warnings stand in the YAML as comments; the page says them once, at its end.
std::string without_comments(const std::string& yaml) {
  std::string out;
  for (const std::string& line : split(yaml, '\n'))
    if (!line.empty() && !line.starts_with("# warning: ")) out += line + '\n';
  return out;
}

std::string counted(double number, std::string_view what) {
  return fmt::format("{} {}{}", format_count(number), what, number == 1 ? "" : "s");
}

std::string plan_page(const Json& plan) {
  const Json& would = plan.at("would_read");
  const auto number = [&](const char* key) { return would.value(key, 0.0); };
  const auto bytes = [&](const char* key) { return format_bytes({static_cast<std::uint64_t>(number(key))}); };
  std::string page = without_comments(plan.at("config").value("yaml", ""));
  page += fmt::format("\nwould train {} of {} on '{}'\n", counted(number("epochs"), "epoch"),
                      counted(number("steps_per_epoch"), "step"), plan["config"].value("directory", ""));
  page += fmt::format("would read  {}, {}: the dataset {:.3g} times\n", counted(number("samples"), "sample"),
                      bytes("bytes"), number("dataset_passes"));
  page += fmt::format("would take  {} of compute, and {} of memory for read buffers\n",
                      format_seconds({number("compute_seconds")}), bytes("read_buffer_bytes"));
  for (const auto& warning : plan["warnings"])
    page += fmt::format("warning: {}\n", warning.get<std::string>());
  return page + "nothing was read or run (--dry-run)\n";
}

}  // namespace

int act_run(const Arguments& arguments, Console& console) {
  const RunOptions options = options_of(arguments);
  refuse_results_inside(arguments, options.directory);
  Results results(arguments, console);
  StopOnSignal stop;
  if (arguments.given("dry-run")) {
    Json plan = plan_run(options, stop.token());
    results.deliver(plan, plan_page(plan));
    return kDone;
  }
  const auto storage = arguments.text("storage");
  Json prediction = storage ? predict_run(options, *storage, stop.token()) : Json();
  LiveLine live(console, results.quiet(), "samples/s");
  Json record = options.find_max ? find_max(options, stop.token(), live.sink())
                                 : train(options, stop.token(), live.sink());
  live.clear();
  if (storage) add_prediction_beside(record, std::move(prediction));
  results.deliver(record);
  say_how_it_ended(record, stop.requested(), console);
  return exit_code(record, options.find_max, stop.requested());
}

}  // namespace aforo
