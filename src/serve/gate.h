// Who may ask: the one browser that was given the address, and no page of another site that this browser has open.
//
// The printed address has a token that is good once: whoever opens it first gets a session's cookie for it, which
// scripts cannot read and other sites cannot send. Everything else needs that cookie. Any page that a browser has open
// can send it to 127.0.0.1, under a name of its own choice: so Host and Origin are looked at before anything else.
//
// Safe for any number of threads. Pure but for the token, which is spent.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "serve/exchange.h"

namespace aforo {

class Gate {
 public:
  // Of the server on that port of 127.0.0.1.
  Gate(int port, std::string token, std::string session);

  // What is answered instead of what was asked for: a refusal, or the way to the page in exchange for the token.
  // Absent: it may be answered.
  std::optional<HttpResponse> check(const HttpRequest& request);

  // "http://127.0.0.1:8080/?token=..."
  std::string address() const;

 private:
  std::optional<std::string> foreign(const HttpRequest& request) const;
  bool has_session(const HttpRequest& request) const;
  HttpResponse exchange(const std::string& token, bool has_session);

  int port_;
  std::string token_, session_;
  std::atomic<bool> spent_{false};
};

}  // namespace aforo
