// An option as data: its name, what its value looks like, its default, its help.
//
// Declared once, in a row (answer/row.h) that binds it to the member of an ask. Parsing,
// validation, help, the echo in the Record and docs/reference.md are made from it. Plain constant
// data: strings are literals and outlive everything; thread-safe; nothing here throws.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aforo {

// What a value must look like. Units are read by base/units.h; a value without one is refused where
// it needs one. Nothing here looks at a disk: whether a file exists is judged where it is read.
enum class ValueKind {
  // Takes no value.
  kFlag,
  // Anything but nothing.
  kText,
  // A file that the command reads.
  kFile,
  // ... or the name of something shipped: a preset, a portfolio; also "NAME:COUNT".
  kFileOrName,
  // A file that the command writes; '-' is standard output.
  kResult,
  // A dataset's directory.
  kDirectory,
  // A whole number, 0 allowed: "2_000_000", "8e9".
  kCount,
  // A whole number above 0.
  kPositive,
  // At most 1: "0.9" or "90%".
  kFraction,
  // "0.3" or "30%", above 100 % too, up to 10.
  kShare,
  // Percentage points: "3" or "2.5", above 0, at most 100. The member holds points, not a fraction.
  kPoints,
  // With unit: "220TB". kB is a power of ten, KiB of two.
  kBytes,
  // With unit: "144 ms".
  kSeconds,
  // "6.88/h".
  kDollarsPerHour,
  // One of `words`, whatever the case.
  kChoice,
  // "key=value", the key not empty; what it means is judged with the workload.
  kAssignment,
};

// One option, or one word such as W. The order of members is that of the rows' initialisers.
struct Option {
  // Without the dashes; unique within a command.
  std::string_view name;
  // One-letter form; 0 = none.
  char letter = 0;
  ValueKind kind = ValueKind::kFlag;
  // What stands for the value in help: "N", "SIZE"; "" of a flag, and of a choice that shows its words.
  std::string_view form;
  // The default as a person writes it; "" = none, or the workload's. The member's own default says
  // the same: a test holds the two together.
  std::string_view fallback;
  // Starts with a verb, no full stop.
  std::string_view help;
  // Heading in the help, one of those below; "" of a word.
  std::string_view group;
  // Dotted workload field that it sets; "" = none. What is said is then also an override
  // of the workload (overrides_of).
  std::string_view key = {};
  // For a flag with a key: the value it sets.
  std::string_view key_value = {};
  // May be given several times; the member is a Repeated.
  bool repeatable = false;
  // Of a choice: those of its enumeration, in order. A function, since some come from tables that
  // are no constants. Null for every other kind.
  std::vector<std::string> (*words)() = nullptr;
  // Of a count: the largest that is taken. One that sets a field has the field's bounds.
  std::uint64_t most = ~std::uint64_t{0};
};

// Headings of the help, in the order in which commands use them. An exclusion of "*" leaves
// kOutputGroup and kBucketGroup out: how an answer is shown, and how a place is reached, contradict nothing.
inline constexpr std::string_view kJobGroup = "Job";
inline constexpr std::string_view kReadingGroup = "Reading";
inline constexpr std::string_view kBucketGroup = "Bucket";
inline constexpr std::string_view kMeasuringGroup = "Measuring";
inline constexpr std::string_view kCheckpointGroup = "Checkpoints";
inline constexpr std::string_view kDatasetGroup = "Dataset";
inline constexpr std::string_view kPredictingGroup = "Predicting";
inline constexpr std::string_view kSizingGroup = "Sizing";
inline constexpr std::string_view kMoneyGroup = "Money";
inline constexpr std::string_view kServingGroup = "Serving";
inline constexpr std::string_view kOutputGroup = "Output";

// What stands for the value in help and reference: `form`, or a choice's words apart by '|' where it has
// none.
std::string form_of(const Option& option);

// The word of a choice that `text` spells; "" if it is none of them.
std::string choice_word(const Option& option, std::string_view text);

// "" if `text` is a good value for `option`, else half a sentence: "expected ..., found ..."; the
// caller puts the option's name in front. Of a wrong word of a choice the nearest is offered. Good
// means well formed and within bounds, those of the field that it sets too: what contradicts the rest of the
// job, or a path that leads nowhere, may still be refused later.
std::string problem_with(const Option& option, std::string_view text);

// As help shows it: "-n, --accelerators N"; four spaces stand for a letter that is not there, so
// that names align. A flag has no form.
std::string spelled(const Option& option);

}  // namespace aforo
