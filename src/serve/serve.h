// `aforo serve`: sizing, predictions and Records in a browser on this machine.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "answer/row.h"
#include "serve/broadcast.h"

namespace aforo {

// What is served.
struct ServeAsk : Ask {
  // Of Records and storage files.
  Setting<std::string> directory = std::string(".");
  // Of 127.0.0.1; 0 = any that is free. Not given = the usual one, or any where that is taken.
  Setting<std::uint64_t> port = 0;

  const AskTable& table() const override;
};

// What a server needs of the program around it.
struct ServeHooks {
  std::stop_token stop = {};
  // Now, as Records say it. From any thread.
  std::function<std::string()> started = {};
  // Called once, when it listens, with the address that opens it.
  std::function<void(const std::string& address)> listening = {};
  // Of a run in progress; null: none. Outlives the call.
  Broadcast* live = nullptr;
};

// Serves until a stop is requested; all work and all threads have ended then. Throws UserError before anything is
// served: no directory, a port in use.
void serve(const ServeAsk& ask, const ServeHooks& hooks);

}  // namespace aforo
