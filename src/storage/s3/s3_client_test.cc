#include "storage/s3/s3_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

#include "storage/s3/server_clock.h"
#include "storage/s3/test_s3_engine.h"

namespace aforo {
namespace {

using testing::HasSubstr;

class S3ClientTest : public testing::Test {
 protected:
  void serve(TestS3Server::Options options = {}) {
    client_.reset();
    server_ = std::make_unique<TestS3Server>(std::move(options));
    server_->put("p/x", "content");
    const S3EngineSetup setup = s3_setup(*server_);
    counters_ = setup.counters, clock_ = setup.clock;
    client_ = std::make_unique<S3Client>(setup.bucket, counters_, clock_);
  }
  tl::expected<S3Result, S3Fault> get(std::uint64_t most = 1000, const std::stop_token& stop = {}) {
    S3Call call;
    call.key = "p/x";
    return client_->ask(call, {}, most, stop);
  }
  // What goes wrong with the first `count` requests.
  void first(unsigned count, FaultPlan fault) {
    server_->faults([count, fault](const SeenRequest&, unsigned number) {
      return number < count ? std::optional(fault) : std::nullopt;
    });
  }
  void expect_content(unsigned requests) {
    const auto found = get();
    ASSERT_TRUE(found.has_value()) << found.error().error << ' ' << found.error().words;
    EXPECT_EQ(found->body, "content");
    EXPECT_EQ(server_->seen().size(), requests);
  }
  S3Fault fault_of(FaultPlan plan) {
    serve();
    first(100, std::move(plan));
    const auto found = get();
    return found ? S3Fault{} : found.error();
  }

  std::unique_ptr<TestS3Server> server_;
  std::shared_ptr<RemoteCounters> counters_;
  std::shared_ptr<ServerClock> clock_;
  std::unique_ptr<S3Client> client_;
};

TEST_F(S3ClientTest, AnswersOfEachKindAreRead) {
  for (const bool chunked : {false, true}) {
    TestS3Server::Options options;
    options.chunked = chunked, options.close = !chunked;
    serve(options);
    for (unsigned i = 1; i <= 3; ++i) expect_content(i);
    EXPECT_EQ(counters_->connections, chunked ? 1u : 3u);
    EXPECT_EQ(counters_->gets, 3u);
    EXPECT_EQ(counters_->bytes_received, 21u);
  }
}

TEST_F(S3ClientTest, BodiesAreSent) {
  serve();
  S3Call call;
  call.method = "PUT", call.key = "p/new", call.body_bytes = 5;
  const auto made = client_->ask(call, "bytes");
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(server_->get("p/new"), "bytes");
  EXPECT_EQ(counters_->puts, 1u);
  EXPECT_EQ(counters_->bytes_sent, 5u);
  call.method = "HEAD", call.body_bytes = 0;
  EXPECT_EQ(client_->ask(call)->length, 5u);
  call.method = "DELETE";
  EXPECT_EQ(client_->ask(call)->status, 204);
  EXPECT_EQ(server_->get("p/new"), std::nullopt);
}

TEST_F(S3ClientTest, WhatMayGoBetterIsAskedAgainAndCounted) {
  serve();
  first(2, {.status = 503, .code = "SlowDown"});
  expect_content(3);
  EXPECT_EQ(counters_->throttled, 2u);
  serve();
  first(1, {.status = 500});
  expect_content(2);
  EXPECT_EQ(counters_->failed, 1u);
  serve();
  first(1, {.reset = true});
  expect_content(2);
  EXPECT_EQ(counters_->reset, 1u);
  serve();
  first(1, {.cut = 3});
  expect_content(2);
  EXPECT_EQ(counters_->truncated, 1u);
}

TEST_F(S3ClientTest, AttemptsComeToAnEnd) {
  const S3Fault fault = fault_of({.status = 503, .code = "SlowDown"});
  EXPECT_EQ(fault.error, EBUSY);
  EXPECT_EQ(fault.status, 503);
  EXPECT_EQ(fault.server.code, "SlowDown");
  EXPECT_EQ(server_->seen().size(), std::size_t{S3Client::kMostAttempts});
}

// The offset is kept for who comes next, engines too.
TEST_F(S3ClientTest, AClockThatTheServerFindsWrongIsSetOnce) {
  for (const std::int64_t ahead : {-5000, 5000}) {
    TestS3Server::Options options;
    options.clock = ahead;
    serve(options);
    expect_content(2);
    expect_content(3);
    EXPECT_NEAR(static_cast<double>(clock_->offset()), static_cast<double>(ahead), 60);
    EXPECT_EQ(counted(*counters_).again(), 0u);
  }
  const S3Fault fault = fault_of({.status = 403, .code = "RequestTimeTooSkewed"});
  EXPECT_EQ(fault.error, EACCES);
  EXPECT_EQ(server_->seen().size(), 2u);
}

TEST_F(S3ClientTest, AnotherRegionIsTold) {
  const S3Fault fault = fault_of({.status = 301,
                                  .body = "<Error><Code>PermanentRedirect</Code><Message>m</Message>"
                                          "<Region>eu-west-3</Region></Error>",
                                  .content_type = "application/xml"});
  EXPECT_EQ(fault.error, EPROTO);
  EXPECT_EQ(fault.server.region, "eu-west-3");
  EXPECT_EQ(server_->seen().size(), 1u) << "not asked again";
}

TEST_F(S3ClientTest, WhatIsNoS3IsNamed) {
  const S3Fault page =
      fault_of({.status = 404, .body = "<html>not here</html>", .content_type = "text/html"});
  EXPECT_EQ(page.error, ENOENT);
  EXPECT_THAT(page.words, HasSubstr("HTML"));
  serve();
  EXPECT_EQ(get(3).error().error, EPROTO) << "a longer answer than was asked for";
}

TEST_F(S3ClientTest, NobodyListens) {
  serve();
  server_.reset();
  const auto found = get();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().error, ECONNREFUSED);
  EXPECT_EQ(counters_->connections_failed, 1u);
}

TEST_F(S3ClientTest, TlsIsSpokenAndCertificatesAreVerified) {
  TestS3Server::Options options;
  options.tls = true;
  serve(options);
  for (unsigned i = 1; i <= 3; ++i) expect_content(i);
  const TestS3Server another(options);
  S3Bucket bucket = client_->bucket();
  bucket.ca_file = another.ca_file();
  client_ = std::make_unique<S3Client>(std::make_shared<const S3Bucket>(bucket), counters_, clock_);
  const auto found = get();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().error, EPROTO);
  EXPECT_THAT(found.error().words, HasSubstr("certificate"));
}

// A server that never answers, and one that always asks for patience.
TEST_F(S3ClientTest, AStopEndsTheWaiting) {
  for (const FaultPlan& plan : {FaultPlan{.hang = true}, FaultPlan{.status = 503, .code = "SlowDown"}}) {
    serve();
    std::stop_source stop;
    server_->faults([&](const SeenRequest&, unsigned number) {
      if (number == 0) stop.request_stop();
      return std::optional(plan);
    });
    const auto found = get(1000, stop.get_token());
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().error, ECANCELED);
  }
}

TEST_F(S3ClientTest, ThreadsAskSideBySide) {
  serve();
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) good += get().has_value();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
  EXPECT_LE(counters_->connections, 8u);
}

}  // namespace
}  // namespace aforo
