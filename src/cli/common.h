// What several commands share: which workload is meant, the Record's frame, where results go.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cli/arguments.h"
#include "cli/console.h"
#include "cli/output_file.h"
#include "cli/result_paths.h"
#include "measure/record.h"
#include "workload/spec.h"

namespace aforo {

// The workload that the command line means: W (unless --dlio), --dataset, all overrides. `preset` stands in
// for W where it is not empty. `last` are overrides after all others. Throws UserError, also for W beside
// --dlio.
Workload workload_of(const Arguments& arguments, const std::string& preset = {},
                     const std::vector<std::string>& last = {});

// The positional called `name`, which comes after W where the command has one and --dlio or --delete leaves W
// out. Throws UserError when it is missing.
std::string directory_of(const Arguments& arguments, bool workload_left_out);

// --threads as given, 0 where it is left to the command. Throws UserError for more than `most_threads`.
unsigned threads_of(const Arguments& arguments);

// More than this is a mistake: 16 times the cores that this process may use, at least 64, at most 1024.
unsigned most_threads();

// Throws UserError where both options were given; `why` says how they exclude each other.
void refuse_both(const Arguments& arguments, std::string_view one, std::string_view other,
                 std::string_view why);

// On standard error even where a command is quiet: why its Record is partial.
void say_partial(Console& console, const std::string& what_now);

std::string started_now();  // ISO 8601 UTC, to the second

// The Record's way out: opened on construction (before anything is run), written at the end.
class Results {
 public:
  Results(const Arguments& arguments, Console& console);

  // Adds what was given on the command line to the Record's config, writes --json and --csv where given, and
  // shows the Record as a page (or `page`) unless --quiet: on standard error where standard output is taken
  // by a result.
  void deliver(Json& record);
  void deliver(Json& record, const std::string& page);

  // Another result (inspect's dataset block) that may take standard output.
  void share(const OutputFile& other);

  bool quiet() const;

 private:
  const Arguments* arguments_;
  Console* console_;
  std::unique_ptr<OutputFile> json_, csv_;
  bool taken_ = false;  // standard output, by a result
};

}  // namespace aforo
