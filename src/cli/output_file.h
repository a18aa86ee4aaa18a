// A result on its way to a file or to standard output. Opened before a run, so that a bad path costs nothing
// but a sentence; appears under its name only when it is whole.
#pragma once

#include <string>
#include <string_view>

#include "cli/console.h"

namespace aforo {

// Written beside and renamed, so that whoever reads the file sees the old or the new one, never a
// half; a command that fails or is interrupted leaves the old one as it was. The permissions are
// those of the old file, or of any new file here. It is not synced: a result can be made again.
class OutputFile {
 public:
  // `path` "-" is `console.out`. A regular file is written beside its name and renamed by `commit`; anything
  // else (a pipe, /dev/null) is written directly. Throws UserError when it cannot be written.
  OutputFile(std::string path, Console& console);
  // Without commit: nothing is left behind.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Once. Throws UserError when the file cannot be written in full; the old file, if any, is then untouched.
  // Into a pipe whose reader has gone it is no failure: he has seen enough. What a pipe or device
  // took before another error stays taken.
  void commit(std::string_view text);

  bool is_standard_output() const { return path_ == "-"; }

 private:
  [[noreturn]] void fail(int error) const;
  std::string path_;
  // Its name while it is written; empty = there is none, or it was renamed.
  std::string temporary_;
  // -1 = standard output, or closed.
  int descriptor_ = -1;
  Console* console_;
};

}  // namespace aforo
