#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "base/text.h"
#include "base/units.h"

namespace aforo {
namespace {

// A unit is factor * 10^exponent. The power of ten goes into the decimal number before it is read, so that
// "47.55 ms" is exactly the number that 0.04755 is: 47.55 / 1000 would be its neighbour.
struct Unit {
  std::string_view name;
  int exponent;
  double factor = 1;
};

constexpr Unit kByteUnits[] = {
    {"B", 0},           {"bytes", 0},       {"kB", 3},          {"MB", 6},          {"GB", 9},
    {"TB", 12},         {"PB", 15},         {"KiB", 0, 0x1p10}, {"MiB", 0, 0x1p20}, {"GiB", 0, 0x1p30},
    {"TiB", 0, 0x1p40}, {"PiB", 0, 0x1p50}, {"EB", 18},         {"EiB", 0, 0x1p60},
};
constexpr Unit kTimeUnits[] = {
    {"s", 0},   {"ms", -3},     {"us", -6},     {"\u00b5s", -6}, {"\u03bcs", -6},
    {"ns", -9}, {"min", 0, 60}, {"h", 0, 3600}, {"d", 0, 86400},
};
constexpr Unit kRateUnits[] = {
    {"B/s", 0},
    {"kB/s", 3},
    {"MB/s", 6},
    {"GB/s", 9},
    {"TB/s", 12},
    {"KiB/s", 0, 0x1p10},
    {"MiB/s", 0, 0x1p20},
    {"GiB/s", 0, 0x1p30},
    {"TiB/s", 0, 0x1p40},
    {"bit/s", 0, 1.0 / 8},
    {"kbit/s", 3, 1.0 / 8},
    {"Mbit/s", 6, 1.0 / 8},
    {"Gbit/s", 9, 1.0 / 8},
    {"Tbit/s", 12, 1.0 / 8},
};

constexpr double kLargestBytes = 0x1p63 - 1024;  // the last number before 2^63, where file offsets end
// Chosen: beyond these a number was mistyped, and sums of them would lose their seconds or bytes.
constexpr double kLongestSeconds = 100 * 365.25 * 86400;  // a hundred years
constexpr double kLargestRate = 1e18;
constexpr double kLargestDollars = 1e9;  // per hour

tl::unexpected<std::string> wrong(std::string_view expected, std::string_view text,
                                  std::string_view hint = "") {
  return tl::unexpected(
      fmt::format("expected {}, found {}{}", expected, text.empty() ? "nothing" : quote(text), hint));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Copies digits at `at` to `out` without the '_' between them; false if a '_' does not
// stand between two digits.
bool take_digits(std::string_view text, std::size_t& at, std::string& out) {
  for (; at < text.size() && (is_digit(text[at]) || text[at] == '_'); ++at) {
    if (is_digit(text[at])) {
      out += text[at];
    } else if (at == 0 || !is_digit(text[at - 1]) || at + 1 == text.size() || !is_digit(text[at + 1])) {
      return false;
    }
  }
  return true;
}

// A decimal number at the front of `text`, which is shortened by it. Digits are plain ASCII in any locale.
std::optional<std::string> take_number(std::string_view& text) {
  std::string digits;
  std::size_t at = 0;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    if (text[0] == '-') digits += '-';
    ++at;
  }
  const std::size_t first = at;
  if (!take_digits(text, at, digits)) return std::nullopt;
  bool any = at > first;
  if (at < text.size() && text[at] == '.') {
    digits += '.';
    const std::size_t point = ++at;
    if (!take_digits(text, at, digits)) return std::nullopt;
    any = any || at > point;
  }
  if (!any) return std::nullopt;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::size_t sign = at + 1;
    const bool has_sign = sign < text.size() && (text[sign] == '-' || text[sign] == '+');
    std::size_t exponent = has_sign ? sign + 1 : sign;
    if (exponent < text.size() && is_digit(text[exponent])) {
      digits += 'e';
      if (has_sign) digits += text[sign];
      while (exponent < text.size() && is_digit(text[exponent])) digits += text[exponent++];
      at = exponent;
    }
  }
  text.remove_prefix(at);
  return digits;
}

// The number written in `digits`, times 10^shift, rounded once.
std::optional<double> to_double(std::string digits, int shift = 0) {
  if (shift != 0) {
    const std::size_t e = digits.find('e');
    int exponent = 0;
    if (e != std::string::npos) {
      const std::size_t number = digits[e + 1] == '+' ? e + 2 : e + 1;
      const auto [end, error] =
          std::from_chars(digits.data() + number, digits.data() + digits.size(), exponent);
      if (error != std::errc{} || exponent > 1000 || exponent < -1000) return std::nullopt;
      digits.resize(e);
    }
    digits += fmt::format("e{}", exponent + shift);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

std::string unit_hint(std::span<const Unit> units, std::string_view name) {
  if (name == "KB") return "; write 'kB' for 1000 bytes or 'KiB' for 1024";
  std::vector<std::string> names;
  for (const Unit& unit : units) names.emplace_back(unit.name);
  for (const std::string& known : names) {
    if (to_lower(known) == to_lower(name)) return fmt::format("; did you mean '{}'?", known);
  }
  return name.empty() ? "; the unit is missing" : did_you_mean(name, names);
}

// "NUMBER UNIT", non-negative and at most `largest`; the unit may be left out only where the number is 0.
Parsed<double> parse_quantity(std::string_view text, std::span<const Unit> units, std::string_view expected,
                              double largest) {
  text = trim(text);
  std::string_view rest = text;
  const std::optional<std::string> digits = take_number(rest);
  if (!digits) return wrong(expected, text);
  const std::string_view name = trim(rest);
  const Unit* unit = find_unit(units, name);
  const std::optional<double> number = to_double(*digits, unit != nullptr ? unit->exponent : 0);
  if (!number) return wrong(expected, text, "; the number is out of range");
  if (*number < 0) return wrong(expected, text, "; it cannot be negative");
  if (name.empty() && *number == 0) return 0.0;
  if (unit == nullptr) return wrong(expected, text, unit_hint(units, name));
  const double value = *number * unit->factor;
  if (!(value <= largest)) return wrong(expected, text, "; that is more than can exist");
  return value;
}

}  // namespace

Parsed<double> parse_mean_bytes(std::string_view text) {
  return parse_quantity(text, kByteUnits, "bytes with a unit such as 150 kB or 256 KiB", kLargestBytes);
}

Parsed<Bytes> parse_bytes(std::string_view text) {
  const Parsed<double> value = parse_mean_bytes(text);
  if (!value) return tl::unexpected(value.error());
  return Bytes{static_cast<std::uint64_t>(std::llround(*value))};
}

Parsed<Seconds> parse_seconds(std::string_view text) {
  constexpr std::string_view kExpected = "a time with a unit such as 144 ms or 30 min";
  // "1 h 12 min": a sum of parts, each with its unit.
  std::string_view rest = trim(text);
  double sum = 0;
  do {
    std::string_view part = rest;
    if (!take_number(part)) return wrong(kExpected, trim(text));
    const std::size_t next = part.find_first_of("0123456789");
    const std::size_t length =
        next == std::string_view::npos ? rest.size() : rest.size() - part.size() + next;
    const Parsed<double> value =
        parse_quantity(rest.substr(0, length), kTimeUnits, kExpected, kLongestSeconds);
    if (!value) return tl::unexpected(value.error());
    sum += *value;
    rest.remove_prefix(length);
  } while (!rest.empty());
  return Seconds{sum};
}

Parsed<BytesPerSecond> parse_bytes_per_second(std::string_view text) {
  const Parsed<double> value =
      parse_quantity(text, kRateUnits, "a rate with a unit such as 3 GB/s or 100 Gbit/s", kLargestRate);
  if (!value) return tl::unexpected(value.error());
  return BytesPerSecond{*value};
}

Parsed<PerSecond> parse_per_second(std::string_view text) {
  constexpr Unit kUnits[] = {{"/s", 0}};
  const Parsed<double> value = parse_quantity(text, kUnits, "a rate per second such as 850 /s", kLargestRate);
  if (!value) return tl::unexpected(value.error());
  return PerSecond{*value};
}

Parsed<Dollars> parse_dollars_per_hour(std::string_view text) {
  constexpr std::string_view kExpected = "US dollars per hour such as 6.88/h";
  constexpr Unit kUnits[] = {{"/h", 0}, {"/hour", 0}};
  std::string_view amount = trim(text);
  if (!amount.empty() && amount.front() == '$') amount.remove_prefix(1);
  const Parsed<double> value = parse_quantity(amount, kUnits, kExpected, kLargestDollars);
  if (!value) return tl::unexpected(value.error());
  return Dollars{*value};
}

Parsed<std::uint64_t> parse_count(std::string_view text) {
  constexpr std::string_view kExpected = "a whole number such as 2_000_000 or 8e9";
  text = trim(text);
  std::string_view rest = text;
  const std::optional<std::string> digits = take_number(rest);
  if (!digits || !rest.empty()) return wrong(kExpected, text);
  std::uint64_t whole = 0;
  const char* end = digits->data() + digits->size();
  const auto [stop, error] = std::from_chars(digits->data(), end, whole);
  if (error == std::errc{} && stop == end) return whole;
  const std::optional<double> number = to_double(*digits);
  if (!number) return wrong(kExpected, text, "; the number is out of range");
  if (*number < 0) return wrong(kExpected, text, "; it cannot be negative");
  if (*number != std::floor(*number)) return wrong(kExpected, text, "; it has a fraction");
  if (*number > 0x1p53) return wrong(kExpected, text, "; the number is out of range");
  return static_cast<std::uint64_t>(*number);
}

Parsed<double> parse_number(std::string_view text) {
  constexpr std::string_view kExpected = "a number such as 0.25 or 1e6";
  text = trim(text);
  std::string_view rest = text;
  const std::optional<std::string> digits = take_number(rest);
  if (!digits || !rest.empty()) return wrong(kExpected, text);
  const std::optional<double> number = to_double(*digits);
  if (!number) return wrong(kExpected, text, "; the number is out of range");
  return *number;
}

namespace {

Parsed<double> fraction_up_to(double most, std::string_view expected, std::string_view text) {
  text = trim(text);
  std::string_view rest = text;
  const std::optional<std::string> digits = take_number(rest);
  const bool percent = trim(rest) == "%";
  if (!digits || (!rest.empty() && !percent)) return wrong(expected, text);
  const std::optional<double> number = to_double(*digits);
  if (!number) return wrong(expected, text, "; the number is out of range");
  const double fraction = percent ? *number / 100 : *number;
  if (fraction < 0 || fraction > most) {
    const bool forgotten = !percent && fraction > most && fraction / 100 <= most;
    return wrong(expected, text, forgotten ? "; did you mean '" + *digits + "%'?" : "");
  }
  return fraction;
}

}  // namespace

Parsed<double> parse_fraction(std::string_view text) {
  return fraction_up_to(1, "a fraction from 0 to 1 such as 0.9 or 90%", text);
}

Parsed<double> parse_growth(std::string_view text) {
  return fraction_up_to(10, "a share from 0 to 10 such as 0.3 or 30%", text);
}

}  // namespace aforo
