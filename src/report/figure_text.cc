#include "report/figure_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/view.h"

namespace aforo {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

// The unit is in the key's name, so that a figure added later is shown without a change here.
std::string figure_text(std::string_view key, double value) {
  if (key.find("bytes_per_second") != std::string_view::npos) return format_rate(BytesPerSecond{value});
  if (ends_with(key, "gbit_per_second")) return fmt::format("{:g} Gbit/s", value);
  if (ends_with(key, "per_second") || key == "iops") return format_count(value) + "/s";
  if (ends_with(key, "seconds")) return format_seconds(Seconds{value});
  if (key.find("bytes") != std::string_view::npos) return bytes_text(value);
  if (ends_with(key, "factor")) return fmt::format("{:.3f}", value);
  return format_count(value);
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
    if (ends_with(label, unit)) {
      label.resize(label.size() - unit.size());
      break;
    }
  }
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

// `explain` is a list with `key` (or `name`) in each entry.
}  // namespace aforo
