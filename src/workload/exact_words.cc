#include "workload/exact_words.h"

#include <fmt/format.h>

#include <span>
#include <string_view>

#include "base/units.h"

namespace aforo {
namespace {

struct Written {
  std::string_view unit;
  double size;
};

template <class Parse>
std::string exact(double value, std::span<const Written> units, Parse parse) {
  if (value == 0) return "0";
  std::string best = fmt::format("{} {}", value, units.front().unit);
  for (const Written& unit : units.subspan(1)) {
    // The quotient may be a neighbour of what was written (20 us / 1e-6): 15 digits hide
    // that, `parse` decides.
    std::string text = fmt::format("{:.15g} {}", value / unit.size, unit.unit);
    const auto back = parse(text);
    // "0.000001 TB" is as exact as "1 MB", but nobody writes it.
    if (back && *back == value && value >= unit.size && text.size() <= best.size()) best = std::move(text);
  }
  return best;
}

}  // namespace

std::string unexpected(std::string_view expected, const YamlNode& node) {
  return fmt::format("expected {}, found {}", expected, describe(node));
}

std::string exact_bytes(double bytes) {
  static constexpr Written kUnits[] = {{"B", 1},        {"kB", 1e3},     {"MB", 1e6},
                                       {"GB", 1e9},     {"TB", 1e12},    {"KiB", 0x1p10},
                                       {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
  return exact(bytes, kUnits, [](std::string_view text) { return parse_mean_bytes(text); });
}

std::string exact_seconds(double seconds) {
  const auto parse = [](std::string_view text) -> Parsed<double> {
    const Parsed<Seconds> value = parse_seconds(text);
    if (!value) return tl::unexpected(value.error());
    return value->value;
  };
  static constexpr Written kLong[] = {{"s", 1}, {"min", 60}, {"h", 3600}};
  static constexpr Written kShort[] = {{"s", 1}, {"us", 1e-6}, {"ms", 1e-3}};
  if (seconds >= 1) return exact(seconds, kLong, parse);
  if (seconds > 0 && seconds < 1e-6) {  // "0.1 ns" rather than "1e-10 s": people count per byte so
    const std::string text = fmt::format("{:.15g} ns", seconds / 1e-9);
    const Parsed<double> back = parse(text);
    if (back && *back == seconds) return text;
  }
  return exact(seconds, kShort, parse);
}

std::string exact_bytes_per_second(double rate) {
  static constexpr Written kUnits[] = {{"B/s", 1},        {"kB/s", 1e3},     {"MB/s", 1e6},
                                       {"GB/s", 1e9},     {"TB/s", 1e12},    {"MiB/s", 0x1p20},
                                       {"GiB/s", 0x1p30}, {"Gbit/s", 1.25e8}};
  return exact(rate, kUnits, [](std::string_view text) -> Parsed<double> {
    const Parsed<BytesPerSecond> value = parse_bytes_per_second(text);
    if (!value) return tl::unexpected(value.error());
    return value->value;
  });
}

}  // namespace aforo
