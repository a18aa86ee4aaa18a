// One question of a browser and its answer, without a socket: what handlers see, tests write down and a fuzzer feeds.
//
// Plain data with one owner.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "measure/record.h"
#include "serve/event_stream.h"

namespace aforo {

// All of it is from outside: any bytes, bounded in length by whoever reads the socket (request_head.h).
struct HttpRequest {
  // "GET"; HEAD is asked as GET, its body is left out where the answer is written.
  std::string method = "GET";
  // Decoded, without the query: "/api/records/one run.json".
  std::string path = "/";
  // Decoded, in order; a name may stand several times.
  std::vector<std::pair<std::string, std::string>> query = {};
  std::string body = {};
  // Headers as they came; absent where there were none.
  std::optional<std::string> host = {}, origin = {}, fetch_site = {}, cookie = {};

  // The first of that name in the query; "" where there is none.
  std::string asked(std::string_view name) const;
  // All of that name, in order.
  std::vector<std::string> all_asked(std::string_view name) const;
};

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kHtmlType = "text/html; charset=utf-8";
inline constexpr std::string_view kYamlType = "text/yaml; charset=utf-8";
inline constexpr std::string_view kCsvType = "text/csv; charset=utf-8";
inline constexpr std::string_view kEventsType = "text/event-stream";

struct HttpResponse {
  int status = 200;
  std::string type = std::string(kJsonType);
  std::string body = {};
  // Beside those that every answer has (http_server.h).
  std::vector<std::pair<std::string, std::string>> headers = {};
  // Instead of a body where it is there: sent as it comes, until it is done.
  std::shared_ptr<EventStream> events = {};
};

HttpResponse json_response(const Json& json, int status = 200);

// {"message": sentence}: what every answer but a good one says.
HttpResponse refusal(int status, std::string_view sentence);
// The same as a page, for a person who opened an address.
HttpResponse refusal_page(int status, std::string_view sentence);

// The response as a file to be kept, under a name that any system takes: other characters than letters, digits, '.',
// '-' and '_' become '_'.
HttpResponse as_download(HttpResponse response, std::string_view name);

}  // namespace aforo
