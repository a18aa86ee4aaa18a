#include "storage/open_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/error.h"

namespace aforo {
namespace {

TEST(OpenStore, ADirectoryIsNamedPlainly) {
  EXPECT_EQ(open_store("some/where")->where(), "some/where");
  EXPECT_EQ(open_store("/tmp")->check(), 0);
}

std::string refusal(const std::function<std::unique_ptr<Store>()>& open) {
  try {
    open();
  } catch (const UserError& error) {
    return error.what();
  }
  return "nothing refused";
}

TEST(OpenStore, RefusesWhatItCannotOpen) {
  EXPECT_THAT(refusal([] { return open_store("gopher://x"); }),
              testing::HasSubstr("no storage called 'gopher'"));
  RemoteAccess access;
  access.region = "eu-west-1";
  EXPECT_THAT(refusal([&] { return open_store("/tmp", access); }),
              testing::HasSubstr("found the directory '/tmp'"));
  EXPECT_THAT(refusal([] { return open_directory("s3://bucket/prefix", "checkpoints"); }),
              testing::HasSubstr("nothing but datasets into buckets"));
}

TEST(OpenStore, PlacesLieWithinEachOtherByName) {
  EXPECT_TRUE(lies_within("s3://data/a/b", "s3://data/a"));
  EXPECT_FALSE(lies_within("s3://data/ab", "s3://data/a"));
  EXPECT_FALSE(lies_within("s3://data", "/data"));
  EXPECT_FALSE(lies_within("/data", "s3://data"));
  EXPECT_EQ(remove_empty_place("s3://data/a"), 0);
}

}  // namespace
}  // namespace aforo
