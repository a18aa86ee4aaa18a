#include "cli/report_command.h"

#include <fmt/format.h>

#include "answer/make_row.h"
#include "base/error.h"
#include "base/input_file.h"
#include "report/html_page.h"
#include "report/record_file.h"

namespace aforo {
namespace {

constexpr Row kReportRows[] = {
    repeated_word<&ReportAsk::files>(
        "files", "RECORD", ValueKind::kFile,
        "a Record, as --json of another command writes it; several go on one page",
        "expected 'aforo {command} {usage}', found no Record: give a file that --json of another "
        "command wrote")
        .needing("output",
                 "expected -o FILE for the page, found none: aforo report RECORD... -o report.html"),
};
constexpr AskTable kReportTable{"report", "RECORD... -o FILE", kReportRows};

Json record_in(const std::string& path) {
  const std::string text = read_input_file(path, "Record", "; --json FILE of a command writes one");
  try {
    return parse_record(text);
  } catch (const UserError& error) {
    throw UserError(fmt::format("{}: {}", path, error.what()));
  }
}

}  // namespace

const AskTable& ReportAsk::table() const { return kReportTable; }

Answer answer(const ReportAsk& ask, const Context& context) {
  refuse_contradictions(ask);
  std::vector<NamedRecord> records;
  for (const std::string& path : *ask.files)
    records.push_back({path.substr(path.rfind('/') + 1), record_in(path)});
  Answer out;
  out.record = new_record("report", context.started, Json::object());
  out.record["files"] = *ask.files;
  out.files.push_back({"report.html", html_report(records)});
  out.page =
      records.size() == 1 ? "a page of one Record\n" : fmt::format("a page of {} Records\n", records.size());
  return out;
}

}  // namespace aforo
