#include "storage/s3/http_answer.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace aforo {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
         });
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "bytes 0-9/100"; the whole may be "*".
bool take_range(std::string_view value, HttpAnswer& answer) {
  constexpr std::string_view kUnit = "bytes ";
  if (value.substr(0, kUnit.size()) != kUnit) return false;
  value.remove_prefix(kUnit.size());
  const std::size_t dash = value.find('-'), slash = value.find('/');
  if (slash == value.npos) return false;
  const std::string_view whole = value.substr(slash + 1);
  if (whole != "*") answer.whole = whole_number(whole);
  if (value.substr(0, slash) == "*") return answer.whole.has_value();  // of a 416
  if (dash == value.npos || dash > slash) return false;
  answer.range_first = whole_number(value.substr(0, dash));
  const auto last = whole_number(value.substr(dash + 1, slash - dash - 1));
  return answer.range_first && last && *last >= *answer.range_first &&
         (answer.whole ? *last < *answer.whole : whole == "*");
}

// Of "keep-alive, close".
bool names_close(std::string_view list) {
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    if (same_word(trimmed(list.substr(at, end - at)), "close")) return true;
    at = end + 1;
  }
  return false;
}

// False where the field makes the head bad.
bool take_field(std::string_view name, std::string_view value, HttpAnswer& answer) {
  if (same_word(name, "content-length")) {
    const auto length = whole_number(value);
    if (!length || (answer.length && *answer.length != *length)) return false;
    answer.length = length;
  } else if (same_word(name, "transfer-encoding")) {
    if (answer.chunked || !same_word(value, "chunked")) return false;
    answer.chunked = true;
  } else if (same_word(name, "connection")) {
    if (names_close(value)) answer.close = true;
  } else if (same_word(name, "content-range")) {
    return take_range(value, answer);
  } else if (same_word(name, "etag")) {
    answer.etag = value;
  } else if (same_word(name, "content-type")) {
    answer.content_type = value;
  } else if (same_word(name, "date")) {
    answer.date = value;
  } else if (same_word(name, "x-amz-checksum-crc32c")) {
    answer.checksum_crc32c = value;
  } else if (same_word(name, "x-amz-checksum-type")) {
    answer.checksum_type = value;
  } else if (same_word(name, "x-amz-bucket-region")) {
    answer.bucket_region = value;
  } else if (same_word(name, "retry-after")) {
    answer.retry_after = value;
  }
  return true;
}

// "HTTP/1.1 206 Partial Content"
bool take_status(std::string_view line, HttpAnswer& answer) {
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || (line[7] != '0' && line[7] != '1') ||
      line[8] != ' ')
    return false;
  const auto status = whole_number(line.substr(9, 3));
  if (!status || *status < 100 || *status > 599 || (line.size() > 12 && line[12] != ' ')) return false;
  answer.status = static_cast<int>(*status);
  answer.close = line[7] == '0';
  return true;
}

}  // namespace

bool HttpAnswer::has_body(std::string_view method) const {
  return method != "HEAD" && status >= 200 && status != 204 && status != 304 &&
         (chunked || !length || *length > 0);
}

HeadState parse_head(std::string_view bytes, HttpAnswer& answer, std::size_t& used) {
  // What cannot become a head is told at once: a server of another kind may never send an empty line.
  constexpr std::string_view kBegin = "HTTP/1.";
  if (bytes.substr(0, kBegin.size()) != kBegin.substr(0, bytes.size())) return HeadState::kBad;
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t end = bytes.find(kEnd);
  // Where it has not ended yet, its end may have begun: the same is said however the bytes come in.
  if (end == bytes.npos)
    return bytes.size() >= HttpAnswer::kMostHead + kEnd.size() ? HeadState::kBad : HeadState::kIncomplete;
  if (end > HttpAnswer::kMostHead) return HeadState::kBad;
  answer = HttpAnswer{};
  std::string_view head = bytes.substr(0, end + 2);
  bool first = true;
  while (!head.empty()) {
    const std::size_t eol = head.find("\r\n");
    const std::string_view line = head.substr(0, eol);
    head.remove_prefix(eol + 2);
    if (first) {
      if (!take_status(line, answer)) return HeadState::kBad;
      first = false;
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == line.npos || colon == 0 || line[colon - 1] == ' ' || line.front() == ' ' ||
        line.front() == '\t' || line.find_first_of(std::string_view("\r\n\0", 3)) != line.npos)
      return HeadState::kBad;
    if (!take_field(line.substr(0, colon), trimmed(line.substr(colon + 1)), answer)) return HeadState::kBad;
  }
  if (answer.chunked && answer.length) answer.length.reset(), answer.close = true;
  if (!answer.chunked && !answer.length && answer.status >= 200 && answer.status != 204 &&
      answer.status != 304)
    answer.close = true;
  used = end + 4;
  return HeadState::kWhole;
}

ChunkedBody::Piece ChunkedBody::next(std::string_view bytes) {
  Piece piece;
  for (; piece.skip < bytes.size(); ++piece.skip) {
    if (state_ == State::kData) {
      piece.data = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - piece.skip));
      left_ -= piece.data;
      if (left_ == 0) state_ = State::kDataEnd;
      return piece;
    }
    if (state_ == State::kDone || state_ == State::kBad) return piece;
    step(bytes[piece.skip]);
  }
  return piece;
}

void ChunkedBody::step(char c) {
  switch (state_) {
    case State::kSize:
      return take_digit(c);
    case State::kExtension:
      if (c == '\n') state_ = State::kBad;
      if (c == '\r') state_ = State::kSizeEnd;
      if (++trailer_ > kMostFraming) state_ = State::kBad;
      return;
    case State::kSizeEnd:
      state_ = c != '\n' ? State::kBad : left_ > 0 ? State::kData : State::kTrailer;
      digits_ = 0, trailer_ = 0;
      return;
    case State::kDataEnd:
      state_ = c == '\r' ? State::kDataEndLine : State::kBad;
      return;
    case State::kDataEndLine:
      state_ = c == '\n' ? State::kSize : State::kBad;
      return;
    case State::kTrailer:
      state_ = c == '\r' ? State::kTrailerEnd : State::kTrailerLine;
      return;
    case State::kTrailerLine:
      if (c == '\n') state_ = State::kTrailer;
      if (++trailer_ > kMostFraming) state_ = State::kBad;
      return;
    case State::kTrailerEnd:
      state_ = c == '\n' ? State::kDone : State::kBad;
      return;
    case State::kData:
    case State::kDone:
    case State::kBad:
      return;
  }
}

void ChunkedBody::take_digit(char c) {
  const int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
  if (digit >= 0 && digits_ < 15) {
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    ++digits_;
  } else if (digits_ > 0 && (c == ';' || c == ' ' || c == '\t')) {
    state_ = State::kExtension;
  } else if (digits_ > 0 && c == '\r') {
    state_ = State::kSizeEnd;
  } else {
    state_ = State::kBad;
  }
}

std::optional<std::time_t> http_date(std::string_view text) {
  std::tm utc{};
  const std::string terminated(text);
  const char* const end = ::strptime(terminated.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&utc);
}

}  // namespace aforo
