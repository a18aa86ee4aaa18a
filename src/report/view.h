// Reading a Record without trusting it: what is absent or of another type is absent, never an exception.
//
// A path is a list of keys: {"verdict", "limit"}.
// The returned formatted texts are empty where the number is absent, so that the row is not shown. Pure.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/record.h"

namespace aforo {

using Path = std::initializer_list<std::string_view>;

const Json* at(const Json& record, Path path);  // nullptr when absent or null; owned by record
std::optional<double> number(const Json& record, Path path);
std::string word(const Json& record, Path path);                // "" when absent
std::vector<std::string> words(const Json& record, Path path);  // strings of an array; empty when absent
std::vector<double> numbers(const Json& record, Path path);     // numbers of an array; empty when absent
bool flag(const Json& record, Path path);                       // true only if it is there and true

std::string bytes_at(const Json& record, Path path);
std::string seconds_at(const Json& record, Path path);
std::string rate_at(const Json& record, Path path);
std::string count_at(const Json& record, Path path);
std::string percent_at(const Json& record, Path path);
std::string dollars_at(const Json& record, Path path);

std::string bytes_text(double bytes);  // format_bytes of a number that may be fractional

// Joined by `separator`, leaving out empty parts.
std::string join_known(std::initializer_list<std::string> parts, std::string_view separator);

}  // namespace aforo
