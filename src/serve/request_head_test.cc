#include "serve/request_head.h"

#include <gtest/gtest.h>

namespace aforo {
namespace {

std::string get(const std::string& headers, const std::string& target = "/") {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:1\r\n" + headers + "\r\n";
}
std::string post(const std::string& headers) {
  return "POST /api/size HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
}

TEST(RequestHead, WhatNobodyNeedsIsLeftOut) {
  const RequestHead head =
      read_head(get("Accept-Encoding: br\r\nRange: bytes=0-1,2-3\r\nCookie: a=b\r\nUpgrade: x\r\n"));
  EXPECT_EQ(head.status, 0) << head.why;
  EXPECT_EQ(head.text, "GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nCookie: a=b\r\n\r\n");
  EXPECT_EQ(head.body, 0U);
}

TEST(RequestHead, ABodyIsJsonOfAStatedLength) {
  const RequestHead head =
      read_head(post("content-length: 12\r\nContent-Type: application/json; charset=utf-8\r\n"));
  EXPECT_EQ(head.status, 0) << head.why;
  EXPECT_EQ(head.body, 12U);
  EXPECT_EQ(read_head(post("")).status, 411);
  EXPECT_EQ(read_head(post("Content-Length: 2\r\n")).status, 415);
  EXPECT_EQ(read_head(post("Content-Length: 2\r\nContent-Type: text/plain\r\n")).status, 415);
  EXPECT_EQ(read_head(post("Content-Length: 2\r\nContent-Type: multipart/form-data; boundary=x\r\n")).status,
            415);
  EXPECT_EQ(read_head(post("Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n")).status, 411);
  EXPECT_EQ(read_head(get("Content-Length: 3\r\n")).status, 400);
  for (const char* length : {"-1", "0x10", "1 2", "", "+5"})
    EXPECT_EQ(read_head(post(std::string("Content-Length: ") + length + "\r\n")).status, 400) << length;
}

TEST(RequestHead, LengthsAreBounded) {
  EXPECT_EQ(read_head(post("Content-Length: 1048577\r\n")).status, 413);
  EXPECT_EQ(read_head(post("Content-Length: 999999999999999999\r\n")).status, 413);
  EXPECT_EQ(read_head(post("Content-Length: 9999999999999999999999\r\n")).status, 400);
  EXPECT_EQ(read_head(get("", "/" + std::string(kLongestTarget, 'a'))).status, 414);
  EXPECT_EQ(read_head(get("", "/" + std::string(kLongestTarget - 1, 'a'))).status, 0);
}

// Two readers of one head must not see two requests in it.
TEST(RequestHead, NothingIsAmbiguous) {
  EXPECT_EQ(read_head(get("Host: other\r\n")).status, 400);
  EXPECT_EQ(read_head(post("Content-Length: 1\r\nContent-Length: 2\r\n")).status, 400);
  EXPECT_EQ(read_head(get("Cookie: a\r\ncookie: b\r\n")).status, 400);
  EXPECT_EQ(read_head(get(" folded\r\n")).status, 400);
  EXPECT_EQ(read_head(get("Host : x\r\n")).status, 400);
  EXPECT_EQ(read_head(get("no colon\r\n")).status, 400);
  EXPECT_EQ(read_head(get("A: b\nHost: c\r\n")).status, 400);
  EXPECT_EQ(read_head(get(std::string("A: b\0c\r\n", 8))).status, 400);
}

TEST(RequestHead, OtherProtocolsAreRefused) {
  for (const char* line : {"GET / HTTP/2.0", "GET  / HTTP/1.1", "GET /", "", "GET http://x/ HTTP/1.1",
                           "GET /a b HTTP/1.1", "\x16\x03\x01"})
    EXPECT_EQ(read_head(std::string(line) + "\r\n\r\n").status, 400) << line;
  for (const char* method : {"PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get"})
    EXPECT_EQ(read_head(std::string(method) + " / HTTP/1.1\r\n\r\n").status, 405) << method;
  EXPECT_EQ(read_head("").status, 400);
}

TEST(RequestHead, EndsAtTheFirstEmptyLine) {
  EXPECT_EQ(end_of_head("GET / HTTP/1.1\r\n"), std::string::npos);
  EXPECT_EQ(end_of_head("A\r\n\r\nbody\r\n\r\n"), 5U);
}

}  // namespace
}  // namespace aforo
