#include "serve/gate.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "serve/secret.h"

namespace aforo {
namespace {

// Cookies are one browser's for all ports of a host: the port in the name keeps two servers apart.
std::string cookie_name(int port) { return fmt::format("aforo_{}", port); }

constexpr std::string_view kSpent =
    "expected a new token, found one that was used before; a token opens aforo once: go on in the browser that used it, or "
    "end 'aforo serve' and start it again for a new address";
constexpr std::string_view kNoCookie =
    "expected the browser that opened the address with the token, found another one or its session ended; open the address "
    "that 'aforo serve' printed, or start it again for a new one";

}  // namespace

Gate::Gate(int port, std::string token, std::string session)
    : port_(port), token_(std::move(token)), session_(std::move(session)) {}

std::string Gate::address() const { return fmt::format("http://127.0.0.1:{}/?token={}", port_, token_); }

// A sentence where the request comes from another site, or by another name than this server's own.
std::optional<std::string> Gate::foreign(const HttpRequest& request) const {
  const std::string own = fmt::format("127.0.0.1:{}", port_), other = fmt::format("localhost:{}", port_);
  const std::string host = request.host ? to_lower(*request.host) : "";
  // Who asks at the usual port leaves it out.
  const bool usual = port_ == 80 && (host == "127.0.0.1" || host == "localhost");
  if (host != own && host != other && !usual)
    return fmt::format("expected the host {} or {}, found {}; open the address that 'aforo serve' printed",
                       own, other, request.host ? quote(*request.host) : "none");
  if (request.origin && *request.origin != fmt::format("http://{}", to_lower(*request.host)))
    return fmt::format("expected a request of aforo's own page, found one of {}", quote(*request.origin));
  if (request.fetch_site && *request.fetch_site != "same-origin" && *request.fetch_site != "none")
    return std::string(
        "expected a request of aforo's own page, found one of another site; copy the address into the browser's address "
        "bar");
  return std::nullopt;
}

bool Gate::has_session(const HttpRequest& request) const {
  if (!request.cookie) return false;
  const std::string name = cookie_name(port_);
  for (const std::string& part : split(*request.cookie, ';')) {
    const std::string_view cookie = trim(part);
    const std::size_t equals = cookie.find('=');
    if (equals != std::string_view::npos && cookie.substr(0, equals) == name &&
        same_secret(session_, cookie.substr(equals + 1)))
      return true;
  }
  return false;
}

HttpResponse Gate::exchange(const std::string& token, bool has_session) {
  HttpResponse to_page{303, std::string(kHtmlType), "", {{"Location", "/"}}};
  if (has_session) return to_page;
  if (!same_secret(token_, token))
    return refusal_page(
        403, "expected the token that 'aforo serve' printed, found another one; copy the whole address");
  if (spent_.exchange(true)) return refusal_page(403, kSpent);
  to_page.headers.emplace_back(
      "Set-Cookie", fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict", cookie_name(port_), session_));
  return to_page;
}

std::optional<HttpResponse> Gate::check(const HttpRequest& request) {
  const bool page = request.path == "/";
  const auto refuse = page ? refusal_page : refusal;
  if (const auto sentence = foreign(request)) return refuse(403, *sentence);
  const std::string token = request.asked("token");
  if (page && request.method == "GET" && !token.empty()) return exchange(token, has_session(request));
  if (!has_session(request)) return refuse(401, kNoCookie);
  return std::nullopt;
}

}  // namespace aforo
