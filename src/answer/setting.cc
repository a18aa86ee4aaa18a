#include "answer/setting.h"

#include <fmt/format.h>

namespace aforo {

std::string exact_text(bool value) { return value ? "true" : "false"; }
std::string exact_text(std::uint64_t value) { return fmt::format("{}", value); }
std::string exact_text(double value) { return fmt::format("{}", value); }
std::string exact_text(Bytes value) { return fmt::format("{} B", value.value); }
std::string exact_text(Seconds value) { return fmt::format("{} s", value.value); }
std::string exact_text(Dollars per_hour) { return fmt::format("{}/h", per_hour.value); }
std::string exact_text(const std::string& value) { return value; }

}  // namespace aforo
