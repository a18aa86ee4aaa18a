#include "report/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"

namespace aforo {

std::string bytes_text(double bytes) {
  constexpr double kMostBytes = 1e18;  // what format_bytes has words for
  return format_bytes(Bytes{static_cast<std::uint64_t>(std::llround(std::clamp(bytes, 0.0, kMostBytes)))});
}

Value value_of(double number, Unit unit) {
  switch (unit) {
    case Unit::kBytes:
      return {number, unit, bytes_text(number)};
    case Unit::kSeconds:
      return {number, unit, format_seconds(Seconds{number})};
    case Unit::kBytesPerSecond:
      return {number, unit, format_rate(BytesPerSecond{number})};
    case Unit::kFraction:
      return {number, unit, format_percent(number)};
    case Unit::kDollars:
    case Unit::kDollarsPerMonth:
      return {number, unit, format_dollars(Dollars{number})};
    case Unit::kWords:
    case Unit::kPath:
    case Unit::kCount:
    case Unit::kPerSecond:
    case Unit::kWatts:
      break;
  }
  return {number, unit, format_count(number)};
}

Value sum_of_money(double dollars, Unit unit) {
  if (dollars == 0) return {dollars, unit, "nothing"};
  if (std::abs(dollars) < 0.5) return {dollars, unit, "next to nothing"};
  if (std::abs(dollars) < 1000) return {dollars, unit, fmt::format("${:.0f}", dollars)};
  const double last_digit = std::pow(10.0, std::floor(std::log10(std::abs(dollars))) - 2);
  return {dollars, unit, format_dollars({std::round(dollars / last_digit) * last_digit})};
}

Value bytes_as_sold(double bytes) {
  struct Sold {
    double bytes;
    const char* word;
  };
  constexpr Sold kUnits[] = {{1e18, "EB"}, {1e15, "PB"}, {1e12, "TB"}, {1e9, "GB"}};
  constexpr double kRoundedUp = 0.9995;  // reads as 1,000 of the smaller unit
  const Sold* unit = std::find_if(std::begin(kUnits), std::end(kUnits) - 1,
                                  [&](const Sold& one) { return bytes >= kRoundedUp * one.bytes; });
  return {bytes, Unit::kBytes, format_count(bytes / unit->bytes) + " " + unit->word};
}

Value interval_of(const std::vector<double>& ends, Unit unit) {
  if (ends.size() != 2) return {};
  Value out(ends[0], unit, value_of(ends[0], unit).text);
  out.upper = ends[1];
  out.text.append(kBetweenEnds).append(value_of(ends[1], unit).text);
  return out;
}

Value path_value(std::string path) {
  Value out(std::move(path));
  out.unit = Unit::kPath;
  return out;
}

Value toned(Value value, Tone tone) {
  value.tone = tone;
  return value;
}

Value followed_by(Value value, std::string_view words) {
  if (value.known()) value.text += words;
  return value;
}

std::string cut_to(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = text.rfind(' ', most - 4);
  if (end == std::string::npos || end + 40 < most) end = most - 4;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // within a character
  return text.substr(0, end).append(" ...");
}

std::string join_known(const std::vector<std::string>& parts, std::string_view separator) {
  std::string result;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!result.empty()) result += separator;
    result += part;
  }
  return result;
}

}  // namespace aforo
