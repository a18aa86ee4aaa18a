#include "serve/serve.h"

#include <optional>

#include "answer/make_row.h"
#include "serve/gate.h"
#include "serve/http_server.h"
#include "serve/secret.h"
#include "serve/service.h"

namespace aforo {
namespace {

using namespace rows;
using enum ValueKind;

// Chosen: of those that nobody has registered.
constexpr int kUsualPort = 8137;

// A text and no dataset's directory: nothing is read of it but files that a person put there.
constexpr Row kServeRows[] = {
    word<&ServeAsk::directory>("directory", "DIR", kText,
                               "the directory of Records (*.json) and storage files (*.yaml)"),
    row<&ServeAsk::port>(
        {"port", 0, kCount, "N", "",
         "listen on this port of 127.0.0.1; 0 is any that is free. Without it 8137, or any where that is "
         "taken",
         kServingGroup})
        .at_most(65535),
};
constexpr AskTable kServeTable{"serve", "[DIR] [options]", kServeRows};

}  // namespace

const AskTable& ServeAsk::table() const { return kServeTable; }

void serve(const ServeAsk& ask, const ServeHooks& hooks) {
  refuse_contradictions(ask);
  Service service({*ask.directory, hooks.started, hooks.live});
  HttpServer server(ask.port.given() ? std::optional<int>(static_cast<int>(*ask.port)) : std::nullopt,
                    kUsualPort);
  Gate gate(server.port(), random_secret(), random_secret());
  if (hooks.listening) hooks.listening(gate.address());
  server.serve(
      [&](const HttpRequest& request) {
        auto refused = gate.check(request);
        return refused ? std::move(*refused) : service.answer(request);
      },
      hooks.stop);
  service.stop();
}

}  // namespace aforo
