// Options, each declared once: from a row of the table come parsing, validation, help, the echo in the Record
// and docs/reference.md. Plain constant data, thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace aforo {

// What a value must look like; units are read by base/units.h.
enum class ValueKind {
  kFlag,  // takes no value
  kText,
  kFile,
  kCount,     // whole number, 0 allowed
  kPositive,  // whole number above 0
  kFraction,  // 0.9 or 90%
  kShare,     // 0.3 or 30%, above 100% too
  kBytes,
  kSeconds,
  kDollarsPerHour,
  kChoice,      // one of `form`, separated by '|'
  kAssignment,  // key=value
};

struct Option {
  std::string_view name;  // without the dashes
  char letter = 0;        // one-letter form; 0 = none
  ValueKind kind = ValueKind::kFlag;
  std::string_view form;            // what stands for the value: "N", "SIZE", "buffered|direct"
  std::string_view fallback;        // default as a person writes it; "" = none
  std::string_view help;            // starts with a verb, no full stop
  std::string_view group;           // heading in the help
  std::string_view key = {};        // dotted workload field that it sets; "" = none
  std::string_view key_value = {};  // for a flag with a key: the value it sets
  bool repeatable = false;
};

// "" if `text` is a good value for `option`, else half a sentence: "expected ..., found ...".
std::string problem_with(const Option& option, std::string_view text);

std::string spelled(const Option& option);  // "-n, --accelerators N"

}  // namespace aforo
