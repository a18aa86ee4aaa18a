// What the contract of engines does not say: attempts, their counts, and what a server does wrong.
#include "storage/s3/s3_engine.h"

#include <cerrno>

#include "storage/engine_contract.h"
#include "storage/s3/test_s3_engine.h"

namespace aforo {
namespace {

class S3EngineTest : public testing::Test {
 protected:
  void serve(TestS3Server::Options options = {}, Seconds timeout = Seconds{30}, Seconds stall = Seconds{10}) {
    server_ = std::make_unique<TestS3Server>(std::move(options));
    const auto bytes = content(100'000);
    server_->put("p/sample", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    S3EngineSetup setup = s3_setup(*server_, "p");
    setup.stall = stall;
    counters_ = setup.counters;
    EngineOptions how;
    how.timeout = timeout;
    engine_ = make_s3_engine(setup, how);
  }
  std::unique_ptr<Ask> read(std::uint64_t expected = 0) {
    auto ask = Ask::read_file("sample", buffer_.all(), expected);
    engine_->start(*ask);
    while (!ask->ends) engine_->turn(Seconds{1});
    return ask;
  }
  void expect_whole(const Ask& ask, std::uint32_t attempts) {
    EXPECT_EQ(ask.error, 0);
    EXPECT_EQ(ask.ends, 1);
    EXPECT_EQ(ask.bytes, 100'000u);
    EXPECT_EQ(ask.attempts, attempts);
    EXPECT_TRUE(is_content(buffer_.first(ask.bytes)));
  }
  // The first `count` requests meet `fault`.
  void first(unsigned count, FaultPlan fault) {
    server_->faults([count, fault](const SeenRequest&, unsigned number) {
      return number < count ? std::optional(fault) : std::nullopt;
    });
  }

  AlignedBuffer buffer_{128 << 10};
  std::unique_ptr<TestS3Server> server_;
  std::shared_ptr<RemoteCounters> counters_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(S3EngineTest, AConnectionServesOneRequestAfterAnother) {
  serve();
  for (int i = 0; i < 20; ++i) expect_whole(*read(100'000), 1);
  EXPECT_EQ(counters_->connections, 1u);
  EXPECT_EQ(counters_->gets, 20u);
  EXPECT_EQ(counters_->bytes_received, 2'000'000u);
  EXPECT_EQ(counters_->bytes_wasted, 0u);
  for (const SeenRequest& request : server_->seen()) {
    EXPECT_EQ(request.key, "p/sample");
    EXPECT_EQ(request.range, "") << "a whole object is one plain GET";
    EXPECT_NE(request.head.find("authorization: AWS4-HMAC-SHA256"), std::string::npos);
  }
}

TEST_F(S3EngineTest, AnOpenObjectIsReadByRanges) {
  serve();
  auto open = Ask::open("sample");
  engine_->start(*open);
  while (!open->ends) engine_->turn(Seconds{1});
  auto range = Ask::read(open->file, 10, buffer_.first(20));
  engine_->start(*range);
  while (!range->ends) engine_->turn(Seconds{1});
  EXPECT_TRUE(is_content(buffer_.first(20), 10));
  ASSERT_EQ(server_->seen().size(), 2u);
  EXPECT_EQ(server_->seen()[0].method, "HEAD");
  EXPECT_EQ(server_->seen()[1].range, "bytes=10-29");
}

TEST_F(S3EngineTest, ChunkedAnswersAndClosedConnectionsAreReadToo) {
  for (const bool chunked : {false, true}) {
    TestS3Server::Options options;
    options.chunked = chunked, options.close = !chunked;
    serve(options);
    for (int i = 0; i < 3; ++i) expect_whole(*read(), 1);
    EXPECT_EQ(counters_->connections, chunked ? 1u : 3u);
  }
}

TEST_F(S3EngineTest, WhatMayGoBetterIsTriedAgainAndCounted) {
  const auto counts = [&] {
    return std::vector<std::uint64_t>{counters_->throttled, counters_->failed, counters_->reset,
                                      counters_->truncated};
  };
  using Counts = std::vector<std::uint64_t>;
  serve();
  first(2, {.status = 503, .code = "SlowDown"});
  expect_whole(*read(), 3);
  EXPECT_EQ(counts(), (Counts{2, 0, 0, 0}));
  serve();
  first(1, {.status = 500});
  expect_whole(*read(), 2);
  EXPECT_EQ(counts(), (Counts{0, 1, 0, 0}));
  serve();
  first(1, {.reset = true});
  expect_whole(*read(), 2);
  EXPECT_EQ(counts(), (Counts{0, 0, 1, 0}));
  serve();
  first(1, {.cut = 5000});
  expect_whole(*read(), 2);
  EXPECT_EQ(counts(), (Counts{0, 0, 0, 1}));
  EXPECT_EQ(counters_->bytes_wasted, 5000u);
}

TEST_F(S3EngineTest, AttemptsComeToAnEnd) {
  serve();
  first(100, {.status = 503, .code = "SlowDown"});
  const auto ask = read();
  EXPECT_EQ(ask->error, EBUSY);
  EXPECT_EQ(ask->attempts, 5u);
  EXPECT_EQ(server_->seen().size(), 5u);
  EXPECT_EQ(counters_->throttled, 4u) << "those that another attempt followed";
}

TEST_F(S3EngineTest, WhatTheServerRefusesIsNotTriedAgain) {
  serve();
  first(100, {.status = 403, .code = "AccessDenied"});
  const auto ask = read();
  EXPECT_EQ(ask->error, EACCES);
  EXPECT_EQ(ask->attempts, 1u);
  first(100, {.status = 301, .code = "PermanentRedirect"});
  EXPECT_EQ(read()->error, EPROTO);
}

TEST_F(S3EngineTest, ASilentServerTimesOut) {
  serve({}, Seconds{0.5});
  first(100, {.hang = true});
  EXPECT_EQ(read()->error, ETIMEDOUT);
  serve({}, Seconds{30}, Seconds{0.1});
  first(1, {.hang = true});
  expect_whole(*read(), 2);
  EXPECT_EQ(counters_->timed_out, 1u);
}

TEST_F(S3EngineTest, WhoHurriesIsNotKept) {
  serve();
  first(100, {.hang = true});
  auto ask = Ask::read_file("sample", buffer_.all());
  engine_->start(*ask);
  engine_->turn(Seconds{0.05});
  engine_->hurry(Seconds{0.1});
  while (!ask->ends) engine_->turn(Seconds{1});
  EXPECT_EQ(ask->error, ECANCELED);
  EXPECT_FALSE(ask->buffer_held);
}

TEST_F(S3EngineTest, NobodyListens) {
  serve();
  server_.reset();
  const auto ask = read();
  EXPECT_EQ(ask->error, ECONNREFUSED);
  EXPECT_EQ(counters_->connections_failed, 5u);
}

TEST_F(S3EngineTest, AConnectionThatTheServerClosedMeanwhileIsNoAttempt) {
  serve();
  expect_whole(*read(), 1);
  server_->faults([](const SeenRequest& request, unsigned) {
    return request.connection == 1 ? std::optional(FaultPlan{.reset = true}) : std::nullopt;
  });
  expect_whole(*read(), 1);
  EXPECT_EQ(counters_->reset, 0u);
  EXPECT_EQ(counters_->connections, 2u);
}

TEST_F(S3EngineTest, WritesNothing) {
  serve();
  auto ask = Ask::create("new");
  engine_->start(*ask);
  while (!ask->ends) engine_->turn(Seconds{1});
  EXPECT_EQ(ask->error, EROFS);
  EXPECT_TRUE(server_->seen().empty());
}

}  // namespace
}  // namespace aforo
