#include "storage/s3/http_connection.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace aforo {
namespace {

std::string openssl_words() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return describe_errno(static_cast<int>(ERR_GET_REASON(code)));
  const char* const reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "an error that it does not name";
}

HttpConnection::Done waits(HttpConnection::Want want) { return {0, want, 0}; }
HttpConnection::Done failed(int error) { return {0, HttpConnection::Want::kNothing, error}; }

// Of send and recv.
HttpConnection::Done plain_answer(ssize_t moved, HttpConnection::Want want) {
  if (moved >= 0) return {static_cast<std::size_t>(moved), HttpConnection::Want::kNothing, 0};
  return errno == EAGAIN || errno == EINTR ? waits(want) : failed(errno == EPIPE ? ECONNRESET : errno);
}

// OpenSSL's own socket raises SIGPIPE where the peer has gone.
int send_quietly(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  int socket = -1;
  BIO_get_fd(bio, &socket);
  const ssize_t sent = ::send(socket, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

const BIO_METHOD* quiet_socket() {
  static const BIO_METHOD* const method = [] {
    const BIO_METHOD* const usual = BIO_s_socket();
    BIO_METHOD* const made = BIO_meth_new(BIO_TYPE_SOCKET, "socket");
    BIO_meth_set_write(made, &send_quietly);
    BIO_meth_set_read(made, BIO_meth_get_read(usual));
    BIO_meth_set_puts(made, BIO_meth_get_puts(usual));
    BIO_meth_set_ctrl(made, BIO_meth_get_ctrl(usual));
    BIO_meth_set_create(made, BIO_meth_get_create(usual));
    BIO_meth_set_destroy(made, BIO_meth_get_destroy(usual));
    return made;
  }();
  return method;
}

}  // namespace

std::string to_text(const HostAddress& address) {
  char text[NI_MAXHOST] = "";
  const auto* at = reinterpret_cast<const sockaddr*>(&address.address);
  if (::getnameinfo(at, address.length, text, sizeof text, nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return text;
}

tl::expected<std::vector<HostAddress>, std::string> resolve_host(const std::string& host,
                                                                 std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list); error != 0)
    return tl::unexpected(std::string(::gai_strerror(error)));
  std::vector<HostAddress> out;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    HostAddress& one = out.emplace_back();
    std::memcpy(&one.address, at->ai_addr, at->ai_addrlen);
    one.length = at->ai_addrlen;
  }
  ::freeaddrinfo(list);
  if (out.empty()) return tl::unexpected(std::string("no address"));
  return out;
}

TlsContext::TlsContext(const std::string& ca_file) : context_(SSL_CTX_new(TLS_client_method())) {
  if (context_ == nullptr)
    throw UserError("expected TLS, found that OpenSSL gives none (" + openssl_words() + ")");
  SSL_CTX_set_min_proto_version(context_, TLS1_2_VERSION);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  // A write that is tried again may come from another place of the same bytes, and may be done in part.
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS);
  // Many servers close without saying so first; where a body ends is known from its head.
  SSL_CTX_set_options(context_, SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  SSL_CTX_set_app_data(context_, this);
  SSL_CTX_sess_set_new_cb(context_, &TlsContext::keep_session);
  const bool known = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context_) == 1
                                     : SSL_CTX_load_verify_locations(context_, ca_file.c_str(), nullptr) == 1;
  if (known) return;
  const std::string why = openssl_words();
  SSL_CTX_free(context_);
  throw UserError(fmt::format(
      "expected certificates to trust in '{}', found {}; name another file (AWS_CA_BUNDLE)", ca_file, why));
}

TlsContext::~TlsContext() {
  SSL_SESSION_free(session_);
  SSL_CTX_free(context_);
}

// 1: the session is ours now.
int TlsContext::keep_session(SSL* connection, SSL_SESSION* session) {
  auto* const self = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
  const std::lock_guard lock(self->mutex_);
  SSL_SESSION_free(std::exchange(self->session_, session));
  return 1;
}

void TlsContext::resume(SSL* connection) const {
  const std::lock_guard lock(mutex_);
  if (session_ != nullptr) SSL_set_session(connection, session_);
}

HttpConnection::HttpConnection(const HostAddress& address, const TlsContext* tls, const std::string& host) {
  socket_ = ::socket(address.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) {
    failed_ = errno;
    return;
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address.address), address.length) != 0 &&
      errno != EINPROGRESS)
    failed_ = errno;
  if (tls == nullptr || failed_ != 0) return;
  ssl_ = SSL_new(tls->raw());
  if (ssl_ == nullptr) {
    failed_ = ENOMEM;
    return;
  }
  BIO* const bio = BIO_new(quiet_socket());
  if (bio == nullptr) {
    failed_ = ENOMEM;
    return;
  }
  BIO_set_fd(bio, socket_, BIO_NOCLOSE);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_connect_state(ssl_);
  tls->resume(ssl_);
  in6_addr any{};
  const bool is_address =
      ::inet_pton(AF_INET, host.c_str(), &any) == 1 || ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
  if (is_address) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_, host.c_str());
    SSL_set1_host(ssl_, host.c_str());
  }
}

HttpConnection::~HttpConnection() {
  // Else OpenSSL takes it for broken off, and resumes its session no more.
  if (connected_ && ssl_ != nullptr) SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
  if (socket_ >= 0) ::close(socket_);
}

HttpConnection::Done HttpConnection::tls_answer(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return waits(Want::kRead);
    case SSL_ERROR_WANT_WRITE:
      return waits(Want::kWrite);
    case SSL_ERROR_ZERO_RETURN:
      return {};
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      return failed(errno != 0 && errno != EPIPE ? errno : ECONNRESET);
    default:
      break;
  }
  if (const long verified = SSL_get_verify_result(ssl_); verified != X509_V_OK) {
    ERR_clear_error();
    words_ = fmt::format("a certificate that does not verify ({})", X509_verify_cert_error_string(verified));
  } else {
    words_ = fmt::format("no TLS that can be spoken ({})", openssl_words());
  }
  return failed(EPROTO);
}

HttpConnection::Done HttpConnection::connect() {
  if (failed_ != 0) return failed(failed_);
  if (connected_) return {};
  if (!reached_) {
    int error = 0;
    socklen_t size = sizeof error;
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return failed(errno);
    if (error != 0) return failed(error);
    if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&peer), &length) != 0)
      return errno == ENOTCONN ? waits(Want::kWrite) : failed(errno);
    reached_ = true;
  }
  if (ssl_ != nullptr) {
    errno = 0;
    if (const int result = SSL_do_handshake(ssl_); result != 1) {
      const Done done = tls_answer(result);
      return done.error == 0 && done.want == Want::kNothing ? failed(ECONNRESET) : done;
    }
  }
  connected_ = true;
  return {};
}

HttpConnection::Done HttpConnection::send(std::string_view head, std::span<const std::byte> body) {
  if (ssl_ == nullptr) {
    if (body.empty())
      return plain_answer(::send(socket_, head.data(), head.size(), MSG_NOSIGNAL), Want::kWrite);
    iovec parts[2] = {{const_cast<char*>(head.data()), head.size()},
                      {const_cast<std::byte*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    return plain_answer(::sendmsg(socket_, &message, MSG_NOSIGNAL), Want::kWrite);
  }
  const auto bytes = head.empty() ? body : std::as_bytes(std::span(head));
  errno = 0;
  std::size_t moved = 0;
  const int result = SSL_write_ex(ssl_, bytes.data(), bytes.size(), &moved);
  return result == 1 ? Done{moved, Want::kNothing, 0} : tls_answer(result);
}

HttpConnection::Done HttpConnection::receive(std::span<std::byte> into) {
  if (ssl_ == nullptr) return plain_answer(::recv(socket_, into.data(), into.size(), 0), Want::kRead);
  errno = 0;
  std::size_t moved = 0;
  const int result = SSL_read_ex(ssl_, into.data(), into.size(), &moved);
  return result == 1 ? Done{moved, Want::kNothing, 0} : tls_answer(result);
}

bool HttpConnection::stale() const {
  if (ssl_ != nullptr && SSL_pending(ssl_) > 0) return true;
  char one = 0;
  const ssize_t there = ::recv(socket_, &one, 1, MSG_PEEK | MSG_DONTWAIT);
  // Under TLS 1.3 a server sends tickets whenever it likes: bytes are no sign there.
  return there == 0 || (there > 0 && ssl_ == nullptr) || (there < 0 && errno != EAGAIN);
}

}  // namespace aforo
