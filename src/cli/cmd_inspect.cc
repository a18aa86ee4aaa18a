// aforo inspect: describe a real dataset.
#include "survey/inspect_command.h"

#include "base/error.h"
#include "cli/acts.h"
#include "cli/common.h"
#include "cli/live_line.h"
#include "cli/signals.h"

namespace aforo {

int act_inspect(const Arguments& arguments, Console& console) {
  InspectOptions options;
  options.directory = directory_of(arguments, true);
  options.threads = threads_of(arguments);
  refuse_results_inside(arguments, options.directory);
  Results results(arguments, console);
  std::unique_ptr<OutputFile> block;
  if (const auto path = arguments.text("output")) {
    block = std::make_unique<OutputFile>(*path, console);
    results.share(*block);
  }
  StopOnSignal stop;
  LiveLine live(console, results.quiet(), "files/s");
  Json record = inspect(options, stop.token(), live.sink());
  live.clear();
  const bool partial = record.value("partial", false);
  // A block made from part of a dataset would be believed; the Record says that it is partial, the block
  // could not.
  if (block && !partial) block->commit(record.at("dataset_yaml").get<std::string>());
  results.deliver(record);
  if (!partial) return kDone;
  say_partial(console, "no dataset block is written from a part of the files");
  return kCouldNot;
}

}  // namespace aforo
