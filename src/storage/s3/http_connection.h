// HttpConnection: one TCP connection to one host, TLS where asked, never blocking: bytes in, bytes out, and what to wait for.
// What is said over it (HTTP) is the caller's affair. One thread's.
#pragma once

#include <netinet/in.h>
#include <openssl/types.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

struct ssl_session_st;  // OpenSSL's SSL_SESSION

namespace aforo {

// Where a host is: its addresses, asked for once (getaddrinfo, blocking), all of them tried in turn by who connects.
struct HostAddress {
  sockaddr_storage address{};
  socklen_t length = 0;
};
// "127.0.0.1", "2001:db8::1".
std::string to_text(const HostAddress& address);
// Or the resolver's words.
tl::expected<std::vector<HostAddress>, std::string> resolve_host(const std::string& host, std::uint16_t port);

// One context for all connections to a store: TLS 1.2 and later, the certificate and the host's name verified, sessions
// resumed (the last one that the server gave). Thread-safe. Throws UserError where `ca_file` cannot be read.
class TlsContext {
 public:
  explicit TlsContext(const std::string& ca_file);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  SSL_CTX* raw() const { return context_; }
  // Lets a connection that has not begun resume a session, where there is one.
  void resume(SSL* connection) const;

 private:
  static int keep_session(SSL* connection, ssl_session_st* session);

  SSL_CTX* context_ = nullptr;
  mutable std::mutex mutex_;
  ssl_session_st* session_ = nullptr;
};

class HttpConnection {
 public:
  // To be waited for before the same call is made again.
  enum class Want : std::uint8_t { kNothing, kRead, kWrite };

  // What a call came to. error: an errno (ECONNREFUSED, ECONNRESET, EPROTO: TLS, with `words`); 0 and bytes 0 and want
  // kNothing, of `receive`: the peer has closed.
  struct Done {
    std::size_t bytes = 0;
    Want want = Want::kNothing;
    int error = 0;
  };

  // tls: null = plain. `host`: for SNI and verification. Begins to connect, at once; TCP_NODELAY.
  HttpConnection(const HostAddress& address, const TlsContext* tls, const std::string& host);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  int descriptor() const { return socket_; }
  // Until it says kNothing and no error: then connected, TLS included.
  Done connect();
  bool connected() const { return connected_; }
  // Of `head` and then `body`, as much as goes; without TLS in one system call. No SIGPIPE.
  Done send(std::string_view head, std::span<const std::byte> body = {});
  Done receive(std::span<std::byte> into);
  // The peer's end, or bytes that nobody asked for, have come while it was idle: not to be used again. A recv that peeks.
  bool stale() const;
  // OpenSSL's reason, for a sentence; empty else.
  const std::string& words() const { return words_; }

 private:
  Done tls_answer(int result);
  int socket_ = -1;
  SSL* ssl_ = nullptr;
  bool reached_ = false, connected_ = false;  // by TCP; TLS included
  int failed_ = 0;                            // of making the socket
  std::string words_;
};

}  // namespace aforo
