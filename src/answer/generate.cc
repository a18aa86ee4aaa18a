#include "answer/generate.h"
#include "answer/echo.h"

#include <iterator>

#include "answer/job_rows.h"
#include "base/error.h"
#include "dataset/container.h"
#include "generate/generate_command.h"

namespace aforo {
namespace {

using namespace rows;

constexpr Row made_words(Row row, std::vector<std::string> (*words)()) {
  row.option.words = words;
  return row;
}

constexpr Row kGenerateRows[] = {
    kWorkload,
    word<&GenerateAsk::directory>(
        "directory", "DIR", kDirectory,
        "an absent or empty directory or s3://BUCKET/PREFIX, or one that aforo generated", kNoDirectory),
    row<&GenerateAsk::samples>(
        {"samples", 'n', kPositive, "N", "", "lay N samples", kDatasetGroup, "dataset.samples"}),
    row<&GenerateAsk::size>(
        {"size", 0, kBytes, "SIZE", "", "make every sample SIZE", kDatasetGroup, "dataset.sample_size"}),
    made_words(row<&GenerateAsk::layout>({"layout", 0, kChoice, "", "", "choose how samples lie in files",
                                          kDatasetGroup, "dataset.layout"}),
               generated_layouts),
    made_words(
        row<&GenerateAsk::content>({"content", 0, kChoice, "", "", "choose what a file per sample holds",
                                    kDatasetGroup, "dataset.content"}),
        generated_contents),
    row<&GenerateAsk::seed>(
        {"seed", 0, kCount, "N", "", "decide sizes and bytes by this seed", kDatasetGroup, "dataset.seed"}),
    row<&GenerateAsk::threads>(
        {"threads", 'j', kCount, "N", "0", "write with N threads; 0 is one per core", kDatasetGroup}),
    row<&GenerateAsk::direct>(
        {"direct", 0, kFlag, "", "", "write past the page cache (O_DIRECT)", kDatasetGroup}),
    row<&GenerateAsk::remove>({"delete", 0, kFlag, "", "",
                               "remove what aforo generated in DIR, and nothing else; W is then left out",
                               kDatasetGroup})
        .refusing(
            "*",
            "expected --delete with a directory alone, found --{name}; the manifest in the directory says "
            "what is removed")
        .refusing("workload", "expected 'aforo generate --delete DIR', found 2 words; leave W out"),
    kSet,
    kDlio,
    kDataset,
    kEndpoint,
    kRegion,
    kProfile,
    kBucketStyle,
    row<&GenerateAsk::dry_run>(
        {"dry-run", 0, kFlag, "", "", "say what would be done, and touch nothing", kOutputGroup}),
};
constexpr AskTable kGenerateTable{"generate", "W DIR [key=value]... [options]", kGenerateRows};

}  // namespace

std::vector<std::string> generated_layouts() {
  std::vector<std::string> out;
  DatasetSpec spec;
  for (const Container* container : containers()) {
    spec.layout = container->layout();
    if (can_generate(spec)) out.emplace_back(container->traits().word);
  }
  return out;
}

std::vector<std::string> generated_contents() {
  std::vector<std::string> out;
  DatasetSpec spec;
  for (std::size_t i = 0; i < std::size(kContentWords); ++i) {
    spec.content = static_cast<Content>(i);
    if (can_generate(spec)) out.emplace_back(kContentWords[i]);
  }
  return out;
}

const AskTable& GenerateAsk::table() const { return kGenerateTable; }

void GenerateAsk::check() const {
  if (*remove && !directory.given())
    throw UserError("expected a directory, as in 'aforo generate --delete DIR', found none; name it");
}

Answer answer(const GenerateAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  Answer out;
  GenerateOutcome found;
  // What touches nothing, or takes away, is the first's alone.
  const bool first = context.crew == nullptr || context.crew->first();
  if (!first && (*ask.remove || *ask.dry_run)) return out;
  const RemoteAccess access = access_of(ask, context.environment);
  if (*ask.remove) {
    found = delete_generated(*ask.directory, *ask.dry_run, context.stop, context.progress, access);
  } else {
    GenerateOptions options;
    options.workload = workload_of(ask, {}, Use::kDataset);
    options.directory = *ask.directory;
    options.access = access;
    options.threads = threads_of(*ask.threads);
    options.direct = *ask.direct;
    if (*ask.dry_run)
      found = plan_generate(options);
    else
      found = generate(options, context.stop, context.progress, context.crew);
  }
  if (!first) return out;
  out.record = std::move(found.record);
  if (!found.error.empty()) {
    out.outcome = Outcome::kFailed;
    out.say.push_back(found.error);
  } else if (found.partial) {
    out.outcome = Outcome::kPartial;
    out.say.push_back(partial_sentence("the same command again goes on from here"));
  }
  add_echo(out.record, ask, context);
  return out;
}

}  // namespace aforo
