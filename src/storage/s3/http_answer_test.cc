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

TEST(HttpAnswer, KnowsWhetherABodyFollows) {
  const auto answer_of = [](const std::string& head) {
    HttpAnswer answer;
    std::size_t used = 0;
    EXPECT_EQ(parse_head(head, answer, used), HeadState::kWhole) << head;
    return answer;
  };
  EXPECT_FALSE(answer_of("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n").has_body("HEAD"));
  EXPECT_FALSE(answer_of("HTTP/1.1 204 No Content\r\n\r\n").has_body("GET"));
  EXPECT_FALSE(answer_of("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").has_body("GET"));
  const HttpAnswer open_end = answer_of("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_TRUE(open_end.has_body("GET") && open_end.close);
  const HttpAnswer both =
      answer_of("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n");
  EXPECT_TRUE(both.chunked && !both.length && both.close)
      << "the one that cannot be wrong, and not another answer after it";
  EXPECT_TRUE(answer_of("HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n").close);
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

TEST(ChunkedBody, RefusesWhatIsNone) {
  for (const char* text : {"x\r\n", "\r\n", "5\r\nhello!\r\n", "fffffffffffffffff\r\n", "1\n", "0\r\n\rx"}) {
    bool done = false, bad = false;
    unchunked(text, 100, done, bad);
    EXPECT_TRUE(bad && !done) << text;
  }
}

}  // namespace
}  // namespace aforo
