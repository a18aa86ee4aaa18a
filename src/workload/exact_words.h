// Values as words: exact ones that read back as the same number, and what is said of one that does not read.
//
// For this room, and for `model`, whose files are written alike. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "workload/yaml_tree.h"

namespace aforo {

// "150 kB", "144 ms", "114660.07 B": the shortest form that reads back as exactly this number.
std::string exact_bytes(double bytes);
std::string exact_seconds(double seconds);
std::string exact_bytes_per_second(double rate);  // "3 GB/s"

// The half sentence for a value of the wrong kind: "expected EXPECTED, found ...".
std::string unexpected(std::string_view expected, const YamlNode& node);

}  // namespace aforo
