#include "serve/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/text.h"

namespace aforo {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kBodyType = "application/json";
// That are read here or by handlers; each at most once.
constexpr std::array<std::string_view, 7> kHeaders = {
    "host", "origin", "cookie", "connection", "content-type", "content-length", "sec-fetch-site"};
constexpr std::array<std::string_view, 3> kMethods = {"GET", "HEAD", "POST"};

RequestHead bad_head(int status, std::string why) { return {status, std::move(why)}; }

RequestHead no_http() { return bad_head(400, "expected a request of HTTP/1.1, found something else"); }

template <class Names>
bool is_among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_visible(char c) { return c > ' ' && c < 0x7f; }

// Without line breaks, and of what a header or a target may hold: bytes of UTF-8 are taken as they are.
bool is_line(std::string_view line) {
  return std::none_of(line.begin(), line.end(),
                      [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

std::vector<std::string_view> lines_of(std::string_view head) {
  std::vector<std::string_view> out;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(kLineEnd), head.size());
    out.push_back(head.substr(0, end));
    head.remove_prefix(std::min(end + kLineEnd.size(), head.size()));
  }
  return out;
}

// "GET /api/size HTTP/1.1". Fills in the text, or says what is wrong.
RequestHead read_request_line(std::string_view line) {
  const std::vector<std::string> words = split(line, ' ');
  if (words.size() != 3 || words[1].empty() || (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0"))
    return no_http();
  if (!is_among(kMethods, words[0]))
    return bad_head(405, fmt::format("expected GET, HEAD or POST, found {}", quote(words[0])));
  if (words[1].size() > kLongestTarget)
    return bad_head(414, fmt::format("expected an address of at most {} bytes, found {}", kLongestTarget,
                                     words[1].size()));
  if (words[1].front() != '/' || !std::all_of(words[1].begin(), words[1].end(), is_visible)) return no_http();
  RequestHead out;
  out.text = std::string(line).append(kLineEnd);
  return out;
}

// "" or what is wrong with the length; fills it in.
RequestHead with_length(RequestHead head, std::string_view length, bool post) {
  const bool digits = !length.empty() && length.size() <= 18 &&
                      std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return bad_head(400, fmt::format("expected a length in bytes, found {}", quote(length)));
  head.body = std::stoull(std::string(length));
  if (head.body > kLongestBody)
    return bad_head(413, fmt::format("expected at most {} bytes, found {}; use the command line for more",
                                     kLongestBody, head.body));
  if (head.body > 0 && !post) return bad_head(400, "expected no body beside GET, found one");
  return head;
}

}  // namespace

std::size_t end_of_head(std::string_view received) {
  const std::size_t end = received.find(kHeadEnd);
  return end == std::string_view::npos ? end : end + kHeadEnd.size();
}

RequestHead read_head(std::string_view head) {
  const std::vector<std::string_view> lines = lines_of(head);
  if (lines.empty() || !std::all_of(lines.begin(), lines.end(), is_line)) return no_http();
  RequestHead out = read_request_line(lines.front());
  const bool post = lines.front().starts_with("POST");
  std::set<std::string> seen;
  for (std::size_t i = 1; i < lines.size() && !lines[i].empty() && out.status == 0; ++i) {
    const std::size_t colon = lines[i].find(':');
    if (colon == std::string_view::npos || colon == 0) return no_http();
    const std::string_view written = lines[i].substr(0, colon);
    if (!std::all_of(written.begin(), written.end(), is_visible)) return no_http();
    const std::string name = to_lower(written);
    if (name == "transfer-encoding")
      return bad_head(411, "expected a body of a stated length, found one without");
    if (!is_among(kHeaders, name)) continue;
    if (!seen.insert(name).second)
      return bad_head(400, fmt::format("expected {} once, found it again", quote(name)));
    const std::string_view value = trim(lines[i].substr(colon + 1));
    // A page of another site may send what forms send without being asked whether it may; JSON it may not.
    if (post && name == "content-type" && to_lower(trim(value.substr(0, value.find(';')))) != kBodyType)
      return bad_head(415, fmt::format("expected a body of type {}, found {}", kBodyType, quote(value)));
    if (name == "content-length") out = with_length(std::move(out), value, post);
    if (out.status == 0) out.text.append(written).append(": ").append(value).append(kLineEnd);
  }
  if (out.status != 0) return out;
  if (post && !seen.contains("content-length"))
    return bad_head(411, "expected a body of a stated length, found one without");
  if (post && !seen.contains("content-type"))
    return bad_head(415, fmt::format("expected a body of type {}, found one of none", kBodyType));
  out.text.append(kLineEnd);
  return out;
}

}  // namespace aforo
