// The right to write below a prefix: markers of two owners, answers that are lost, nothing outside.
#include "storage/s3/s3_owned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <utility>

#include "base/error.h"
#include "storage/s3/test_s3_store.h"

namespace aforo {
namespace {

using testing::HasSubstr;

constexpr std::string_view kMark = "aforo-dataset.json";
const std::string kMarkKey = "p/aforo-dataset.json";

class S3OwnedTest : public testing::Test {
 protected:
  std::string said_by(const std::function<void()>& act) {
    try {
      act();
    } catch (const UserError& error) {
      return error.what();
    }
    ADD_FAILURE() << "nothing was refused";
    return {};
  }

  TestS3Server server_;
  std::unique_ptr<Store> store_ = store_of(server_, "p");
};

TEST_F(S3OwnedTest, TheMarkerIsFoundBehindAnyNumberOfNames) {
  for (int i = 0; i < 3000; ++i) server_.put("p/0/" + std::to_string(i), "1");
  EXPECT_EQ(store_->look(kMark).ownership, Ownership::kForeign);
  EXPECT_EQ(store_->look(kMark).others, std::vector<std::string>{"0"});
  server_.put(kMarkKey, "{}");
  const std::size_t before = server_.seen().size();
  EXPECT_EQ(store_->look(kMark).ownership, Ownership::kOurs);
  EXPECT_EQ(server_.seen().size() - before, 2u);
}

TEST_F(S3OwnedTest, APlaceholderAloneIsAnEmptyPlace) {
  server_.put("p/", "");
  server_.put("p2/x", "1");
  EXPECT_EQ(store_->look(kMark).ownership, Ownership::kEmpty);
}

TEST_F(S3OwnedTest, OfTwoFirstMarkersOneIsLost) {
  const auto owned = store_->own(kMark);
  server_.put(kMarkKey, "another's");
  EXPECT_EQ(owned->replace_marker("ours"), ESTALE);
  EXPECT_THAT(owned->why(), HasSubstr("another writer was there first"));
  EXPECT_EQ(owned->replace_marker("ours"), ESTALE);
  EXPECT_EQ(owned->remove_marker(), ESTALE);
  EXPECT_EQ(server_.get(kMarkKey), "another's");
}

TEST_F(S3OwnedTest, AMarkerThatAnotherReplacedIsNeitherReplacedNorRemoved) {
  const auto owned = store_->own(kMark);
  ASSERT_EQ(owned->replace_marker("ours"), 0);
  ASSERT_EQ(owned->replace_marker("still ours"), 0);
  server_.put(kMarkKey, "another's");
  EXPECT_EQ(owned->remove_marker(), ESTALE);
  EXPECT_EQ(owned->replace_marker("ours"), ESTALE);
  EXPECT_EQ(server_.get(kMarkKey), "another's");
}

TEST_F(S3OwnedTest, WithoutAMarkerNoneIsRemoved) {
  const auto owned = store_->own(kMark);
  server_.put(kMarkKey, "another's");
  EXPECT_EQ(owned->remove_marker(), ENOENT);
  EXPECT_EQ(server_.get(kMarkKey), "another's");
}

// The server took it, and its answer was lost: what the second attempt meets is our own.
TEST_F(S3OwnedTest, AnAnswerThatIsLostIsNoOtherOwner) {
  const auto owned = store_->own(kMark);
  server_.faults([first = true](const SeenRequest& seen, unsigned) mutable -> std::optional<FaultPlan> {
    if (seen.method != "PUT" || !std::exchange(first, false)) return std::nullopt;
    FaultPlan plan;
    plan.lose = true;
    return plan;
  });
  EXPECT_EQ(owned->replace_marker("ours"), 0);
  EXPECT_EQ(owned->why(), "");
  EXPECT_EQ(owned->replace_marker("ours again"), 0);
  EXPECT_EQ(server_.get(kMarkKey), "ours again");
}

TEST_F(S3OwnedTest, OneProcessOwnsAPrefixOnceByWhateverStore) {
  const auto again = store_of(server_, "p");
  const auto beside = store_of(server_, "p2");
  auto owned = store_->own(kMark);
  EXPECT_THAT(said_by([&] { again->own(kMark); }), HasSubstr("for one writer alone"));
  EXPECT_NO_THROW(beside->own(kMark));
  owned.reset();
  EXPECT_NO_THROW(again->own(kMark));
}

TEST_F(S3OwnedTest, NothingOutsideThePrefixIsAskedFor) {
  server_.put("other/precious", "1");
  const auto owned = store_->own(kMark);
  ASSERT_EQ(owned->replace_marker("ours"), 0);
  owned->remove_file("../other/precious");
  owned->remove_file("a/../../other/precious");
  owned->remove_file("nothing");
  EXPECT_EQ(store_->open("../other/precious").error(), ENOENT);
  for (const SeenRequest& seen : server_.seen()) {
    EXPECT_TRUE(seen.key.starts_with("p/") ||
                (seen.key.empty() && seen.query.find("prefix=p%2F") != std::string::npos))
        << seen.method << " " << seen.key << "?" << seen.query;
  }
  EXPECT_EQ(server_.get("other/precious"), "1");
}

}  // namespace
}  // namespace aforo
