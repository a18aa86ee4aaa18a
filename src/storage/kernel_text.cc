#include "storage/kernel_text.h"

#include <algorithm>

#include "base/text.h"

namespace aforo {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = line.find_first_not_of(" \t\n", at)) != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(" \t\n", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

// Calls `visit(line)` for each line until it returns false.
template <class Visit>
void each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!visit(text.substr(0, end))) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// "\040" and its like, as mountinfo writes spaces, tabs, newlines and backslashes.
std::string unescape(std::string_view text) {
  std::string plain;
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && octal(text[i + 1]) && octal(text[i + 2]) &&
        octal(text[i + 3])) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

std::optional<std::uint64_t> named_number(std::string_view text, std::string_view name) {
  std::optional<std::uint64_t> found;
  each_line(text, [&](std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 2) return true;
    std::string_view key = words[0];
    if (key.ends_with(':')) key.remove_suffix(1);
    if (key != name) return true;
    found = whole_number(words[1]);
    if (found && words.size() > 2 && words[2] == "kB") *found *= 1024;
    return false;
  });
  return found;
}

std::vector<Mount> parse_mountinfo(std::string_view text) {
  std::vector<Mount> mounts;
  each_line(text, [&](std::string_view line) {
    // id parent major:minor root mount_point options [optional...] - type source super_options
    const auto words = words_of(line);
    std::size_t dash = 6;
    while (dash < words.size() && words[dash] != "-") ++dash;
    if (dash + 2 >= words.size()) return true;
    const std::size_t colon = words[2].find(':');
    if (colon == std::string_view::npos) return true;
    const auto first = whole_number(words[2].substr(0, colon)),
               second = whole_number(words[2].substr(colon + 1));
    if (!first || !second) return true;
    mounts.push_back({static_cast<unsigned>(*first), static_cast<unsigned>(*second), unescape(words[3]),
                      unescape(words[4]), std::string(words[dash + 1]), unescape(words[dash + 2]),
                      dash + 3 < words.size() ? std::string(words[dash + 3]) : ""});
    return true;
  });
  return mounts;
}

// btrfs: compress, compress-force; f2fs: compress_algorithm; bcachefs: compression; squashfs and erofs always do.
bool compresses(const Mount& mount) {
  if (mount.type == "squashfs" || mount.type == "erofs") return true;
  std::string_view rest = mount.options;
  while (!rest.empty()) {
    const std::string_view option = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), option.size() + 1));
    const std::string_view name = option.substr(0, option.find('='));
    const std::string_view value = option.substr(std::min(option.size(), name.size() + 1));
    const bool named = name == "compress" || name == "compress-force" || name == "compress_algorithm" ||
                       name == "compression" || name == "background_compression";
    if (named && value != "none" && value != "no") return true;
  }
  return false;
}

const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path) {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts) {
    const std::string_view point = mount.mount_point;
    const bool above =
        point == "/" || path == point || (path.starts_with(point) && path[point.size()] == '/');
    if (above && (!best || point.size() >= best->mount_point.size())) best = &mount;
  }
  return best;
}

std::optional<BlockStat> parse_block_stat(std::string_view text) {
  const auto words = words_of(text);
  if (words.size() < 11) return std::nullopt;
  std::uint64_t numbers[11];
  for (std::size_t i = 0; i < 11; ++i) {
    const auto number = whole_number(words[i]);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  return BlockStat{numbers[0], numbers[2], numbers[8], numbers[9], numbers[10]};
}

std::optional<std::uint64_t> busy_ticks(std::string_view text) {
  const auto words = words_of(text.substr(0, text.find('\n')));
  if (words.size() < 8 || words[0] != "cpu") return std::nullopt;
  std::uint64_t busy = 0;
  for (std::size_t i = 1; i < std::min<std::size_t>(words.size(), 9); ++i) {
    // Idle, iowait.
    if (i == 4 || i == 5) continue;
    const auto ticks = whole_number(words[i]);
    if (!ticks) return std::nullopt;
    busy += *ticks;
  }
  return busy;
}

std::optional<std::uint64_t> interrupt_ticks(std::string_view text) {
  const auto words = words_of(text.substr(0, text.find('\n')));
  if (words.size() < 8 || words[0] != "cpu") return std::nullopt;
  const auto hard = whole_number(words[6]), soft = whole_number(words[7]);
  if (!hard || !soft) return std::nullopt;
  return *hard + *soft;
}

// The name stands in brackets and may hold anything, brackets and spaces too.
std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  const std::size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  const auto words = words_of(text.substr(close + 1));
  if (words.size() < 13) return std::nullopt;
  const auto parent = whole_number(words[1]), user = whole_number(words[11]),
             system = whole_number(words[12]);
  if (!parent || !user || !system) return std::nullopt;
  return ProcessStat{std::string(text.substr(open + 1, close - open - 1)), *parent, *user + *system};
}

}  // namespace aforo
