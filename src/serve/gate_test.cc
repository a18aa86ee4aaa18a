#include "serve/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve/secret.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

const std::string kToken(32, 'a'), kSession(32, 'b');

HttpRequest asked(const std::string& path) {
  HttpRequest out;
  out.path = path;
  out.host = "127.0.0.1:8137";
  return out;
}

HttpRequest with_cookie(const std::string& path) {
  HttpRequest out = asked(path);
  out.cookie = "other=1; aforo_8137=" + kSession + "; aforo_9=x";
  return out;
}

int status(Gate& gate, const HttpRequest& request) {
  const auto refused = gate.check(request);
  return refused ? refused->status : 200;
}

TEST(Gate, TheTokenIsGoodOnce) {
  Gate gate(8137, kToken, kSession);
  EXPECT_EQ(gate.address(), "http://127.0.0.1:8137/?token=" + kToken);
  HttpRequest opens = asked("/");
  opens.query = {{"token", kToken}};
  const auto first = gate.check(opens);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->status, 303);
  bool is_set = false;
  for (const auto& [name, value] : first->headers)
    if (name == "Set-Cookie") {
      is_set = true;
      EXPECT_EQ(value, "aforo_8137=" + kSession + "; Path=/; HttpOnly; SameSite=Strict");
    }
  EXPECT_TRUE(is_set);
  const auto second = gate.check(opens);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 403);
  EXPECT_THAT(second->body, HasSubstr("was used before"));
  EXPECT_THAT(second->body, HasSubstr("start it again"));
  // Of the browser that has the cookie: on to the page.
  HttpRequest again = with_cookie("/");
  again.query = opens.query;
  EXPECT_EQ(gate.check(again)->status, 303);
}

TEST(Gate, AnotherTokenSpendsNothing) {
  Gate gate(8137, kToken, kSession);
  HttpRequest guesses = asked("/");
  for (const std::string& guess : {std::string("x"), kToken + "a", std::string(32, 'c')}) {
    guesses.query = {{"token", guess}};
    EXPECT_EQ(status(gate, guesses), 403) << guess;
  }
  guesses.query = {{"token", kToken}};
  EXPECT_EQ(status(gate, guesses), 303);
}

TEST(Gate, NothingPassesWithoutTheCookie) {
  Gate gate(8137, kToken, kSession);
  for (const char* path :
       {"/", "/api/records", "/api/records/x.json", "/assets/app.js", "/openapi.yaml", "/nothing"}) {
    EXPECT_EQ(status(gate, asked(path)), 401) << path;
    EXPECT_EQ(status(gate, with_cookie(path)), 200) << path;
  }
  for (const char* cookie :
       {"", "aforo_8137", "aforo_8137=", "aforo_8137=bbbb", "aforo_8138=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}) {
    HttpRequest request = asked("/api/state");
    request.cookie = cookie;
    EXPECT_EQ(status(gate, request), 401) << cookie;
  }
}

// The token is exchanged for the page alone, and by no other way than opening it.
TEST(Gate, TheTokenOpensNothingElse) {
  Gate gate(8137, kToken, kSession);
  HttpRequest request = asked("/api/state");
  request.query = {{"token", kToken}};
  EXPECT_EQ(status(gate, request), 401);
  request = asked("/");
  request.method = "POST";
  request.query = {{"token", kToken}};
  EXPECT_EQ(status(gate, request), 401);
}

// A name that someone else points at 127.0.0.1, whatever else is right.
TEST(Gate, OtherHostsAreRefused) {
  Gate gate(8137, kToken, kSession);
  HttpRequest request = with_cookie("/api/state");
  for (const char* host :
       {"example.com", "example.com:8137", "127.0.0.1", "127.0.0.1:80", "localhost",
        "127.0.0.1.example.com:8137", "127.0.0.1:8137@example.com", "[::1]:8137", "0.0.0.0:8137", ""}) {
    request.host = host;
    EXPECT_EQ(status(gate, request), 403) << host;
  }
  request.host.reset();
  EXPECT_EQ(status(gate, request), 403);
  request.host = "localhost:8137";
  EXPECT_EQ(status(gate, request), 200);
}

TEST(Gate, OtherSitesAreRefused) {
  Gate gate(8137, kToken, kSession);
  HttpRequest request = with_cookie("/api/state");
  for (const char* origin : {"http://example.com", "null", "https://127.0.0.1:8137", "http://127.0.0.1:9",
                             "http://localhost:8137"}) {
    request.origin = origin;
    EXPECT_EQ(status(gate, request), 403) << origin;
  }
  request.origin = "http://127.0.0.1:8137";
  EXPECT_EQ(status(gate, request), 200);
  // Other ports of this machine are the same site to a browser, which sends them the cookie.
  for (const char* site : {"cross-site", "same-site", "x"}) {
    request.fetch_site = site;
    EXPECT_EQ(status(gate, request), 403) << site;
  }
  for (const char* site : {"same-origin", "none"}) {
    request.fetch_site = site;
    EXPECT_EQ(status(gate, request), 200) << site;
  }
}

TEST(Gate, RefusalsOfThePageAreReadByPersons) {
  Gate gate(8137, kToken, kSession);
  EXPECT_EQ(gate.check(asked("/"))->type, kHtmlType);
  EXPECT_EQ(gate.check(asked("/api/state"))->type, kJsonType);
  HttpRequest request = asked("/");
  request.host = "<b>";
  EXPECT_THAT(gate.check(request)->body, HasSubstr("&lt;b&gt;"));
}

TEST(Secret, IsLongAndNeverTheSame) {
  const std::string one = random_secret();
  EXPECT_EQ(one.size(), 32U);
  EXPECT_NE(one, random_secret());
  EXPECT_TRUE(same_secret(one, one));
  EXPECT_FALSE(same_secret(one, one.substr(1)));
  EXPECT_FALSE(same_secret(one, std::string(32, 'x')));
}

}  // namespace
}  // namespace aforo
