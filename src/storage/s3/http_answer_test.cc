#include "storage/s3/http_answer.h"

#include <gtest/gtest.h>

#include <string>

namespace aforo {
namespace {

constexpr std::string_view kHead =
    "HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\nContent-Range: bytes 5-14/100\r\nETag: \"abc\"\r\n"
    "Date: Tue, 01 Dec 2026 07:55:21 GMT\r\nX-Amz-Bucket-Region:  eu-west-1 \r\n\r\n";

TEST(HttpAnswer, IsIncompleteAtEveryByteButTheLast) {
  HttpAnswer answer;
  std::size_t used = 0;
  for (std::size_t i = 1; i < kHead.size(); ++i)
    ASSERT_EQ(parse_head(kHead.substr(0, i), answer, used), HeadState::kIncomplete) << i;
  const std::string more = std::string(kHead) + "body";
  ASSERT_EQ(parse_head(more, answer, used), HeadState::kWhole);
  EXPECT_EQ(used, kHead.size());
  EXPECT_EQ(answer.status, 206);
  EXPECT_EQ(answer.length, 10u);
  EXPECT_EQ(answer.range_first, 5u);
  EXPECT_EQ(answer.whole, 100u);
  EXPECT_EQ(answer.etag, "\"abc\"");
  EXPECT_EQ(answer.bucket_region, "eu-west-1");
  EXPECT_FALSE(answer.close);
  EXPECT_EQ(http_date(answer.date), 1796111721);
}

HeadState state_of(const std::string& head) {
  HttpAnswer answer;
  std::size_t used = 0;
  return parse_head(head, answer, used);
}

TEST(HttpAnswer, WhatIsNoHttpIsToldAtOnce) {
  EXPECT_EQ(state_of("SSH-2.0-OpenSSH"), HeadState::kBad);
  EXPECT_EQ(state_of("HTTP/2"), HeadState::kBad);
  for (const char* field : {"Content-Length: -1", "Content-Length: 99999999999999999999",
                            "Content-Length: 1\r\nContent-Length: 2", "Transfer-Encoding: gzip", "no colon",
                            " folded: x", "name : x", "Content-Range: bytes 9-5/10"})
    EXPECT_EQ(state_of("HTTP/1.1 200 OK\r\n" + std::string(field) + "\r\n\r\n"), HeadState::kBad) << field;
  for (const char* line : {"HTTP/1.1 20 OK", "HTTP/1.1 999 OK", "HTTP/1.1 200OK", "HTTP/1.2 200 OK"})
    EXPECT_EQ(state_of(std::string(line) + "\r\n\r\n"), HeadState::kBad) << line;
  EXPECT_EQ(state_of("HTTP/1.1 200 OK\r\nx: " + std::string(HttpAnswer::kMostHead, 'x')), HeadState::kBad);
}

TEST(HttpAnswer, RefusesLengthsAndRangesThatCannotBe) {
  for (const char* field :
       {"Content-Length: ", "Content-Length: +5", "Content-Length: 0x5", "Content-Length: 5 5",
        "Content-Length: 5, 6", "Content-Length: 18446744073709551616", "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Content-Range: bytes 0-9",
        "Content-Range: bytes 0-9/9", "Content-Range: bytes 0-9/x", "Content-Range: bytes -9/10",
        "Content-Range: bytes */*", "Content-Range: bytes */x", "Content-Range: items 0-9/10", "\tfolded",
        ": x"})
    EXPECT_EQ(state_of("HTTP/1.1 200 OK\r\n" + std::string(field) + "\r\n\r\n"), HeadState::kBad) << field;
  EXPECT_EQ(state_of(std::string("HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n", 27)), HeadState::kBad);
  EXPECT_EQ(state_of("HTTP/1.1 200 OK\r\nx: a\nb\r\n\r\n"), HeadState::kBad);
  EXPECT_EQ(state_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n"), HeadState::kWhole);
  EXPECT_EQ(state_of("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n"), HeadState::kWhole);
}

TEST(HttpAnswer, SaysTheSameOfAHeadAtTheBoundHoweverItComes) {
  for (const std::size_t over : {0u, 1u}) {
    std::string head = "HTTP/1.1 200 OK\r\nx: ";
    head.resize(HttpAnswer::kMostHead + over, 'x');
    head += "\r\n\r\n";
    HeadState state = HeadState::kIncomplete;
    for (std::size_t size = HttpAnswer::kMostHead; size <= head.size() && state == HeadState::kIncomplete;
         ++size)
      state = state_of(head.substr(0, size));
    EXPECT_EQ(state, over == 0 ? HeadState::kWhole : HeadState::kBad);
    EXPECT_EQ(state_of(head), state);
  }
}

HttpAnswer parsed(std::string_view head) {
  HttpAnswer answer;
  std::size_t used = 0;
  EXPECT_EQ(parse_head(head, answer, used), HeadState::kWhole) << head;
  return answer;
}

TEST(HttpAnswer, ReadsRangesWithAndWithoutTheWhole) {
  const HttpAnswer known = parsed("HTTP/1.1 206 P\r\ncontent-range: bytes 0-9/100\r\n\r\n");
  EXPECT_EQ(known.range_first, 0u);
  EXPECT_EQ(known.whole, 100u);
  const HttpAnswer open = parsed("HTTP/1.1 206 P\r\ncontent-range: bytes 0-9/*\r\n\r\n");
  EXPECT_EQ(open.range_first, 0u);
  EXPECT_EQ(open.whole, std::nullopt);
  const HttpAnswer beyond = parsed("HTTP/1.1 416 R\r\ncontent-range: bytes */100\r\n\r\n");
  EXPECT_EQ(beyond.range_first, std::nullopt);
  EXPECT_EQ(beyond.whole, 100u);
}

TEST(HttpAnswer, HearsThatTheConnectionEnds) {
  EXPECT_TRUE(parsed("HTTP/1.1 204 N\r\nConnection: Keep-Alive, CLOSE\r\n\r\n").close);
  EXPECT_TRUE(parsed("HTTP/1.1 204 N\r\nconnection: close\r\n\r\n").close);
  EXPECT_FALSE(parsed("HTTP/1.1 204 N\r\nconnection: keep-alive\r\n\r\n").close);
  EXPECT_FALSE(parsed("HTTP/1.1 204 N\r\nconnection: closely\r\n\r\n").close);
}

TEST(HttpAnswer, ReadsOnlyTheDateOfHttp) {
  EXPECT_EQ(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(http_date("Fri, 24 May 2013 00:00:00 GMT"), 1369353600);
  for (const char* text :
       {"", "2026-12-01T07:55:21Z", "Tue, 01 Dec 2026 07:55:21", "Tue, 01 Dec 2026 07:55:21 GMT+1",
        "Tue, 41 Dec 2026 07:55:21 GMT", "Tue, 01 Dez 2026 07:55:21 GMT"})
    EXPECT_EQ(http_date(text), std::nullopt) << text;
}

TEST(HttpAnswer, KnowsWhetherABodyFollows) {
  EXPECT_FALSE(parsed("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").has_body("HEAD"));
  EXPECT_FALSE(parsed("HTTP/1.1 204 No Content\r\n\r\n").has_body("GET"));
  EXPECT_FALSE(parsed("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").has_body("GET"));
  const HttpAnswer open_end = parsed("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_TRUE(open_end.has_body("GET") && open_end.close);
  const HttpAnswer both =
      parsed("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n");
  EXPECT_TRUE(both.chunked && !both.length && both.close)
      << "the one that cannot be wrong, and not another answer after it";
  EXPECT_TRUE(parsed("HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n").close);
}

// What is taken of `text`, given in pieces of `n` bytes.
std::string unchunked(std::string_view text, std::size_t n, bool& done, bool& bad) {
  ChunkedBody body;
  std::string out;
  for (std::size_t at = 0; at < text.size() && !body.done() && !body.bad(); at += n) {
    std::string_view left = text.substr(at, n);
    while (!left.empty() && !body.done() && !body.bad()) {
      const ChunkedBody::Piece piece = body.next(left);
      out += left.substr(piece.skip, piece.data);
      left.remove_prefix(piece.skip + piece.data);
    }
  }
  done = body.done(), bad = body.bad();
  return out;
}

TEST(ChunkedBody, IsTheSameInPiecesOfAnySize) {
  const std::string text = "5;name=value\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\ntrailer: x\r\n\r\n";
  for (std::size_t n = 1; n <= text.size(); ++n) {
    bool done = false, bad = false;
    EXPECT_EQ(unchunked(text, n, done, bad), "hello 0123456789") << n;
    EXPECT_TRUE(done && !bad) << n;
  }
}

TEST(ChunkedBody, TakesNothingOfWhatFollowsIt) {
  ChunkedBody body;
  const std::string_view wire = "3\r\nabc\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n";
  std::string_view left = wire;
  while (!body.done()) {
    const ChunkedBody::Piece piece = body.next(left);
    ASSERT_GT(piece.skip + piece.data, 0u);
    left.remove_prefix(piece.skip + piece.data);
  }
  EXPECT_EQ(left, "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(body.next(left).skip + body.next(left).data, 0u);
}

TEST(ChunkedBody, BoundsItsFraming) {
  for (const std::string& begin : {std::string("1;"), std::string("0\r\nx"), std::string("0\r\n")}) {
    std::string text = begin;
    for (int i = 0; i < 20000; ++i) text += begin == "0\r\n" ? "a\r\n" : "a";
    bool done = false, bad = false;
    unchunked(text, 1000, done, bad);
    EXPECT_TRUE(bad && !done) << begin;
  }
}

TEST(ChunkedBody, RefusesWhatIsNone) {
  for (const char* text : {"x\r\n", "\r\n", "5\r\nhello!\r\n", "fffffffffffffffff\r\n", "1\n", "0\r\n\rx",
                           "-1\r\n", "1;a\n", "1\rx", "1\r\na\n", ";x\r\n", "10000000000000000\r\n"}) {
    bool done = false, bad = false;
    unchunked(text, 100, done, bad);
    EXPECT_TRUE(bad && !done) << text;
  }
}

}  // namespace
}  // namespace aforo
