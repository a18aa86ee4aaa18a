#include "storage/s3/null_s3_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

#include "base/error.h"

namespace aforo {
namespace {

constexpr std::size_t kPieceOfContent = 1 << 20;  // a body is sent from it again and again
constexpr std::size_t kPieceRead = 256 << 10;

std::uint64_t number_at(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// What follows `name` (in lower case) in a head, whatever the case there.
std::string_view value_of(std::string_view head, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const auto at = std::search(head.begin(), head.end(), name.begin(), name.end(),
                              [&](char a, char b) { return lower(a) == b; });
  return at == head.end() ? std::string_view()
                          : head.substr(static_cast<std::size_t>(at - head.begin()) + name.size());
}

class Peer {
 public:
  Peer(int socket, std::size_t size) : socket_(socket), size_(size) {}
  ~Peer() { ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // What can be done without waiting; false: the connection has ended.
  bool go_on(const std::vector<char>& content, std::vector<char>& piece) {
    if (!send_some(content)) return false;
    while (!answering()) {
      const ssize_t got = ::recv(socket_, piece.data(), piece.size(), 0);
      if (got == 0) return false;
      if (got < 0) return errno == EAGAIN || errno == EINTR;
      in_.append(piece.data(), static_cast<std::size_t>(got));
      if (!take_requests(content)) return false;
    }
    return true;
  }

 private:
  bool answering() const { return head_sent_ < head_.size() || sent_ < body_; }

  bool take_requests(const std::vector<char>& content) {
    while (!answering()) {
      const std::size_t passed = std::min<std::uint64_t>(skip_, in_.size());
      in_.erase(0, passed);
      skip_ -= passed;
      const std::size_t end = skip_ > 0 ? in_.npos : in_.find("\r\n\r\n");
      if (end == in_.npos) return true;
      const std::string_view head = std::string_view(in_).substr(0, end + 4);
      skip_ = number_at(value_of(head, "\r\ncontent-length: "));
      begin_answer(head);
      in_.erase(0, end + 4);
      if (!send_some(content)) return false;
    }
    return true;
  }

  void begin_answer(std::string_view head) {
    std::uint64_t first = 0, last = size_ == 0 ? 0 : size_ - 1;
    const std::string_view range = value_of(head, "\r\nrange: bytes=");
    if (!range.empty()) {
      first = number_at(range);
      last = number_at(range.substr(std::min(range.find('-'), range.size() - 1) + 1));
    }
    const std::uint64_t length = size_ == 0 && range.empty() ? 0 : last - first + 1;
    head_ = range.empty()
                ? fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: \"0\"\r\n\r\n", length)
                : fmt::format(
                      "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes "
                      "{}-{}/{}\r\nETag: \"0\"\r\n\r\n",
                      length, first, last, last + 1);
    body_ = head.starts_with("GET") ? length : 0;
    if (!head.starts_with("GET") && !head.starts_with("HEAD"))
      head_ = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: \"0\"\r\n\r\n";
    head_sent_ = sent_ = 0;
  }

  // False: the connection has ended.
  bool send_some(const std::vector<char>& content) {
    while (answering()) {
      iovec parts[2] = {
          {head_.data() + head_sent_, head_.size() - head_sent_},
          {const_cast<char*>(content.data()), std::min<std::uint64_t>(content.size(), body_ - sent_)}};
      msghdr message{};
      message.msg_iov = parts;
      message.msg_iovlen = 2;
      const ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN || errno == EINTR;
      const std::size_t of_head = std::min(static_cast<std::size_t>(sent), head_.size() - head_sent_);
      head_sent_ += of_head;
      sent_ += static_cast<std::size_t>(sent) - of_head;
    }
    return true;
  }

  int socket_;
  std::size_t size_;
  std::string in_, head_;
  std::uint64_t skip_ = 0;  // of a body that comes
  std::size_t head_sent_ = 0;
  std::uint64_t body_ = 0, sent_ = 0;  // of the answer that goes out
};

}  // namespace

NullS3Server::NullS3Server(std::size_t size, std::uint16_t port) : size_(size) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  farewell_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* at = reinterpret_cast<sockaddr*>(&address);
  int error = 0;
  if (listener_ < 0 || farewell_ < 0 ||
      ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(listener_, at, sizeof address) != 0 || ::listen(listener_, 1024) != 0 ||
      ::getsockname(listener_, at, &length) != 0) {
    error = errno;
  } else {
    port_ = ntohs(address.sin_port);
    try {
      thread_ = std::thread([this] { serve(); });
      return;
    } catch (const std::system_error& refused) {
      error = refused.code().value();
    }
  }
  ::close(listener_);
  ::close(farewell_);
  throw UserError(fmt::format("expected a port of 127.0.0.1 to listen at, found {}", describe_errno(error)));
}

NullS3Server::~NullS3Server() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(farewell_, &one, sizeof one));
  thread_.join();
  ::close(listener_);
  ::close(farewell_);
}

void NullS3Server::serve() const {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  const std::vector<char> content(kPieceOfContent, 'x');
  std::vector<char> piece(kPieceRead);
  std::map<int, Peer> peers;
  const auto watch = [&](int descriptor, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
  };
  watch(listener_, EPOLLIN);
  watch(farewell_, EPOLLIN);
  for (bool ended = false; !ended;) {
    epoll_event events[64];
    const int count = ::epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[i].data.fd;
      if (descriptor == farewell_) {
        ended = true;
      } else if (descriptor == listener_) {
        for (int made = 0;
             (made = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
          const int on = 1;
          ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
          peers.emplace(std::piecewise_construct, std::forward_as_tuple(made),
                        std::forward_as_tuple(made, size_));
          watch(made, EPOLLIN | EPOLLOUT | EPOLLET);
        }
      } else if (const auto peer = peers.find(descriptor);
                 peer != peers.end() && !peer->second.go_on(content, piece)) {
        peers.erase(peer);
      }
    }
  }
  ::close(epoll);
}

}  // namespace aforo
