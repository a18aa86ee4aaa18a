// Words: the nearest known name to a mistyped one, and small string helpers. Pure, thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// The known word closest to `word` by edit distance (insert, delete, replace, swap of neighbours),
// case-insensitive; empty if none is within a third of its length (at least 2).
std::string nearest(std::string_view word, std::span<const std::string> known);

// "; did you mean 'x'?" or "" when nothing is near: ready to append to an error sentence.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(std::span<const std::string> words, std::string_view separator);
std::string to_lower(std::string_view text);

}  // namespace aforo
