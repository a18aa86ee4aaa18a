// aforo generate: lay a workload's dataset on a directory, or take it away again.
#include "generate/generate_command.h"

#include <fmt/format.h>

#include "base/error.h"
#include "cli/acts.h"
#include "cli/common.h"
#include "cli/live_line.h"
#include "cli/signals.h"

namespace aforo {
namespace {

// --delete takes a directory and nothing that describes a dataset: the manifest does that.
void refuse_with_delete(const Arguments& a) {
  for (const Option* option : a.command().options)
    if (a.given(option->name) && option->group != "Output" && option->name != "delete")
      throw UserError(
          fmt::format("expected --delete with a directory alone, found --{}; the manifest in the directory "
                      "says what is removed",
                      option->name));
  if (a.positionals().empty())
    throw UserError("expected a directory, as in 'aforo generate --delete DIR', found none; name it");
  if (a.positionals().size() != 1)
    throw UserError(fmt::format("expected 'aforo generate --delete DIR', found {} words; leave W out",
                                a.positionals().size()));
}

int finish(Json& record, Results& results, Console& console) {
  results.deliver(record);
  if (const std::string error = record.value("error", ""); !error.empty()) {
    console.err << "aforo: " << error << '\n';
    return kCouldNot;
  }
  if (!record.value("partial", false)) return kDone;
  say_partial(console, "the same command again goes on from here");
  return kCouldNot;
}

}  // namespace

int act_generate(const Arguments& arguments, Console& console) {
  const bool dry = arguments.given("dry-run");
  if (arguments.given("delete")) {
    refuse_with_delete(arguments);
    refuse_results_inside(arguments, arguments.positionals().front());
    Results results(arguments, console);
    StopOnSignal stop;
    LiveLine live(console, results.quiet(), "files/s");
    Json record = delete_generated(arguments.positionals().front(), dry, stop.token(), live.sink());
    live.clear();
    return finish(record, results, console);
  }
  GenerateOptions options;
  // Only the dataset is laid: it may be smaller than a batch of the job.
  options.workload = workload_of(arguments, {}, {"loader.batch_size=1"});
  options.directory = directory_of(arguments, arguments.given("dlio"));
  options.threads = threads_of(arguments);
  options.direct = arguments.given("direct");
  refuse_results_inside(arguments, options.directory);
  Results results(arguments, console);
  StopOnSignal stop;
  LiveLine live(console, results.quiet(), "files/s");
  Json record = dry ? plan_generate(options) : generate(options, stop.token(), live.sink());
  live.clear();
  return finish(record, results, console);
}

}  // namespace aforo
