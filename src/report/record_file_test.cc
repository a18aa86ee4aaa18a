#include "report/record_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace aforo {
namespace {

using testing::HasSubstr;

constexpr const char* kRun = R"({"schema": 1, "command": "run", "au": 0.93})";
std::string record_problem(const std::string& text) {
  try {
    parse_record(text);
    return "";
  } catch (const UserError& error) {
    return error.what();
  }
}

TEST(ParseRecord, ARecordIsReadBackAsItWasWritten) {
  const Json record = new_record("run", "2026-06-01T12:00:00Z", Json::object());
  EXPECT_EQ(parse_record(to_text(record)), record);
}

TEST(ParseRecord, OneCutShortAnywhereSaysSo) {
  const std::string whole = to_text(new_record("run", "2026-06-01T12:00:00Z", Json::object()));
  for (std::size_t length = 1; length + 2 < whole.size(); ++length)
    EXPECT_THAT(record_problem(whole.substr(0, length)), HasSubstr("cut short")) << length;
}

TEST(ParseRecord, SaysWhatIsWrongInOneSentence) {
  EXPECT_EQ(record_problem(kRun), "");
  EXPECT_THAT(record_problem(""), HasSubstr("found nothing"));
  EXPECT_THAT(record_problem("{\"schema\""), HasSubstr("cut short after 9 bytes"));
  EXPECT_THAT(record_problem("{\"schema\"; 1}"), HasSubstr("something else at byte 10"));
  EXPECT_THAT(record_problem(R"({"schema": "1", "command": "run"})"), HasSubstr("without a number"));
  EXPECT_THAT(record_problem(R"({"schema": 99999999999999999999, "command": "run"})"),
              HasSubstr("expected a Record"));
  EXPECT_THAT(record_problem("\xff\xfe"), HasSubstr("expected a Record as JSON"));
}

}  // namespace
}  // namespace aforo
