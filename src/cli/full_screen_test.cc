// Where a full screen cannot be. What it shows is tested in report/live_screen_test.cc, how it leaves a terminal in
// tests/session/live_test.py.
#include "cli/full_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/error.h"

namespace aforo {
namespace {

std::string refusal(bool terminal, int columns, int rows, const std::string& kind) {
  std::ostringstream out, err;
  Console console{out, err};
  console.err_is_terminal = terminal;
  console.err_columns = columns;
  console.err_rows = rows;
  console.err_kind = kind;
  try {
    refuse_full_screen(console);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(FullScreen, IsRefusedWhereItCannotBe) {
  using testing::StartsWith;
  EXPECT_EQ(refusal(true, 80, 24, "xterm"), "");
  EXPECT_THAT(refusal(false, 0, 0, "xterm"),
              StartsWith("expected a terminal on standard error for --live, found none"));
  EXPECT_THAT(refusal(true, 79, 24, "xterm"),
              testing::HasSubstr("80 columns and 24 lines at least for --live, found 79 and 24"));
  EXPECT_THAT(refusal(true, 80, 23, "xterm"), testing::HasSubstr("found 80 and 23"));
  EXPECT_THAT(refusal(true, 80, 24, "dumb"), testing::HasSubstr("found TERM=dumb"));
  EXPECT_THAT(refusal(true, 80, 24, ""), testing::HasSubstr("found TERM=(not set)"));
}

}  // namespace
}  // namespace aforo
