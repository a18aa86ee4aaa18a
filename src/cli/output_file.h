// A result on its way to a file or to standard output. Opened before a run, so that a bad path costs nothing
// but a sentence; appears under its name only when it is whole.
#pragma once

#include <string>
#include <string_view>

#include "cli/console.h"

namespace aforo {

class OutputFile {
 public:
  // `path` "-" is `console.out`. A regular file is written beside its name and renamed by `commit`; anything
  // else (a pipe, /dev/null) is written directly. Throws UserError when it cannot be written.
  OutputFile(std::string path, Console& console);
  ~OutputFile();  // without commit: nothing is left behind
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Once. Throws UserError when the file cannot be written in full; the old file, if any, is then untouched.
  void commit(std::string_view text);

  bool is_standard_output() const { return path_ == "-"; }

 private:
  [[noreturn]] void fail(int error) const;
  std::string path_;
  std::string temporary_;  // empty = none, or renamed
  int descriptor_ = -1;
  Console* console_;
};

}  // namespace aforo
