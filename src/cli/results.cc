#include "cli/results.h"

#include <fmt/format.h>

#include "answer/make_row.h"
#include "base/error.h"
#include "report/csv.h"
#include "report/html_page.h"
#include "report/terminal.h"

namespace aforo {
namespace {

using enum ValueKind;

constexpr Row kJson = row<&ResultsAsk::json>(
    {"json", 0, kResult, "FILE", "", "write the Record to FILE; - is standard output", kOutputGroup});
constexpr Row kCsv = row<&ResultsAsk::csv>(
    {"csv", 0, kResult, "FILE", "",
     "write the Record's plain numbers as one CSV row to FILE; of 'size' one row per design", kOutputGroup});
constexpr Row kHtml = row<&ResultsAsk::html>(
    {"html", 0, kResult, "FILE", "",
     "write the answer with its pictures to FILE, one page that opens offline; - is standard output",
     kOutputGroup});
constexpr Row kQuiet =
    row<&ResultsAsk::quiet>({"quiet", 'q', kFlag, "", "", "print neither progress nor table", kOutputGroup});
constexpr Row kHelp = row<&ResultsAsk::help>({"help", 'h', kFlag, "", "", "show this help", kOutputGroup});
constexpr Row kLive =
    row<&ResultsAsk::live>(
        {"live", 0, kFlag, "", "",
         "show how the run goes on a full screen: utilisation, throughput, latencies, each rank",
         kOutputGroup})
        .excluding("quiet dry-run find-max", "a full screen is for one run that somebody watches");

constexpr Row kServe =
    row<&ResultsAsk::serve>({"serve", 0, kFlag, "", "",
                             "show how the run goes, and then its answer, in a browser on this machine: the "
                             "address is printed",
                             kOutputGroup})
        .excluding("dry-run", "nothing is run then");

constexpr Row kDatasetBlock =
    row<&ResultsAsk::output>({"output", 'o', kResult, "FILE", "",
                              "write the dataset block to FILE; - is standard output", kDatasetGroup});
constexpr Row kStorageFile =
    row<&ResultsAsk::output>({"output", 'o', kResult, "FILE", "",
                              "write the storage file to FILE; - is standard output", kOutputGroup});

constexpr Row kDesignFile =
    row<&ResultsAsk::output>(
        {"storage-out", 0, kResult, "FILE", "",
         "write the first design as a storage file for 'aforo predict' to FILE; - is standard output",
         kOutputGroup})
        .excluding("portfolio",
                   "a portfolio is of several jobs; size one of its scenarios to write its design");

constexpr Row kPageFile = row<&ResultsAsk::output>(
    {"output", 'o', kResult, "FILE", "", "write the page to FILE; - is standard output", kOutputGroup});

constexpr Row kRecordRows[] = {kJson, kQuiet, kHelp};
constexpr Row kNumbersRows[] = {kJson, kCsv, kHtml, kQuiet, kHelp};
constexpr Row kRunRows[] = {kJson, kCsv, kHtml, kLive, kServe, kQuiet, kHelp};
constexpr Row kDatasetBlockRows[] = {kDatasetBlock, kJson, kQuiet, kHelp};
constexpr Row kStorageFileRows[] = {kStorageFile, kJson, kHtml, kQuiet, kHelp};
constexpr Row kDesignRows[] = {kDesignFile, kJson, kCsv, kHtml, kQuiet, kHelp};
constexpr Row kPageRows[] = {kPageFile, kQuiet, kHelp};
constexpr Row kNoRows[] = {kHelp};

}  // namespace

const AskTable kRecordResults{"", "", kRecordRows};
const AskTable kNumbersResults{"", "", kNumbersRows};
const AskTable kRunResults{"", "", kRunRows};
const AskTable kDatasetBlockResults{"", "", kDatasetBlockRows};
const AskTable kStorageFileResults{"", "", kStorageFileRows};
const AskTable kDesignResults{"", "", kDesignRows};
const AskTable kPageResults{"", "", kPageRows};
const AskTable kNoResults{"", "", kNoRows};

Results::Results(const ResultsAsk& ask, Console& console)
    : ask_(&ask),
      console_(&console),
      json_(open(ask.json)),
      csv_(open(ask.csv)),
      html_(open(ask.html)),
      output_(open(ask.output)) {}

std::unique_ptr<OutputFile> Results::open(const Setting<std::string>& path) {
  if (!path.given()) return nullptr;
  auto file = std::make_unique<OutputFile>(*path, *console_);
  if (file->is_standard_output()) {
    if (taken_)
      throw UserError(
          "expected one result on standard output, found two options with '-'; give one of them a file");
    taken_ = true;
  }
  return file;
}

void Results::deliver(Answer& answer) {
  if (output_ && !answer.files.empty()) output_->commit(answer.files.front().text);
  const bool whole = answer.outcome == Outcome::kDone || answer.outcome == Outcome::kNotMet;
  if (output_ && answer.files.empty() && whole)
    answer.say.push_back(fmt::format(
        "expected something to write to '{}', found none in this answer; it is as it was", *ask_->output));
  if (json_) json_->commit(to_text(answer.record));
  if (csv_) csv_->commit(record_csv(answer.record));
  if (html_) {
    const NamedRecord only{"", answer.record};
    html_->commit(html_report({&only, 1}));
  }
  if (*ask_->quiet) return;
  // The page is beside the result then, and who closed the stream asked for none.
  if (console_->out_is_closed && (json_ || csv_ || html_ || output_) && !taken_) return;
  const bool colour = taken_ ? console_->colour && console_->err_is_terminal : console_->colour;
  const Look look{static_cast<std::size_t>(console_->width), colour, console_->unicode};
  const std::string page = answer.page.empty() ? render(answer.record, look) : answer.page;
  (taken_ ? console_->err : console_->out) << page << std::flush;
}

}  // namespace aforo
