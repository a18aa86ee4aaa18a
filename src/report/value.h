// A value on a page: the number with its unit, to sort, compare and plot by, and the words that people read.
//
// Numbers are SI as in the Record (docs/record.md): bytes, seconds, bytes per second, US dollars; shares are
// fractions from 0 to 1. `text` is whole: nothing is cut to a width, and it may hold anything that came from
// outside (a renderer makes it safe for its own medium). Our own words use " – " between the ends of an
// interval and " · " between short facts; a renderer without Unicode writes " - " for both.
//
// Unknown is a Value without text, never 0: what is absent in the Record is absent on the page.
// Makers are pure and thread-safe; none fails.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/tone.h"

namespace aforo {

enum class Unit {
  kWords,  // no number
  kPath,   // no number; a place in a file system, which a narrow page may shorten in the middle
  kCount,
  kFraction,
  kBytes,
  kSeconds,
  kBytesPerSecond,
  kPerSecond,
  kDollars,
  kDollarsPerMonth,
  kWatts,
};

struct Value {
  Value() = default;
  Value(std::string words) : text(std::move(words)) {}    // NOLINT(google-explicit-constructor)
  Value(std::string_view words) : text(words) {}          // NOLINT(google-explicit-constructor)
  Value(const char* words) : text(words) {}               // NOLINT(google-explicit-constructor)
  Value(double figure, Unit its_unit, std::string words)  // words may say more: "8,718 samples/s"
      : text(std::move(words)), number(figure), unit(its_unit) {}

  bool known() const { return !text.empty(); }

  std::string text;
  std::optional<double> number;  // absent for words; with `upper`, the lower end of an interval
  std::optional<double> upper;   // at least `number`, in the same unit
  Unit unit = Unit::kWords;
  Tone tone = Tone::kPlain;  // of this value alone; a table's column has its own
};

// The usual words of a number in a unit, as base/units.h writes them: "1.50 GiB", "8.1 s", "954 MiB/s",
// "1,234,567", "93.1 %", "$6.88". kWatts and kPerSecond read as plain counts, kDollarsPerMonth as dollars.
Value value_of(double number, Unit unit);

// The same to three significant digits: a price list knows no more. "$50", "$1,230", "$12,300"; "nothing", and "next to
// nothing" of less than half a dollar.
Value sum_of_money(double dollars, Unit unit = Unit::kDollars);

// Powers of ten, three significant digits, as storage is sold: "287 TB", "1.2 PB".
Value bytes_as_sold(double bytes);

// "99.7 % – 99.9 %"; unknown unless there are two ends.
Value interval_of(const std::vector<double>& ends, Unit unit);

Value path_value(std::string path);
Value toned(Value value, Tone tone);

// The value with more words behind it, "8,718" + " samples/s"; unknown stays unknown.
Value followed_by(Value value, std::string_view words);

// A whole number of bytes from one that may be a mean: "112 KiB". What is negative counts as 0.
std::string bytes_text(double bytes);

// The text up to so many characters, cut between words: "... of the". For names that people gave.
std::string cut_to(std::string text, std::size_t most);

// Joined by `separator`, leaving out what is empty.
std::string join_known(const std::vector<std::string>& parts, std::string_view separator);

inline constexpr std::string_view kBetweenFacts = " · ";
inline constexpr std::string_view kBetweenEnds = " – ";

}  // namespace aforo
