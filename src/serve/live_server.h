// A run in progress, shown to browsers on this machine while it goes: a server beside the run.
//
// Owned by one thread, which runs; the server has threads of its own, which have ended when it is destroyed.
#pragma once

#include <functional>
#include <future>
#include <stop_token>
#include <string>

#include "answer/answer.h"
#include "serve/broadcast.h"

namespace aforo {

class LiveServer {
 public:
  // Listens when it is made: on any free port, with the Records of the current directory beside the run. `started` is now, as
  // Records say it. Throws UserError where no server can be had.
  explicit LiveServer(std::function<std::string()> started);
  ~LiveServer();
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;

  // That opens it, once.
  const std::string& address() const { return address_; }

  // What browsers are told of it. Valid as long as the server.
  ProgressSink sink();

  // Shows the answer, and waits until every browser that looks has it, for two seconds at most.
  void finish(const Json& record);

 private:
  Broadcast broadcast_;
  std::string address_;
  std::stop_source stop_;
  std::future<void> served_;
};

}  // namespace aforo
