#include "answer/setting.h"

#include <fmt/format.h>

#include "answer/make_row.h"

namespace aforo {

std::string exact_text(bool value) { return value ? "true" : "false"; }
std::string exact_text(std::uint64_t value) { return fmt::format("{}", value); }
std::string exact_text(double value) { return fmt::format("{}", value); }
std::string exact_text(Bytes value) { return fmt::format("{} B", value.value); }
std::string exact_text(Seconds value) { return fmt::format("{} s", value.value); }
std::string exact_text(Dollars per_hour) { return fmt::format("{}/h", per_hour.value); }
std::string exact_text(const std::string& value) { return value; }

void read_into(const Option&, std::string_view text, Setting<bool>& out) { out.say(true, std::string(text)); }
void read_into(const Option&, std::string_view text, Setting<std::uint64_t>& out) {
  out.say(parse_count(text).value(), std::string(text));
}
void read_into(const Option& option, std::string_view text, Setting<double>& out) {
  const auto share = option.kind == ValueKind::kFraction ? parse_fraction(text) : parse_growth(text);
  out.say(share.value(), std::string(text));
}
void read_into(const Option&, std::string_view text, Setting<Bytes>& out) {
  out.say(parse_bytes(text).value(), std::string(text));
}
void read_into(const Option&, std::string_view text, Setting<Seconds>& out) {
  out.say(parse_seconds(text).value(), std::string(text));
}
void read_into(const Option&, std::string_view text, Setting<Dollars>& out) {
  out.say(parse_dollars_per_hour(text).value(), std::string(text));
}
void read_into(const Option&, std::string_view text, Setting<std::string>& out) {
  out.say(std::string(text), std::string(text));
}
void read_into(const Option&, std::string_view text, Repeated& out) { out.add(std::string(text)); }

}  // namespace aforo
