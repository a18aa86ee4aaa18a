#include "answer/make_row.h"

namespace aforo {

void read_into(const Option&, std::string_view text, Setting<bool>& out) { out.say(true, std::string(text)); }
void read_into(const Option&, std::string_view text, Setting<std::uint64_t>& out) {
  out.say(parse_count(text).value(), std::string(text));
}
void read_into(const Option& option, std::string_view text, Setting<double>& out) {
  const auto value = option.kind == ValueKind::kPoints     ? parse_number(text)
                     : option.kind == ValueKind::kFraction ? parse_fraction(text)
                                                           : parse_growth(text);
  out.say(value.value(), std::string(text));
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
