// aforo probe: measure a storage, and write it down for predictions.
#include <fmt/format.h>

#include "base/error.h"
#include "cli/acts.h"
#include "cli/common.h"
#include "cli/live_line.h"
#include "cli/signals.h"
#include "model/storage_yaml.h"
#include "probe/probe_command.h"
#include "storage/engine_kind.h"
#include "workload/parse.h"

namespace aforo {
namespace {

ProbeOptions options_of(const Arguments& a) {
  ProbeOptions options;
  // Words with '=' are fields of the workload.
  options.directory = directory_of(a, true);
  const auto workload = a.text("workload");
  if (workload)
    options.workload = load_workload(*workload, a.overrides());
  else if (!a.overrides().empty())
    throw UserError(
        fmt::format("expected --workload beside '{}', found none; add it", a.overrides().front()));
  options.budget = *a.seconds("budget");
  if (const auto read = a.text("read")) {
    if (*read != "direct") options.modes.push_back(ReadMode::kBuffered);
    if (*read != "buffered") options.modes.push_back(ReadMode::kDirect);
  }
  options.engine = engine_named(*a.text("engine")).value();
  options.io_threads = threads_of(a);
  options.io_timeout = *a.seconds("timeout");
  return options;
}

// `text`, once it is known that `predict` will read it.
std::string readable(std::string text, const std::string& directory) {
  try {
    parse_storage(text, "the storage file");
  } catch (const UserError& error) {
    throw UserError(
        fmt::format("expected measurements of {} that make a storage file, found: {}; probe it again",
                    directory, error.what()));
  }
  return text;
}

}  // namespace

int act_probe(const Arguments& arguments, Console& console) {
  const ProbeOptions options = options_of(arguments);
  refuse_results_inside(arguments, options.directory);
  Results results(arguments, console);
  std::unique_ptr<OutputFile> file;
  if (const auto path = arguments.text("output")) {
    file = std::make_unique<OutputFile>(*path, console);
    results.share(*file);
  }
  StopOnSignal stop;
  LiveLine live(console, results.quiet(), "reads/s");
  ProbeOutcome outcome = probe(options, stop.token(), live.sink());
  live.clear();
  const bool partial = outcome.record.value("partial", false);
  // A storage file made from part of a probe would be believed.
  if (file && !partial) file->commit(readable(to_yaml(outcome.storage), options.directory));
  results.deliver(outcome.record);
  if (!partial) return kDone;
  say_partial(console, "no storage file is written from a part of the measurements");
  return kCouldNot;
}

}  // namespace aforo
