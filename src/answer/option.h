// An option as data: its name, what its value looks like, its default, its help.
//
// Declared once, in a row (answer/row.h) that binds it to the member of an ask. Parsing, validation, help, the
// echo in the Record and docs/reference.md are made from it. Plain constant data: strings outlive everything,
// thread-safe, no failure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// What a value must look like. Units are read by base/units.h; a value without one is refused where it needs one.
enum class ValueKind {
  kFlag,            // takes no value
  kText,            // anything but nothing
  kFile,            // a file that the command reads
  kFileOrName,      // ... or the name of something shipped: a preset, a portfolio; also "NAME:COUNT"
  kResult,          // a file that the command writes; '-' is standard output
  kDirectory,       // a dataset's directory
  kCount,           // whole number, 0 allowed
  kPositive,        // whole number above 0
  kFraction,        // 0.9 or 90%
  kShare,           // 0.3 or 30%, above 100% too
  kBytes,           // with unit: 220TB
  kSeconds,         // with unit: 144 ms
  kDollarsPerHour,  // 6.88/h
  kChoice,          // one of `words`
  kAssignment,      // key=value
};

struct Option {
  std::string_view name;  // without the dashes
  char letter = 0;        // one-letter form; 0 = none
  ValueKind kind = ValueKind::kFlag;
  std::string_view form;  // what stands for the value: "N", "SIZE"; "" of a flag and of a choice
  std::string_view
      fallback;            // default as a person writes it; "" = none. The member's own default says the same
  std::string_view help;   // starts with a verb, no full stop
  std::string_view group;  // heading in the help
  std::string_view key = {};        // dotted workload field that it sets; "" = none
  std::string_view key_value = {};  // for a flag with a key: the value it sets
  bool repeatable = false;
  std::vector<std::string> (*words)() = nullptr;  // of a choice: those of its enumeration, in order
};

// Headings of the help, in the order in which commands use them.
inline constexpr std::string_view kJobGroup = "Job";
inline constexpr std::string_view kReadingGroup = "Reading";
inline constexpr std::string_view kMeasuringGroup = "Measuring";
inline constexpr std::string_view kDatasetGroup = "Dataset";
inline constexpr std::string_view kPredictingGroup = "Predicting";
inline constexpr std::string_view kSizingGroup = "Sizing";
inline constexpr std::string_view kMoneyGroup = "Money";
inline constexpr std::string_view kOutputGroup = "Output";

// What stands for the value in help and reference: `form`, or a choice's words apart by '|'.
std::string form_of(const Option& option);

// "" if `text` is a good value for `option`, else half a sentence: "expected ..., found ...".
std::string problem_with(const Option& option, std::string_view text);

std::string spelled(const Option& option);  // "-n, --accelerators N"

}  // namespace aforo
