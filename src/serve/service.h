// What the server answers, without a socket: every path of the page and of its JSON (openapi.yaml).
//
// Safe for any number of threads.
#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "serve/broadcast.h"
#include "serve/exchange.h"
#include "serve/record_files.h"
#include "serve/work.h"

namespace aforo {

struct ServiceOptions {
  // Of Records and storage files.
  std::string directory = ".";
  // Now, as Records say it: ISO 8601 UTC. May be called from any thread.
  std::function<std::string()> started = {};
  // Of a run in progress; null: there is none. Outlives the service.
  Broadcast* live = nullptr;
};

class Service {
 public:
  // Opens the directory. Throws UserError where there is none.
  explicit Service(ServiceOptions options);

  // Of a request that the gate let pass. Never throws, and never waits but for a file or the closed forms of what is shipped:
  // what takes long is answered by events.
  HttpResponse answer(const HttpRequest& request);

  // Ends all work and waits for it.
  void stop() { work_.stop(); }

 private:
  // One path, or all that begin with it where it ends in '/'.
  struct Route {
    std::string_view method, path;
    HttpResponse (Service::*answer)(const HttpRequest& request);
  };
  static std::span<const Route> routes();

  HttpResponse page(const HttpRequest& request);
  HttpResponse asset(const HttpRequest& request);
  HttpResponse openapi(const HttpRequest& request);
  HttpResponse presets(const HttpRequest& request);
  HttpResponse preset(const HttpRequest& request);
  HttpResponse size(const HttpRequest& request);
  HttpResponse predict(const HttpRequest& request);
  HttpResponse records(const HttpRequest& request);
  HttpResponse record(const HttpRequest& request);
  HttpResponse compare(const HttpRequest& request);
  HttpResponse report(const HttpRequest& request);
  HttpResponse live(const HttpRequest& request);
  HttpResponse state(const HttpRequest& request);

  ServiceOptions options_;
  RecordFiles files_;
  Work work_;
  std::mutex offers_mutex_;
  // Of /api/presets, made once.
  std::string offers_;
};

}  // namespace aforo
