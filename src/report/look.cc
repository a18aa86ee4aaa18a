#include "report/look.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace aforo {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// Decodes one code point; what is no UTF-8 (RFC 3629: overlong, surrogate, cut off) is one invalid byte.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  std::uint32_t value = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  // By length in bytes. Published: RFC 3629, which forbids longer forms of a character.
  static constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  if (value < kSmallest[length] || surrogate || value > 0x10FFFF) return {};
  return {value, length, true};
}

// The blocks that terminals draw two columns wide, near enough for names of files.
bool is_wide(std::uint32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

bool is_combining(std::uint32_t c) { return (c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200F); }

std::size_t columns_of(const CodePoint& c) {
  if (!c.valid) return 1;
  if (is_combining(c.value)) return 0;
  return is_wide(c.value) ? 2 : 1;
}

// The longest start of `text` that fits in `columns`, in bytes.
std::size_t bytes_that_fit(std::string_view text, std::size_t columns) {
  std::size_t at = 0, used = 0;
  while (at < text.size()) {
    const CodePoint c = decode(text.substr(at));
    if (used + columns_of(c) > columns) break;
    used += columns_of(c);
    at += c.bytes;
  }
  return at;
}

}  // namespace

std::size_t display_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint c = decode(utf8.substr(at));
    width += columns_of(c);
    at += c.bytes;
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = decode(text.substr(at));
    const bool control = c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0) ||
                         (c.value >= 0x202A && c.value <= 0x202E) || (c.value >= 0x2066 && c.value <= 0x2069);
    if (c.valid && !control) {
      result += text.substr(at, c.bytes);
    } else {
      result += c.valid && (c.value == '\n' || c.value == '\t') ? ' ' : '?';
    }
    at += c.bytes;
  }
  return result;
}

std::string shorten(std::string_view text, std::size_t columns, bool unicode) {
  if (display_width(text) <= columns) return std::string(text);
  const std::string_view dots = unicode ? "…" : "...";
  const std::size_t room = columns - std::min(columns, display_width(dots));
  const std::string_view head = text.substr(0, bytes_that_fit(text, room / 2));
  std::size_t from = head.size();  // the tail: skip until the rest fits
  while (from < text.size() && display_width(text.substr(from)) > room - display_width(head)) {
    from += decode(text.substr(from)).bytes;
  }
  return std::string(head).append(dots).append(text.substr(from));
}

std::string pad_right(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(text) + std::string(columns > width ? columns - width : 0, ' ');
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t width = display_width(text);
  return std::string(columns > width ? columns - width : 0, ' ') + std::string(text);
}

std::string paint(std::string_view text, Tone tone, const Look& look) {
  if (!look.colour || tone == Tone::kPlain || text.empty()) return std::string(text);
  // Of each Tone. Published: ECMA-48, Select Graphic Rendition.
  static constexpr std::array kCodes = {"", "1", "2", "32", "31", "33"};
  return std::string("\x1b[") + kCodes[static_cast<std::size_t>(tone)] + "m" + std::string(text) + "\x1b[0m";
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    std::size_t space = text.find(' ');
    if (space != std::string_view::npos && text.substr(space + 1, 1) == "%")
      space = text.find(' ', space + 1);
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? "" : text.substr(space + 1);
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (display_width(line) + 1 + display_width(word) <= columns) {
      line.append(" ").append(word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

}  // namespace aforo
