#include "storage/s3/http_connection.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "base/error.h"
#include "storage/s3/test_tls.h"

namespace aforo {
namespace {

using testing::HasSubstr;
using testing::Pair;
using Want = HttpConnection::Want;

// Who accepts connections on 127.0.0.1, one after the other, and does `serve` with each.
class Peer {
 public:
  Peer(const TestCertificate* certificate, std::function<void(TestWire&)> serve)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto& address = reinterpret_cast<sockaddr_in&>(where_.address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where_.length = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&where_.address);
    EXPECT_EQ(::bind(listener_, raw, where_.length), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    EXPECT_EQ(::getsockname(listener_, raw, &where_.length), 0);
    thread_ = std::thread([this, certificate, serve] {
      for (int socket = -1; (socket = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(socket)) {
        TestWire wire(socket, certificate);
        serve(wire);
      }
    });
  }
  ~Peer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  const HostAddress& where() const { return where_; }

 private:
  int listener_;
  HostAddress where_;
  std::thread thread_;
};

void echo(TestWire& wire) {
  char bytes[4096];
  for (ssize_t got = 0; (got = wire.receive(bytes, sizeof bytes)) > 0;)
    wire.send(bytes, static_cast<std::size_t>(got));
}

// Makes the same call until it has not to wait.
HttpConnection::Done until_done(const HttpConnection& connection,
                                const std::function<HttpConnection::Done()>& call) {
  for (;;) {
    const HttpConnection::Done done = call();
    if (done.error != 0 || done.want == Want::kNothing) return done;
    pollfd one{connection.descriptor(), static_cast<short>(done.want == Want::kRead ? POLLIN : POLLOUT), 0};
    ::poll(&one, 1, -1);
  }
}
HttpConnection::Done connect(HttpConnection& connection) {
  return until_done(connection, [&] { return connection.connect(); });
}
// What comes, as text; its error in `done`.
std::string receive(HttpConnection& connection, HttpConnection::Done& done) {
  std::string text(100, '\0');
  done = until_done(connection, [&] { return connection.receive(std::as_writable_bytes(std::span(text))); });
  text.resize(done.bytes);
  return text;
}
std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(HttpConnectionTest, BytesGoBothWaysHeadAndBodyTogether) {
  const TestCertificate certificate;
  for (const bool tls : {false, true}) {
    const Peer peer(tls ? &certificate : nullptr, echo);
    const TlsContext context(certificate.file());
    HttpConnection connection(peer.where(), tls ? &context : nullptr, "127.0.0.1");
    ASSERT_EQ(connect(connection).error, 0) << connection.words();
    EXPECT_TRUE(connection.connected());
    HttpConnection::Done done = connection.send("head ", bytes_of("body"));
    EXPECT_EQ(done.bytes, tls ? 5u : 9u);
    if (tls) {
      EXPECT_EQ(connection.send("", bytes_of("body")).bytes, 4u);
    }
    std::string found;
    while (found.size() < 9 && done.error == 0) found += receive(connection, done);
    EXPECT_EQ(found, "head body");
    EXPECT_FALSE(connection.stale());
  }
}

TEST(HttpConnectionTest, WhereNobodyListensItIsRefused) {
  HostAddress where;
  {
    const Peer peer(nullptr, echo);
    where = peer.where();
  }
  HttpConnection connection(where, nullptr, "127.0.0.1");
  EXPECT_EQ(connect(connection).error, ECONNREFUSED);
  EXPECT_FALSE(connection.connected());
}

// Also without TLS's own goodbye, as most servers do.
TEST(HttpConnectionTest, APeerThatClosesIsSeenAsClosed) {
  const TestCertificate certificate;
  const TlsContext context(certificate.file());
  for (const bool tls : {false, true}) {
    const Peer peer(tls ? &certificate : nullptr, [](TestWire& wire) { wire.send("x", 1); });
    HttpConnection connection(peer.where(), tls ? &context : nullptr, "127.0.0.1");
    ASSERT_EQ(connect(connection).error, 0);
    HttpConnection::Done done;
    EXPECT_EQ(receive(connection, done), "x");
    EXPECT_EQ(receive(connection, done), "");
    EXPECT_EQ(done.error, 0);
    EXPECT_TRUE(connection.stale());
  }
}

// By a signal the program would end.
TEST(HttpConnectionTest, AConnectionThatIsResetIsAnErrno) {
  const TestCertificate certificate;
  const TlsContext context(certificate.file());
  for (const bool tls : {false, true}) {
    const Peer peer(tls ? &certificate : nullptr, [](TestWire& wire) {
      wire.send("x", 1);
      wire.reset();
    });
    HttpConnection connection(peer.where(), tls ? &context : nullptr, "127.0.0.1");
    ASSERT_EQ(connect(connection).error, 0);
    HttpConnection::Done done;
    while (done.error == 0) receive(connection, done);
    EXPECT_EQ(done.error, ECONNRESET);
    EXPECT_EQ(connection.send("too late").error, ECONNRESET);
  }
}

TEST(HttpConnectionTest, ACertificateIsVerifiedAndForThatHost) {
  const TestCertificate certificate, another;
  const Peer peer(&certificate, echo);
  const TlsContext right(certificate.file()), wrong(another.file());
  // Its error and what it says of it.
  const auto met = [&](const TlsContext& trusted, const char* host) {
    HttpConnection connection(peer.where(), &trusted, host);
    const int error = connect(connection).error;
    return std::pair(error, connection.words());
  };
  EXPECT_THAT(met(right, "localhost"), Pair(0, ""));
  EXPECT_THAT(met(wrong, "127.0.0.1"), Pair(EPROTO, HasSubstr("a certificate that does not verify")));
  EXPECT_THAT(met(right, "example.org"), Pair(EPROTO, HasSubstr("hostname mismatch")));
}

TEST(HttpConnectionTest, WhatSpeaksNoTlsIsNamed) {
  const TestCertificate certificate;
  const TlsContext context(certificate.file());
  const Peer peer(nullptr, [](TestWire& wire) { wire.send("HTTP/1.1 400 Bad Request\r\n\r\n", 28); });
  HttpConnection connection(peer.where(), &context, "127.0.0.1");
  EXPECT_EQ(connect(connection).error, EPROTO);
  EXPECT_THAT(connection.words(), HasSubstr("no TLS that can be spoken"));
}

TEST(HttpConnectionTest, SessionsAreResumed) {
  const TestCertificate certificate;
  const TlsContext context(certificate.file());
  const Peer peer(&certificate, echo);
  for (int i = 0; i < 3; ++i) {
    HttpConnection connection(peer.where(), &context, "127.0.0.1");
    ASSERT_EQ(connect(connection).error, 0);
    connection.send("x");
    HttpConnection::Done done;
    EXPECT_EQ(receive(connection, done), "x");
  }
  EXPECT_EQ(SSL_CTX_sess_hits(certificate.context()), 2);
}

TEST(HttpConnectionTest, WhoCannotBeTrustedIsAUserError) {
  EXPECT_THROW(TlsContext("no/such/file.pem"), UserError);
}

TEST(HttpConnectionTest, AHostIsResolvedToItsAddresses) {
  const auto found = resolve_host("127.0.0.1", 4711);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(ntohs(reinterpret_cast<const sockaddr_in&>(found->front().address).sin_port), 4711);
  EXPECT_FALSE(resolve_host("no..host", 80).has_value());
}

}  // namespace
}  // namespace aforo
