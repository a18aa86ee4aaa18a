// What the contract of engines does not say: attempts, their counts, and what a server does wrong.
#include "storage/s3/s3_engine.h"

#include <cerrno>

#include "storage/s3/test_s3_engine.h"

namespace aforo {
namespace {

class S3EngineTest : public S3EngineFixture {};

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
  carry_out(*open);
  EXPECT_EQ(error_of(Ask::read(open->file, 10, buffer_.first(20))), 0);
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

// "localhost" may be ::1 first, where this server does not listen.
TEST_F(S3EngineTest, AllOfAHostsAddressesAreTried) {
  serve();
  S3Bucket bucket = *setup_.bucket;
  bucket.host = "localhost";
  setup_.bucket = std::make_shared<const S3Bucket>(bucket);
  make();
  for (int i = 0; i < 3; ++i) expect_whole(*read(), 1);
  EXPECT_EQ(counted(*counters_).again(), 0u);
  EXPECT_EQ(counters_->connections - counters_->connections_failed, 1u);
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

TEST_F(S3EngineTest, AnIdleConnectionThatTheServerClosesIsForgotten) {
  serve();
  expect_whole(*read(), 1);
  server_.reset();
  engine_->turn(Seconds{0.01});
  EXPECT_EQ(read()->error, ECONNREFUSED);
  EXPECT_EQ(counters_->connections, 6u) << "the first, and one for each attempt";
}

// Of 40 requests at a depth of 8, the server throttles the first 20 that it sees.
TEST_F(S3EngineTest, AThrottledBurstComesThrough) {
  serve();
  options_.depth = 8;
  make();
  first(20, {.status = 503, .code = "SlowDown"});
  std::vector<std::unique_ptr<AlignedBuffer>> buffers;
  std::vector<std::unique_ptr<Ask>> asks;
  for (int i = 0; i < 40; ++i) {
    buffers.push_back(std::make_unique<AlignedBuffer>(kSample));
    asks.push_back(Ask::read_file("sample", buffers.back()->all(), kSample));
    engine_->start(*asks.back());
  }
  while (engine_->in_flight()) engine_->turn(Seconds{1});
  std::uint32_t attempts = 0;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    EXPECT_EQ(asks[i]->ends, 1);
    EXPECT_EQ(asks[i]->error, 0);
    EXPECT_TRUE(is_content(buffers[i]->first(asks[i]->bytes)));
    attempts += asks[i]->attempts;
  }
  EXPECT_EQ(attempts, 60u);
  EXPECT_EQ(counters_->throttled, 20u);
  EXPECT_EQ(counters_->gets, 60u);
  EXPECT_LE(counters_->connections, 8u);
}

TEST_F(S3EngineTest, WhatAnObjectSaysOfItselfIsProved) {
  serve();
  setup_.checks = true;
  make();
  expect_whole(*read(kSample), 1);
  first(100, {.wrong_checksum = true});
  EXPECT_EQ(read(kSample)->error, EBADMSG);
  EXPECT_EQ(counters_->mismatched, 4u);
  EXPECT_EQ(counters_->bytes_wasted, 5 * kSample);
  expect_whole(*read(0), 1);  // a range: no checksum of all of it
}

TEST_F(S3EngineTest, AClockThatTheServerFindsWrongIsSet) {
  TestS3Server::Options options;
  options.clock = 5000;
  serve(options);
  expect_whole(*read(), 2);
  expect_whole(*read(), 1);
  EXPECT_EQ(counted(*counters_).again(), 0u);
  first(100, {.status = 403, .code = "RequestTimeTooSkewed"});
  EXPECT_EQ(read()->error, EACCES);
}

TEST_F(S3EngineTest, TlsIsSpokenAndCertificatesAreVerified) {
  TestS3Server::Options options;
  options.tls = true;
  for (const bool close : {false, true}) {
    options.close = close;
    serve(options);
    for (int i = 0; i < 3; ++i) expect_whole(*read(), 1);
    EXPECT_EQ(counters_->connections, close ? 3u : 1u);
    EXPECT_GT(counters_->connect_nanoseconds, 0u);
  }
  first_of(1, "GET", "", {.cut = 50'000});
  expect_whole(*read(), 2);
  EXPECT_EQ(counters_->truncated, 1u);
  const TestS3Server another(options);
  S3Bucket bucket = *setup_.bucket;
  bucket.ca_file = another.ca_file();
  setup_.bucket = std::make_shared<const S3Bucket>(bucket);
  make();
  const auto ask = read();
  EXPECT_EQ(ask->error, EPROTO);
  EXPECT_EQ(ask->attempts, 1u) << "not tried again";
}

TEST_F(S3EngineTest, MemoryIsLentForDataAlone) {
  struct Lender : Ask {
    std::span<std::byte> memory;
    int lent = 0;
  } lender;
  lender.memory = buffer_.all();
  lender.operation = IoOperation::kReadFile;
  lender.path = "sample";
  lender.lend = [](IoRequest& request) {
    auto& self = static_cast<Lender&>(request);
    ++self.lent;
    request.buffer = self.memory;
  };
  serve();
  first(2, {.status = 500});
  expect_whole(carry_out(lender), 3);
  EXPECT_EQ(lender.lent, 1);
  lender.ends = 0, lender.buffer = {}, lender.path = "missing";
  EXPECT_EQ(carry_out(lender).error, ENOENT);
  EXPECT_EQ(lender.lent, 1);
}

TEST_F(S3EngineTest, ASlowFirstByteIsSeen) {
  serve();
  first(1, {.wait = Seconds{0.05}});
  const auto ask = read();
  expect_whole(*ask, 1);
  EXPECT_GE(ask->first_byte - ask->started, Seconds{0.05});
  EXPECT_LE(ask->opened, ask->first_byte);
  EXPECT_LE(ask->first_byte, ask->finished);
}

// An answer of 100,000 bytes of which 1,000 are wanted: the rest is not waited for.
TEST_F(S3EngineTest, AnAnswerThatIsLongerThanWantedEndsItsConnection) {
  serve();
  auto ask = Ask::read_file("sample", buffer_.first(1000), 5000);
  EXPECT_EQ(carry_out(*ask).bytes, 1000u);
  EXPECT_TRUE(is_content(buffer_.first(1000)));
  EXPECT_EQ(counters_->bytes_received - counters_->bytes_wasted, 1000u);
  expect_whole(*read(), 1);
  EXPECT_EQ(counters_->connections, 2u);
}

TEST_F(S3EngineTest, AServerThatTakesNoRangesIsNoStoreToReadPiecesFrom) {
  serve();
  auto open = Ask::open("sample");
  carry_out(*open);
  first(100, {.status = 200, .body = text(kSample), .content_type = "application/octet-stream"});
  EXPECT_EQ(error_of(Ask::read(open->file, 10, buffer_.first(20))), EPROTO);
  EXPECT_EQ(error_of(Ask::read(open->file, 0, buffer_.first(20))), 0) << "its beginning is the same";
}

TEST_F(S3EngineTest, OpeningMayAskNothing) {
  serve();
  setup_.heads = false;
  make();
  auto open = Ask::open("sample");
  EXPECT_EQ(carry_out(*open).error, 0);
  EXPECT_TRUE(server_->seen().empty());
  EXPECT_EQ(carry_out(*Ask::read(open->file, 0, buffer_.all())).bytes, kSample);
}

}  // namespace
}  // namespace aforo
