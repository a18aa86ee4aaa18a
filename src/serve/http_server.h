// Requests from browsers on this machine to handlers, and their answers back: the one place that knows the HTTP library.
//
// Listens on 127.0.0.1 and nowhere else. Whatever the other side does, a connection costs a thread and some kilobytes: heads
// and bodies are bounded (request_head.h), come and are taken in time (connection.h), and so many connections are open at
// once. A connection that waits costs no processor time. Every answer has the headers that keep a page to itself: a
// Content-Security-Policy without exceptions; no sniffing, framing, referrer or store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "base/units.h"
#include "serve/exchange.h"

namespace aforo {

class HttpServer {
 public:
  // Must not throw. Called from many threads.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  // Open at once; one more is told so and closed. Chosen: ten browsers, which open six each, and some more.
  static constexpr std::size_t kMostConnections = 96;
  // After which a stream that has nothing to say shows that it is alive.
  static constexpr Seconds kAliveTime{5};

  // Binds; `port` 0 is any that is free, absent is `usual`, or any where that is taken. Throws UserError for a port that
  // cannot be had.
  HttpServer(std::optional<int> port, int usual);
  ~HttpServer();

  int port() const;

  // Until `stop`; all connections are closed and all threads have ended when it returns. Once.
  void serve(const Handler& handler, const std::stop_token& stop);

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace aforo
