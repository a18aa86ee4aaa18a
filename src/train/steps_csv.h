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

class StepsCsv {
 public:
  // Throws UserError if the file cannot be created.
  explicit StepsCsv(const std::string& path);
  void row(const StepTimes& step);
  // Flushes; empty, or a sentence why the file is incomplete.
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
