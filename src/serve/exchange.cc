#include "serve/exchange.h"

#include <fmt/format.h>

#include <cctype>

#include "report/html.h"
#include "serve/json_line.h"

namespace aforo {

std::string HttpRequest::asked(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name) return value;
  return {};
}

std::vector<std::string> HttpRequest::all_asked(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : query)
    if (key == name) out.push_back(value);
  return out;
}

HttpResponse json_response(const Json& json, int status) {
  return {status, std::string(kJsonType), json_line(json) + "\n"};
}

HttpResponse refusal(int status, std::string_view sentence) {
  return json_response({{"message", sentence}}, status);
}

HttpResponse refusal_page(int status, std::string_view sentence) {
  return {status, std::string(kHtmlType),
          fmt::format("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>aforo</title>"
                      "<main><h1>aforo</h1><p>{}</p></main></html>\n",
                      escape_html(sentence))};
}

HttpResponse as_download(HttpResponse response, std::string_view name) {
  std::string safe;
  for (const unsigned char c : name)
    safe += std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' ? static_cast<char>(c) : '_';
  response.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}\"", safe));
  return response;
}

}  // namespace aforo
