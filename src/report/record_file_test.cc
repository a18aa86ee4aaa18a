#include "report/record_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace aforo {
namespace {

std::string refusal(const std::string& text) {
  try {
    record_of_text(text, "a.json");
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(RecordFile, ARecordIsReadBackAsItWasWritten) {
  const Json record = new_record("run", "2026-06-01T12:00:00Z", Json::object());
  EXPECT_EQ(record_of_text(to_text(record), "a.json"), record);
}

TEST(RecordFile, WhatIsNoRecordIsRefusedWithWhatWasFound) {
  EXPECT_THAT(refusal(""), testing::HasSubstr("a.json: expected a Record, found an empty file"));
  EXPECT_THAT(refusal("name: x"), testing::HasSubstr("found no JSON"));
  EXPECT_THAT(refusal("[1, 2]"), testing::HasSubstr("without 'schema' and 'command'"));
  EXPECT_THAT(refusal(R"({"schema": "1", "command": 3})"),
              testing::HasSubstr("without 'schema' and 'command'"));
  EXPECT_THAT(refusal(R"({"schema": 2, "command": "run"})"), testing::HasSubstr("of schema 1, found 2"));
}

TEST(RecordFile, OneCutShortSaysSo) {
  const std::string whole = to_text(new_record("run", "2026-06-01T12:00:00Z", Json::object()));
  for (std::size_t length = 1; length + 2 < whole.size(); ++length)
    EXPECT_THAT(refusal(whole.substr(0, length)), testing::HasSubstr("cut short")) << length;
}

TEST(RecordFile, BracketsWithoutEndAreRefusedBeforeTheyAreRead) {
  EXPECT_THAT(refusal(std::string(10'000'000, '[')), testing::HasSubstr("nested over 64 deep"));
}

}  // namespace
}  // namespace aforo
