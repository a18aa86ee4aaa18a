// Reading a Record without trusting it: what is absent or of another type is absent, never an exception.
//
// A path is a list of keys: {"verdict", "limit"}. A Record comes from a file as often as from this program,
// and may be of another version; so each of these answers for whatever it is given.
// Nothing here knows which keys there are, nor how a page looks. Pure, thread-safe.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/record.h"
#include "report/value.h"

namespace aforo {

using Path = std::initializer_list<std::string_view>;

const Json* at(const Json& record, Path path);  // nullptr when absent or null; owned by record
std::optional<double> number(const Json& record, Path path);
std::string word(const Json& record, Path path);                  // "" when absent
std::vector<std::string> words(const Json& record, Path path);    // strings of an array; empty when absent
std::vector<double> numbers(const Json& record, Path path);       // numbers of an array; empty when absent
std::vector<const Json*> entries(const Json& record, Path path);  // of an array; owned by record
bool flag(const Json& record, Path path);                         // true only if it is there and true

// The number there as a Value in its usual words (value_of); unknown where it is absent.
Value value_at(const Json& record, Path path, Unit unit);
Value bytes_at(const Json& record, Path path);
Value seconds_at(const Json& record, Path path);
Value rate_at(const Json& record, Path path);  // bytes per second
Value count_at(const Json& record, Path path);
Value per_second_at(const Json& record, Path path);  // a count in words; say of what with followed_by
Value percent_at(const Json& record, Path path);
Value dollars_at(const Json& record, Path path);
Value money_at(const Json& record, Path path);      // sum_of_money, a month where the key says so
Value terabytes_at(const Json& record, Path path);  // bytes_as_sold

}  // namespace aforo
