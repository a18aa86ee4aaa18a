// Words: the nearest known name to a mistyped one, and small string helpers.
//
// Pure, thread-safe, never throw but for memory. ASCII: other bytes (UTF-8) pass through as they are.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// The known word closest to `word` by edit distance (insert, delete, replace, swap of neighbours),
// case-insensitive; empty if none is within a third of its length (at least 2), or if only words
// that share no letter are. The first of equals. Words of more than 64 letters are near nothing, so
// that hostile input costs no quadratic time.
std::string nearest(std::string_view word, std::span<const std::string> known);

// "; did you mean 'x'?" or "" when nothing is near: ready to append to an error sentence.
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

// Without the blanks (space, tab, line ends) around it; a view into `text`, which must outlive it.
std::string_view trim(std::string_view text);
// The parts between separators, untrimmed, one more than there are separators: "a,,b" has an empty
// second part, and "" is one empty part.
std::vector<std::string> split(std::string_view text, char separator);
// The words with the separator between them; "" of none.
std::string join(std::span<const std::string> words, std::string_view separator);
// As a sentence offers them: "a", "a or b", "a, b or c".
std::string one_of(std::span<const std::string> words);
// A piece of input as messages show it: in single quotes, its first 40 bytes, without control characters.
std::string quote(std::string_view word);
// A sentence without what would fill screens: words of more than 1,000 bytes lose their middle, so that a path keeps
// where it begins and how the file is called, and then so does the sentence if it has more than 8,000.
std::string readable_sentence(std::string_view text);
// Letters A to Z made small.
std::string to_lower(std::string_view text);

}  // namespace aforo
