// `report`: Records as one HTML page. It stands here and not in `answer`, since it asks nothing: it shows what was
// answered.
#pragma once

#include "answer/answer.h"

namespace aforo {

struct ReportAsk : Ask {
  // Files that --json wrote. At least one.
  Repeated files;

  const AskTable& table() const override;
};

// A Record that names the files, a line that says how many, and the HTML as the file "report.html". Throws UserError for a file that cannot be
// read or is no Record of a version that this program knows. Memory: some times the files' sizes.
Answer answer(const ReportAsk& ask, const Context& context);

}  // namespace aforo
