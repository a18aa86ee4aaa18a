// Where the results of a command go: the options about it, and the files and streams themselves.
#pragma once

#include <memory>
#include <string>

#include "answer/answer.h"
#include "cli/console.h"
#include "cli/output_file.h"

namespace aforo {

// The options of a command that are about its results, not about what it answers. Their rows differ
// by command.
struct ResultsAsk : Ask {
  explicit ResultsAsk(const AskTable& rows) : table_(&rows) {}

  // Paths; "-" is standard output, for one of them.
  Setting<std::string> json;
  Setting<std::string> csv;
  Setting<std::string> html;
  // Of the file that an answer has beside its Record: a dataset block, a storage file.
  Setting<std::string> output;
  // A server beside the run.
  Setting<bool> serve = false;
  Setting<bool> quiet = false;
  // Of a run, on a terminal: a full screen instead of the line (full_screen.h).
  Setting<bool> live = false;
  // Answered before anything is read: it stands here to be listed.
  Setting<bool> help = false;

  const AskTable& table() const override { return *table_; }

 private:
  const AskTable* table_;
};

extern const AskTable kRecordResults;        // --json, --quiet, --help
extern const AskTable kNumbersResults;       // ... and --csv, --html
extern const AskTable kRunResults;           // ... and --live, --serve
extern const AskTable kDatasetBlockResults;  // --output of a dataset block, --json, --quiet, --help
extern const AskTable kStorageFileResults;   // --output of a storage file, --json, --html, --quiet, --help
extern const AskTable kDesignResults;  // --storage-out of a design, --json, --csv, --html, --quiet, --help
extern const AskTable kPageResults;    // --output of a page, --quiet, --help
extern const AskTable kNoResults;      // --help

// The way out of an Answer. Files are opened on construction, before anything is run, and appear
// under their names only when they are whole. One thread.
class Results {
 public:
  // Throws UserError where a file cannot be written, or two results want standard output.
  Results(const ResultsAsk& ask, Console& console);

  // Writes --json, --csv, --html and --output where given, and shows the Record as a page unless --quiet: on
  // standard error where standard output is taken by a result. An answer without files leaves --output as
  // it was, and says so where it is whole (Answer::say). Once. Throws UserError where a file cannot be
  // written in full.
  void deliver(Answer& answer);

 private:
  std::unique_ptr<OutputFile> open(const Setting<std::string>& path);

  const ResultsAsk* ask_;
  Console* console_;
  // Standard output, by a result: the page goes to standard error then.
  bool taken_ = false;
  std::unique_ptr<OutputFile> json_, csv_, html_, output_;
};

}  // namespace aforo
