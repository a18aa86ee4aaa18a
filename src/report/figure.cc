#include "report/figure.h"

#include <fmt/format.h>

#include <algorithm>

namespace aforo {
Value figure_value(std::string_view key, double number) {
  if (key.find("bytes_per_second") != std::string_view::npos) return value_of(number, Unit::kBytesPerSecond);
  if (key.ends_with("gbit_per_second"))
    return {number * 1e9 / 8, Unit::kBytesPerSecond, fmt::format("{:g} Gbit/s", number)};
  if (key.ends_with("per_second") || key == "iops")
    return followed_by(value_of(number, Unit::kPerSecond), "/s");
  if (key.ends_with("seconds")) return value_of(number, Unit::kSeconds);
  if (key.find("bytes") != std::string_view::npos) return value_of(number, Unit::kBytes);
  if (key.ends_with("factor")) return {number, Unit::kCount, fmt::format("{:.3f}", number)};
  return value_of(number, Unit::kCount);
}

std::string figure_label(std::string_view key) {
  struct Label {
    std::string_view key, label;
  };
  static constexpr Label kLabels[] = {{"read_bytes_per_second", "read bandwidth"},
                                      {"iops", "read requests"},
                                      {"opens_per_second", "file opens"},
                                      {"sample_latency_seconds", "mean time per sample"},
                                      {"capacity_bytes", "capacity"},
                                      {"network_bytes_per_second_per_host", "network per host"},
                                      {"prefetch_bytes", "prefetch memory"}};
  for (const Label& known : kLabels) {
    if (known.key == key) return std::string(known.label);
  }
  std::string label(key);
  for (std::string_view unit :
       {"_bytes_per_second", "_gbit_per_second", "_per_second", "_seconds", "_bytes"}) {
    if (label.ends_with(unit)) {
      label.resize(label.size() - unit.size());
      break;
    }
  }
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

}  // namespace aforo
