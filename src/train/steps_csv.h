// The steps of a run as CSV, one row per rank and step, written while the job runs.
//
// Rows are buffered and written in large pieces by the home thread; a full disk or another write error stops
// the writing and is told by `finish` (the run itself goes on).
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "pipeline/job.h"

namespace aforo {

// One thread. The columns are those of the first line that it writes; times are seconds on the
// World's clock, with nine digits.
class StepsCsv {
 public:
  // Throws UserError if the file cannot be created.
  explicit StepsCsv(const std::string& path);
  // Blocks only where a megabyte is full and the disk takes its time: at home, so it may delay a
  // step. After a failure it does nothing.
  void row(const StepTimes& step);
  // Flushes; empty, or a sentence why the file is incomplete.
  // To the kernel, not to the disk. Without it the rest is still written when this goes, and what
  // failed there is not heard of.
  std::string finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  // The first failure is kept in error_.
  void write(std::string_view text);

  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
  int error_ = 0;
};

}  // namespace aforo
