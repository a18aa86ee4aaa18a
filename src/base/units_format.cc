#include <fmt/format.h>

#include <cmath>

#include "base/units.h"

namespace aforo {
namespace {

// Three significant digits, never in exponent form: "1.50", "15.0", "150", "1023".
std::string three_digits(double value) {
  const double size = std::abs(value);
  if (size >= 99.95) return fmt::format("{:.0f}", value);
  if (size >= 9.995) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

// The same without zeros that say nothing: "1.5", "15", "150".
std::string short_digits(double value) {
  std::string text = three_digits(value);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string binary(double value, std::string_view suffix) {
  if (!std::isfinite(value)) return "unknown";
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  // 1023.6 would round to 1024 of the smaller unit, so it already belongs to the larger one.
  while (std::abs(value) >= 1023.5 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  const std::string digits = unit == 0 ? short_digits(value) : three_digits(value);
  return fmt::format("{} {}{}", digits, kUnits[unit], suffix);
}

std::string grouped(double whole) {
  const std::string digits = fmt::format("{:.0f}", whole);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

// "1 h 12 min": the larger part whole, the smaller one left out where it is 0.
std::string two_parts(long long small, long long ratio, std::string_view large_unit,
                      std::string_view small_unit) {
  const long long large = small / ratio;
  if (small % ratio == 0) return fmt::format("{} {}", large, large_unit);
  return fmt::format("{} {} {} {}", large, large_unit, small % ratio, small_unit);
}

}  // namespace

std::string format_bytes(Bytes bytes) { return binary(static_cast<double>(bytes.value), ""); }

std::string format_rate(BytesPerSecond rate) { return binary(rate.value, "/s"); }

std::string format_seconds(Seconds seconds) {
  const double value = seconds.value;
  if (!std::isfinite(value)) return "unknown";
  if (value < 0) return "-" + format_seconds({-value});
  if (value == 0) return "0 s";
  if (value < 0.9995e-6) return short_digits(value * 1e9) + " ns";
  if (value < 0.9995e-3) return short_digits(value * 1e6) + " us";
  if (value < 0.9995) return short_digits(value * 1e3) + " ms";
  if (value < 59.95) return short_digits(value) + " s";
  if (value < 3599.5) return two_parts(std::llround(value), 60, "min", "s");
  if (value < 47.5 * 3600) return two_parts(std::llround(value / 60), 60, "h", "min");
  if (value > 1e15) return "unknown";
  return two_parts(std::llround(value / 3600), 24, "d", "h");
}

std::string format_count(double count) {
  if (!std::isfinite(count)) return "unknown";
  return std::abs(count) < 999.5 ? short_digits(count) : grouped(count);
}

std::string format_dollars(Dollars dollars) {
  if (!std::isfinite(dollars.value)) return "unknown";
  const std::string_view sign = dollars.value < 0 ? "-" : "";
  const double amount = std::abs(dollars.value);
  if (amount < 999.995) return fmt::format("{}${:.2f}", sign, amount);
  return fmt::format("{}${}", sign, grouped(amount));
}

std::string format_percent(double fraction) {
  if (!std::isfinite(fraction)) return "unknown";
  return fmt::format("{:.1f} %", fraction * 100);
}

std::string format_share(double fraction) {
  if (!std::isfinite(fraction)) return "unknown";
  if (fraction > 0.99) return "> 99 %";
  if (fraction < 0.01) return fraction > 0 ? "< 1 %" : "0 %";
  return fmt::format("{:.0f} %", fraction * 100);
}

std::string format_percent_below(double fraction, double wanted) {
  std::string out = format_percent(fraction);
  if (!(fraction < wanted)) return out;
  for (int digits = 2; digits <= 9 && std::stod(out) >= std::stod(format_percent(wanted)); ++digits)
    out = fmt::format("{:.{}f} %", fraction * 100, digits);
  return out;
}

}  // namespace aforo
