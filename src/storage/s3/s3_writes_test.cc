// The S3 engine's objects that are written: what is asked of the server, and what of its faults becomes of them.
#include <gmock/gmock.h>

#include <cerrno>

#include "storage/s3/test_s3_engine.h"

namespace aforo {
namespace {

using testing::HasSubstr;
constexpr std::size_t kMiB = std::size_t{1} << 20;

class S3Writes : public S3EngineFixture {
 protected:
  // A new object of so many bytes, written in two requests, and its kSync's error.
  int write(const char* name, std::size_t size) {
    auto made = Ask::create(name);
    if (const int error = carry_out(*made).error) return error;
    file_ = made->file;
    bytes_ = content(size);
    const std::size_t half = size / 2;
    for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{0, half}, {half, size}})
      error_of(Ask::write(file_, from, std::span(bytes_).subspan(from, to - from)));
    return error_of(Ask::sync(file_));
  }
  int close() { return error_of(Ask::close(file_)); }
  void expect_nothing_left(const std::string& key) {
    EXPECT_EQ(server_->get(key), std::nullopt);
    EXPECT_EQ(server_->open_uploads(), 0u);
  }

  EngineFile file_ = kNoFile;
  std::vector<std::byte> bytes_;
};

TEST_F(S3Writes, WhatFitsIntoAPartIsOnePut) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1000}, 8 * kMiB}) {
    serve();
    EXPECT_EQ(write("new", size), 0);
    EXPECT_EQ(server_->get("p/new"), text(size)) << "there from its sync on";
    EXPECT_EQ(close(), 0);
    EXPECT_EQ(methods(), "HEAD PUT");
    const std::string head = server_->seen().back().head;
    EXPECT_THAT(head, HasSubstr("\r\nif-none-match: *\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nx-amz-checksum-crc32c: "));
    EXPECT_EQ(counters_->bytes_sent, size);
    EXPECT_EQ(counters_->connections, 1u);
  }
}

TEST_F(S3Writes, WhatIsLargerGoesInParts) {
  serve();
  EXPECT_EQ(write("new", 20 * kMiB + 1), 0);
  EXPECT_EQ(close(), 0);
  EXPECT_EQ(server_->get("p/new"), text(20 * kMiB + 1));
  EXPECT_EQ(server_->open_uploads(), 0u);
  EXPECT_EQ(methods(), "HEAD POST PUT PUT PUT POST");
  EXPECT_THAT(server_->seen().back().head, HasSubstr("\r\nif-none-match: *\r\n"));
  EXPECT_EQ(counters_->puts, 5u);
  EXPECT_LE(counters_->connections, 2u);
}

TEST_F(S3Writes, ClosingCompletesToo) {
  serve();
  auto made = Ask::create("new");
  carry_out(*made);
  bytes_ = content(10);
  EXPECT_EQ(carry_out(*Ask::write(made->file, 0, bytes_)).bytes, 10u);
  EXPECT_EQ(server_->get("p/new"), std::nullopt);
  EXPECT_EQ(error_of(Ask::close(made->file)), 0);
  EXPECT_EQ(server_->get("p/new"), text(10));
}

// The second begins where the first ends, and is started before that is done.
TEST_F(S3Writes, WritesMayFollowEachOtherAtOnce) {
  serve();
  auto made = Ask::create("new");
  carry_out(*made);
  bytes_ = content(30 * kMiB);
  std::vector<std::unique_ptr<Ask>> asks;
  for (std::size_t at = 0; at < bytes_.size(); at += 5 * kMiB) {
    asks.push_back(Ask::write(made->file, at, std::span(bytes_).subspan(at, 5 * kMiB)));
    engine_->start(*asks.back());
  }
  while (engine_->in_flight()) engine_->turn(Seconds{1});
  for (const auto& ask : asks) {
    EXPECT_EQ(ask->ends, 1);
    EXPECT_EQ(ask->error, 0);
    EXPECT_EQ(ask->bytes, 5 * kMiB);
  }
  EXPECT_EQ(error_of(Ask::close(made->file)), 0);
  EXPECT_EQ(server_->get("p/new"), text(30 * kMiB));
}

TEST_F(S3Writes, OnlyFrontToBackAndNothingAfterTheEnd) {
  serve();
  auto made = Ask::create("new");
  carry_out(*made);
  bytes_ = content(10);
  EXPECT_EQ(error_of(Ask::write(made->file, 5, bytes_)), ESPIPE);
  EXPECT_EQ(error_of(Ask::write(made->file, 0, bytes_)), 0);
  EXPECT_EQ(error_of(Ask::write(made->file, 0, bytes_)), ESPIPE);
  EXPECT_EQ(error_of(Ask::sync(made->file)), 0);
  EXPECT_EQ(error_of(Ask::write(made->file, 10, bytes_)), EINVAL);
  EXPECT_EQ(error_of(Ask::sync(made->file)), 0);
  EXPECT_EQ(error_of(Ask::close(made->file)), 0);
  EXPECT_EQ(server_->get("p/new"), text(10));
}

TEST_F(S3Writes, WhatMayGoBetterIsSentAgainAndCounted) {
  serve();
  first_of(2, "PUT", "partNumber=2", {.status = 503, .code = "SlowDown"});
  EXPECT_EQ(write("a", 20 * kMiB), 0);
  EXPECT_EQ(server_->get("p/a"), text(20 * kMiB));
  EXPECT_EQ(counters_->throttled, 2u);
  first_of(1, "POST", "uploads", {.status = 500});
  EXPECT_EQ(write("b", 20 * kMiB), 0);
  EXPECT_EQ(counters_->failed, 1u);
  first_of(1, "PUT", "", {.reset = true});
  EXPECT_EQ(write("c", 1000), 0);
  EXPECT_EQ(server_->get("p/c"), text(1000));
  EXPECT_EQ(server_->open_uploads(), 0u);
}

// It was carried out, and the answer did not come: what is sent again meets itself.
TEST_F(S3Writes, WhatIsThereAlreadyByAnAttemptWhoseAnswerWasLostIsOurs) {
  serve();
  first_of(1, "PUT", "", {.lose = true});
  EXPECT_EQ(write("a", 1000), 0);
  EXPECT_EQ(methods(), "HEAD PUT PUT HEAD");
  EXPECT_EQ(server_->get("p/a"), text(1000));
  first_of(1, "POST", "uploadId", {.lose = true});
  EXPECT_EQ(write("b", 20 * kMiB), 0);
  EXPECT_EQ(server_->get("p/b"), text(20 * kMiB));
  EXPECT_EQ(server_->open_uploads(), 0u);
}

TEST_F(S3Writes, WhatSomebodyElseMadeMeanwhileIsNotTouched) {
  for (const bool lost : {false, true}) {
    for (const std::size_t size : {1000 * std::size_t{1}, 20 * kMiB}) {
      serve();
      auto met = std::make_shared<bool>(false);
      server_->faults([=](const SeenRequest& request, unsigned) {
        const bool ends =
            request.method == "PUT" ? request.query.empty() : request.query.find("uploads") == 0;
        if (!lost || !ends || *met) return std::optional<FaultPlan>();
        *met = true;
        return std::optional(FaultPlan{.reset = true});
      });
      auto made = Ask::create("new");
      carry_out(*made);
      server_->put("p/new", "theirs");
      bytes_ = content(size);
      EXPECT_EQ(error_of(Ask::write(made->file, 0, bytes_)), 0);
      EXPECT_EQ(error_of(Ask::sync(made->file)), EEXIST);
      EXPECT_EQ(error_of(Ask::close(made->file)), EEXIST);
      EXPECT_EQ(server_->get("p/new"), "theirs");
      EXPECT_EQ(server_->open_uploads(), 0u);
    }
  }
  EXPECT_EQ(error_of(Ask::create("new")), EEXIST);
}

TEST_F(S3Writes, AnUploadThatFailsIsAborted) {
  for (const char* query : {"partNumber=1", "partNumber=2", "partNumber=3"}) {
    serve();
    first_of(100, "PUT", query, {.status = 403, .code = "AccessDenied"});
    EXPECT_EQ(write("new", 20 * kMiB), EACCES) << query;
    expect_nothing_left("p/new");
    EXPECT_EQ(close(), EACCES);
    EXPECT_EQ(counters_->deletes, 1u);
  }
  serve();
  first_of(100, "POST", "uploads", {.status = 403, .code = "AccessDenied"});
  EXPECT_EQ(write("new", 20 * kMiB), EACCES) << "there is none to abort";
  EXPECT_EQ(counters_->deletes, 0u);
  serve();
  first_of(100, "POST", "uploadId", {.status = 400, .code = "InvalidPart"});
  EXPECT_NE(write("new", 20 * kMiB), 0);
  expect_nothing_left("p/new");
}

// Some servers answer a completion with 200 before they know how it ends.
TEST_F(S3Writes, ACompletionThatFailsLateFails) {
  serve();
  const FaultPlan late{
      .status = 200, .body = "<Error><Code>InternalError</Code></Error>", .content_type = "application/xml"};
  first_of(1, "POST", "uploadId", late);
  EXPECT_EQ(write("a", 20 * kMiB), 0);
  EXPECT_EQ(counters_->failed, 1u);
  first_of(100, "POST", "uploadId", late);
  EXPECT_EQ(write("b", 20 * kMiB), EREMOTEIO);
  expect_nothing_left("p/b");
}

TEST_F(S3Writes, AServerThatHangsIsNotWaitedForForEver) {
  serve({}, Seconds{0.5});
  first_of(100, "PUT", "", {.hang = true});
  EXPECT_EQ(write("small", 1000), ETIMEDOUT);
  EXPECT_EQ(close(), ETIMEDOUT);
  serve({}, Seconds{2});
  first_of(100, "PUT", "partNumber=2", {.hang = true});
  EXPECT_EQ(write("large", 20 * kMiB), ETIMEDOUT);
  EXPECT_EQ(close(), ETIMEDOUT);
  expect_nothing_left("p/large");
  serve();
  first_of(100, "PUT", "", {.hang = true});
  engine_->hurry(Seconds{0.5});
  EXPECT_EQ(write("hurried", 1000), ECANCELED);
}

TEST_F(S3Writes, WhatIsOpenWhenTheEngineEndsIsAborted) {
  for (const double wait : {0.0, 0.2}) {  // the second ends before the upload's id is known
    serve();
    server_->faults([wait](const SeenRequest& request, unsigned) {
      const bool part = request.method == "PUT";
      return std::optional(FaultPlan{.wait = Seconds{part ? 0 : wait}, .hang = part});
    });
    auto made = Ask::create("new");
    carry_out(*made);
    bytes_ = content(30 * kMiB);
    auto ask = Ask::write(made->file, 0, bytes_);
    engine_->start(*ask);
    engine_->turn(Seconds{0});
    while (wait == 0 && server_->open_uploads() == 0) engine_->turn(Seconds{0.01});
    engine_.reset();
    expect_nothing_left("p/new");
    EXPECT_EQ(ask->ends, 0);
  }
}

TEST_F(S3Writes, ObjectsAreRemovedAndNamesAreNotChanged) {
  serve();
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kRemoveFile, "sample")), 0);
  EXPECT_EQ(server_->get("p/sample"), std::nullopt);
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kRemoveFile, "sample")), 0) << "nothing is there as was asked";
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kSyncName, "sample")), 0);
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kRename, "sample", "other")), ENOTSUP);
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kMakeDirectory, "d")), ENOTSUP);
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kRemoveDirectory, "d")), ENOTSUP);
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kRemoveFile, "../other")), EXDEV);
}

TEST_F(S3Writes, WithoutARightNothingIsAsked) {
  serve();
  setup_.writable = false;
  make();
  EXPECT_EQ(error_of(Ask::create("new")), EROFS);
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kRemoveFile, "sample")), EROFS);
  EXPECT_EQ(error_of(Ask::of_name(IoOperation::kRename, "sample", "other")), EROFS);
  EXPECT_TRUE(server_->seen().empty());
}

}  // namespace
}  // namespace aforo
