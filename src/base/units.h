// Quantities with their unit in the type, and the words people write them with.
//
// In memory everything is SI: bytes, seconds, bytes per second, events per second, US dollars.
// Units exist only at the edges: `parse_*` reads what a person wrote, `format_*` writes what a
// person reads. kB/MB/GB/TB/PB are powers of ten, KiB/MiB/GiB/TiB/PiB powers of two; "MB" never
// means MiB. All functions are pure and thread-safe, the same in every locale.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace aforo {

// A number with a dimension. Adds and scales; two of a kind divide to a plain ratio. Nothing is
// checked: a Quantity may be negative, infinite or NaN, and division by 0 is the double's.
template <class Tag>
struct Quantity {
  double value = 0;

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator+(Quantity other) const { return {value + other.value}; }
  constexpr Quantity operator-(Quantity other) const { return {value - other.value}; }
  constexpr Quantity operator*(double factor) const { return {value * factor}; }
  constexpr Quantity operator/(double divisor) const { return {value / divisor}; }
  constexpr double operator/(Quantity other) const { return value / other.value; }
  constexpr Quantity& operator+=(Quantity other) {
    value += other.value;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value -= other.value;
    return *this;
  }
};
template <class Tag>
constexpr Quantity<Tag> operator*(double factor, Quantity<Tag> q) {
  return q * factor;
}

using Seconds = Quantity<struct SecondsTag>;
using BytesPerSecond = Quantity<struct BytesPerSecondTag>;
// samples/s, IOPS, opens/s.
using PerSecond = Quantity<struct PerSecondTag>;
using Dollars = Quantity<struct DollarsTag>;

// Hours that a month is charged for: 365 x 24 / 12, as price lists count it.
inline constexpr double kHoursPerMonth = 730;

// A whole number of bytes. Unsigned: a difference below 0 wraps around, so whoever
// subtracts compares first.
struct Bytes {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Bytes&) const = default;
  constexpr Bytes operator+(Bytes other) const { return {value + other.value}; }
  constexpr Bytes operator-(Bytes other) const { return {value - other.value}; }
  constexpr Bytes operator*(std::uint64_t n) const { return {value * n}; }
  constexpr Bytes& operator+=(Bytes other) {
    value += other.value;
    return *this;
  }
};

constexpr BytesPerSecond operator/(Bytes b, Seconds s) { return {static_cast<double>(b.value) / s.value}; }
constexpr Seconds operator/(Bytes b, BytesPerSecond r) { return {static_cast<double>(b.value) / r.value}; }
constexpr PerSecond operator/(double n, Seconds s) { return {n / s.value}; }

constexpr Bytes operator""_KiB(unsigned long long n) { return {n << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {n << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {n << 30}; }
constexpr Bytes operator""_kB(unsigned long long n) { return {n * 1000}; }
constexpr Bytes operator""_MB(unsigned long long n) { return {n * 1000'000}; }
constexpr Bytes operator""_GB(unsigned long long n) { return {n * 1000'000'000}; }
constexpr Seconds operator""_s(long double n) { return {static_cast<double>(n)}; }
constexpr Seconds operator""_s(unsigned long long n) { return {static_cast<double>(n)}; }
constexpr Seconds operator""_ms(long double n) { return {static_cast<double>(n) * 1e-3}; }
constexpr Seconds operator""_ms(unsigned long long n) { return {static_cast<double>(n) * 1e-3}; }
constexpr Seconds operator""_us(long double n) { return {static_cast<double>(n) * 1e-6}; }
constexpr Seconds operator""_us(unsigned long long n) { return {static_cast<double>(n) * 1e-6}; }

// Each parser returns the quantity, or a half sentence "expected ..., found ..." ready for an error
// message: the caller puts the field's name in front. Never throws. Blanks around the text and
// before the unit do not count, digits may be grouped with '_', an exponent is allowed. A missing
// unit is an error, except where the value is 0. Names of units are matched by case ("kb" is
// refused with "did you mean 'kB'?").
//
// Quantities are non-negative and bounded by what can exist: bytes below 2^63 (where file offsets
// end), times up to 100 years, rates up to 1e18, dollars up to 1e9 an hour. A decimal is rounded
// once: "47.55 ms" is the double 0.04755.
template <class T>
using Parsed = tl::expected<T, std::string>;

// Rounded to whole bytes.
// "150 kB", "256KiB", "1.5 GiB", "220TB".
Parsed<Bytes> parse_bytes(std::string_view text);
// A mean need not be whole: "114660.07 B".
Parsed<double> parse_mean_bytes(std::string_view text);
// "144 ms", "30 min", "3 h", "100us".
Parsed<Seconds> parse_seconds(std::string_view text);
// "3 GB/s", "100 Gbit/s".
Parsed<BytesPerSecond> parse_bytes_per_second(std::string_view text);
// "850 /s", "40_000/s".
Parsed<PerSecond> parse_per_second(std::string_view text);
// "6.88/h", "$6.88/h".
Parsed<Dollars> parse_dollars_per_hour(std::string_view text);
// Whole: written out up to 2^64 - 1, with a point or an exponent up to 2^53, beyond
// which a double skips some.
// "2_000_000", "8e9", "1.5e6" (whole).
Parsed<std::uint64_t> parse_count(std::string_view text);
// Any sign and size; "inf" and "nan" are no numbers.
// Finite decimal number.
Parsed<double> parse_number(std::string_view text);
// "0.9" or "90%" -> 0.9.
Parsed<double> parse_fraction(std::string_view text);
// "0.3", "30%", "250%"; up to 10.
Parsed<double> parse_growth(std::string_view text);

// What a person reads: three significant digits, never an exponent, "unknown" for
// infinity and NaN. These are not parsed again by anybody: a file that is read back is
// written with exact_* (workload/field_kinds.h).
// "1.50 GiB": binary units, three significant digits.
std::string format_bytes(Bytes bytes);
// "144 ms", "2.5 s", "1 h 12 min".
std::string format_seconds(Seconds seconds);
std::string format_rate(BytesPerSecond rate);  // "3.25 GiB/s"
// "1,234,567"; "71.4" below 1000.
std::string format_count(double count);
std::string format_dollars(Dollars dollars);  // "$1,234" ; "$6.88"
std::string format_percent(double fraction);  // "93.1 %"
// As much as a prediction knows: whole percent, "93 %", and "> 99 %" and "< 1 %" at the ends.
std::string format_share(double fraction);
// One decimal, or as many as it takes that a fraction below `wanted` never looks like it:
// "99.98 %" of "100.0 %".
std::string format_percent_below(double fraction, double wanted);

}  // namespace aforo
