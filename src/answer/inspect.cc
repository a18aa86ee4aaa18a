#include "answer/inspect.h"
#include "answer/echo.h"

#include <fmt/format.h>

#include "answer/job_rows.h"
#include "hosts/same_job.h"
#include "survey/dataset_words.h"
#include "survey/inspect_command.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using namespace rows;

constexpr Row kInspectRows[] = {
    word<&InspectAsk::directory>("directory", "DIR", kDirectory,
                                 "the directory or s3://BUCKET/PREFIX that holds a dataset", kNoDirectory),
    kEndpoint,
    kRegion,
    kProfile,
    kBucketStyle,
    row<&InspectAsk::threads>(
        {"threads", 'j', kCount, "N", "0", "scan with N threads; 0 is twice the cores", kDatasetGroup}),
};
constexpr AskTable kInspectTable{"inspect", "DIR [options]", kInspectRows};

}  // namespace

const AskTable& InspectAsk::table() const { return kInspectTable; }

Answer answer(const InspectAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  InspectOptions options;
  options.directory = *ask.directory;
  options.access = access_of(ask, context.environment);
  options.threads = threads_of(*ask.threads);
  Answer out;
  InspectOutcome found = inspect(options, context.stop, context.progress, context.crew);
  if (context.crew && !context.crew->first()) return out;
  out.record = std::move(found.record);
  if (!found.missing.empty()) {
    out.outcome = Outcome::kFailed;
    out.say.push_back(nothing_of(found.missing, "inspect again"));
  } else if (found.partial) {
    out.outcome = Outcome::kPartial;
    out.say.push_back(partial_sentence("no dataset block is written from a part of the files"));
  } else if (found.dataset) {
    out.files.push_back({"dataset.yaml", dataset_to_yaml(*found.dataset)});
  }
  // Said without the page too: who asks for the block alone would take it for the whole.
  if (const Json& errors = out.record["errors"]; errors["count"] > 0) {
    out.say.push_back(fmt::format(
        "expected to read all of {}, found {} that could not be read, such as {}: what is said is of the rest",
        *ask.directory,
        counted(errors["count"].get<std::uint64_t>(), "file or directory", "files or directories"),
        errors["examples"].empty() ? "a sample" : errors["examples"][0].get<std::string>()));
  }
  add_echo(out.record, ask, context);
  return out;
}

}  // namespace aforo
