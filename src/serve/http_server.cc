#include "serve/http_server.h"

#include <fmt/format.h>

#include <httplib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "serve/connection.h"
#include "serve/request_head.h"
#include "serve/threads.h"

namespace aforo {
namespace {

const std::array<std::pair<const char*, const char*>, 7> kEveryAnswer = {
    {{"Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action "
      "'none'; frame-ancestors 'none'; base-uri 'none'"},
     {"X-Content-Type-Options", "nosniff"},
     {"X-Frame-Options", "DENY"},
     {"Referrer-Policy", "no-referrer"},
     {"Cache-Control", "no-store"},
     {"Cross-Origin-Opener-Policy", "same-origin"},
     {"Cross-Origin-Resource-Policy", "same-origin"}}};

// Of routes that take a body. The library looks for them by a pattern that calls itself for every letter.
constexpr std::size_t kLongestPostPath = 64;

// Without the library, for what it is not to see.
std::string bare_response(int status, const std::string& sentence) {
  const HttpResponse response = refusal(status, sentence);
  std::string out =
      fmt::format("HTTP/1.1 {} Refused\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n",
                  response.status, response.type, response.body.size());
  for (const auto& [name, value] : kEveryAnswer) out += fmt::format("{}: {}\r\n", name, value);
  return out + "\r\n" + response.body;
}

// A connection as the library reads and writes it: a head that was judged, then the body.
class LibraryStream final : public httplib::Stream {
 public:
  LibraryStream(Connection& connection, std::string head)
      : connection_(&connection), head_(std::move(head)) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return connection_->takes(); }
  ssize_t read(char* to, std::size_t size) override {
    if (read_ == head_.size()) return connection_->read_body(to, size);
    const std::size_t n = std::min(size, head_.size() - read_);
    head_.copy(to, n, read_);
    read_ += n;
    return static_cast<ssize_t>(n);
  }
  ssize_t write(const char* from, std::size_t size) override { return connection_->write(from, size); }
  void get_remote_ip_and_port(std::string& ip, int& port) const override { ip = "127.0.0.1", port = 0; }
  void get_local_ip_and_port(std::string& ip, int& port) const override { ip = "127.0.0.1", port = 0; }
  // The library waits for nothing itself; it only asks whether the number is a small one.
  socket_t socket() const override { return 0; }

 private:
  Connection* connection_;
  std::string head_;
  std::size_t read_ = 0;
};

// Wakes the thread of a connection when its stream has something to say.
class StreamEvents {
 public:
  explicit StreamEvents(std::shared_ptr<EventStream> events)
      : events_(std::move(events)), fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    events_->on_change([fd = fd_] {
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(fd, &one, sizeof one);
    });
  }
  ~StreamEvents() {
    events_->on_change({});
    events_->abandon();
    ::close(fd_);
  }
  StreamEvents(const StreamEvents&) = delete;
  StreamEvents& operator=(const StreamEvents&) = delete;

  // Sends what there is, or waits for it. False: nobody is there to take it.
  bool go_on(const Connection& connection, httplib::DataSink& sink) {
    std::uint64_t seen = 0;
    [[maybe_unused]] const auto got = ::read(fd_, &seen, sizeof seen);
    const std::string text = events_->take();
    if (!text.empty()) return sink.write(text.data(), text.size());
    if (events_->done()) {
      sink.done();
      return true;
    }
    constexpr std::string_view kAlive = ": still there\n\n";
    switch (connection.wait_for(fd_, HttpServer::kAliveTime)) {
      case Connection::Woken::kEvent:
        return true;
      case Connection::Woken::kNothing:
        return sink.write(kAlive.data(), kAlive.size());
      case Connection::Woken::kGone:
        break;
    }
    return false;
  }

 private:
  std::shared_ptr<EventStream> events_;
  int fd_;
};

std::optional<std::string> header_of(const httplib::Request& request, const char* name) {
  if (!request.has_header(name)) return std::nullopt;
  return request.get_header_value(name);
}

HttpRequest request_of(const httplib::Request& from) {
  HttpRequest out;
  out.method = from.method;
  out.path = from.path;
  out.query.assign(from.params.begin(), from.params.end());
  out.body = from.body;
  out.host = header_of(from, "Host");
  out.origin = header_of(from, "Origin");
  out.fetch_site = header_of(from, "Sec-Fetch-Site");
  out.cookie = header_of(from, "Cookie");
  return out;
}

// Of the thread that works for a connection.
struct Served {
  Connection* connection = nullptr;
  // After this request.
  bool ends = false;
};
thread_local Served served;
// The thread that accepts is telling a connection that there are too many.
thread_local bool too_many = false;

// A thread for each connection.
class ConnectionThreads final : public httplib::TaskQueue {
 public:
  void enqueue(std::function<void()> work) override {
    try {
      if (threads_.running() < HttpServer::kMostConnections) return threads_.start(work);
    } catch (const std::system_error&) {  // no further thread
    }
    too_many = true;
    work();
    too_many = false;
  }
  void shutdown() override { threads_.join(); }

 private:
  Threads threads_;
};

}  // namespace

class HttpServer::Listener final : public httplib::Server {
 public:
  Listener();
  void bind(std::optional<int> port, int usual);
  void serve(const HttpServer::Handler& handler, const std::stop_token& stop);
  int port() const { return port_; }

 private:
  bool try_port(int port);
  void answer(const httplib::Request& request, httplib::Response& response) const;
  bool process_and_close_socket(socket_t socket) override;
  void serve_connection(int socket);
  void end();

  int port_ = 0;
  const HttpServer::Handler* handler_ = nullptr;
  std::mutex mutex_;
  // Sockets of open connections.
  std::set<int> open_;
  bool ending_ = false;
};

HttpServer::Listener::Listener() {
  new_task_queue = [] { return new ConnectionThreads(); };
  httplib::Headers headers;
  for (const auto& [name, value] : kEveryAnswer) headers.emplace(name, value);
  set_default_headers(headers);
  // Without SO_REUSEPORT, by which two servers would share a port.
  set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  set_tcp_nodelay(true);
  set_payload_max_length(kLongestBody);
  set_keep_alive_timeout(static_cast<time_t>(Connection::kIdleTime.value));
  set_keep_alive_max_count(10'000);
  // The library reads a body only for a handler that it found by its pattern.
  set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    if (request.method == "POST" && request.path.size() <= kLongestPostPath)
      return HandlerResponse::Unhandled;
    answer(request, response);
    return HandlerResponse::Handled;
  });
  Post("[\\s\\S]*",
       [this](const httplib::Request& request, httplib::Response& response) { answer(request, response); });
  const HandlerWithResponse unanswered = [](const httplib::Request&, httplib::Response& response) {
    if (!response.body.empty()) return HandlerResponse::Unhandled;
    served.ends = true;
    const HttpResponse refused =
        refusal(response.status, "expected a whole request of HTTP/1.1 in time, found less");
    response.set_content(refused.body, refused.type);
    return HandlerResponse::Handled;
  };
  set_error_handler(unanswered);
}

bool HttpServer::Listener::try_port(int port) {
  errno = 0;
  if (port == 0)
    port_ = bind_to_any_port("127.0.0.1");
  else
    port_ = bind_to_port("127.0.0.1", port) ? port : 0;
  return port_ > 0;
}

void HttpServer::Listener::bind(std::optional<int> port, int usual) {
  if (!try_port(port.value_or(usual)) && (port || !try_port(0))) {
    const int error = errno;
    throw UserError(fmt::format(
        "--port: expected a port that is free, found {} {}; give another, or 0 for any", port.value_or(usual),
        error == 0 || error == EADDRINUSE ? std::string("in use") : "refused: " + describe_errno(error)));
  }
  // The library's own queue of five turns browsers away that connect at once.
  ::listen(svr_sock_, static_cast<int>(kMostConnections));
}

void HttpServer::Listener::answer(const httplib::Request& request, httplib::Response& response) const {
  HttpResponse found = (*handler_)(request_of(request));
  response.status = found.status;
  for (auto& [name, value] : found.headers) response.set_header(name, value);
  // Whoever is refused may have sent more than was read.
  if (found.status >= 400) {
    served.ends = true;
    response.set_header("Connection", "close");
  }
  if (!found.events) {
    response.set_header("Content-Type", found.type);
    response.body = std::move(found.body);
    return;
  }
  auto events = std::make_shared<StreamEvents>(std::move(found.events));
  const Connection* connection = served.connection;
  response.set_chunked_content_provider(found.type,
                                        [events, connection](std::size_t, httplib::DataSink& sink) {
                                          return events->go_on(*connection, sink);
                                        });
}

bool HttpServer::Listener::process_and_close_socket(socket_t socket) {
  if (too_many) {
    const std::string text = bare_response(
        503, "expected fewer connections at once, found too many; close some pages and ask again");
    [[maybe_unused]] const auto sent = ::send(socket, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    open_.insert(socket);
    if (ending_) ::shutdown(socket, SHUT_RDWR);
  }
  serve_connection(socket);
  const std::lock_guard lock(mutex_);
  open_.erase(socket);
  ::close(socket);
  return true;
}

void HttpServer::Listener::serve_connection(int socket) {
  Connection connection(socket);
  served = {&connection, false};
  std::string head;
  while (!served.ends && connection.next_request(head, bare_response)) {
    LibraryStream stream(connection, std::move(head));
    bool closes = false;
    const bool done = process_request(stream, false, closes, {});
    if (!done || closes || !connection.body_was_read()) break;
  }
  connection.farewell();
  served = {};
}

void HttpServer::Listener::end() {
  const int listening = svr_sock_.exchange(INVALID_SOCKET);
  if (listening != INVALID_SOCKET) {
    ::shutdown(listening, SHUT_RDWR);
    ::close(listening);
  }
  const std::lock_guard lock(mutex_);
  ending_ = true;
  for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
}

void HttpServer::Listener::serve(const HttpServer::Handler& handler, const std::stop_token& stop) {
  handler_ = &handler;
  const std::stop_callback ends(stop, [this] { end(); });
  listen_after_bind();
}

HttpServer::HttpServer(std::optional<int> port, int usual) : listener_(std::make_unique<Listener>()) {
  listener_->bind(port, usual);
}

HttpServer::~HttpServer() = default;

int HttpServer::port() const { return listener_->port(); }

void HttpServer::serve(const Handler& handler, const std::stop_token& stop) {
  listener_->serve(handler, stop);
}

}  // namespace aforo
