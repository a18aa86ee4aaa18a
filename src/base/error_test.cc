#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace aforo {
namespace {

TEST(Errno, IsNamedAndDescribed) {
  EXPECT_EQ(describe_errno(ENOSPC), "ENOSPC (no space left on device)");
  EXPECT_EQ(describe_errno(EIO), "EIO (input/output error)");
  EXPECT_EQ(describe_errno(ENOENT), "ENOENT (no such file or directory)");
}

TEST(Errno, AnUnknownNumberIsSaidAsItIs) {
  EXPECT_EQ(describe_errno(99999), "error 99999");
  EXPECT_EQ(describe_errno(-5), "error -5");
}

TEST(UserErrors, CarryTheirSentence) {
  try {
    throw UserError("expected a directory, found a file");
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "expected a directory, found a file");
  }
}

}  // namespace
}  // namespace aforo
