#include "report/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "report/bar.h"
#include "report/value.h"

namespace aforo {
namespace {

constexpr std::size_t kBar = 16;  // columns; chosen by eye

struct Part {
  std::string text;
  int worth = 0;  // the lowest goes first when the line is too long
  std::size_t width = 0;
};

std::string place(const char* name, std::uint64_t at, std::uint64_t of) {
  if (at == 0) return "";
  return of == 0 ? fmt::format("{} {}", name, at) : fmt::format("{} {}/{}", name, at, of);
}

std::vector<Part> parts_of(const LiveStatus& s, const Look& look) {
  const double done = std::clamp(s.done.value_or(0), 0.0, 1.0);
  std::vector<Part> parts;
  const auto add = [&](const std::string& text, int worth, std::size_t width) {
    if (!text.empty()) parts.push_back({text, worth, width});
  };
  const auto add_plain = [&](const std::string& text, int worth) { add(text, worth, display_width(text)); };
  add_plain(printable(s.phase), 3);
  if (s.done)
    add(draw_bar({{done, "█", '#', Tone::kPlain}, {1 - done, "░", '.', Tone::kFaint}}, kBar, look), 4, kBar);
  if (s.done) add_plain(fmt::format("{:3.0f} %", std::floor(done * 100)), 9);
  if (s.au) add_plain(fmt::format("AU {:>7}", format_percent(*s.au)), 8);
  if (s.rate) add_plain(fmt::format("{:>10}", format_rate(*s.rate)), 7);
  if (s.samples) add_plain(fmt::format("{} {}", format_count(s.samples->value), s.sample_word), 2);
  add_plain(join_known({place("epoch", s.epoch, s.epochs), place("step", s.step, s.steps)}, " "), 1);
  add_plain(clock_text(s.elapsed) + (s.eta ? ", " + clock_text(*s.eta) + " left" : ""), 6);
  return parts;
}

std::size_t width_of(const std::vector<Part>& parts) {
  std::size_t width = 0;
  for (const Part& part : parts) width += part.width + (width == 0 ? 0 : 2);
  return width;
}

}  // namespace

std::string clock_text(Seconds seconds) {
  const double value = std::isfinite(seconds.value) ? std::clamp(seconds.value, 0.0, 3.6e8) : 0;
  const auto whole = static_cast<std::uint64_t>(std::llround(value));
  const std::uint64_t h = whole / 3600, m = whole / 60 % 60, s = whole % 60;
  return h > 0 ? fmt::format("{}:{:02}:{:02}", h, m, s) : fmt::format("{}:{:02}", m, s);
}

std::optional<Seconds> remaining(double done, Seconds elapsed) {
  if (!(done >= 0.02) || elapsed.value < 1) return std::nullopt;
  return elapsed * (std::max(0.0, 1 - done) / done);
}

std::string live_line(const LiveStatus& status, const Look& look) {
  std::vector<Part> parts = parts_of(status, look);
  while (parts.size() > 1 && width_of(parts) > look.width) {
    parts.erase(std::min_element(parts.begin(), parts.end(),
                                 [](const Part& a, const Part& b) { return a.worth < b.worth; }));
  }
  std::string line;
  for (const Part& part : parts) line.append(line.empty() ? "" : "  ").append(part.text);
  return line;
}

}  // namespace aforo
