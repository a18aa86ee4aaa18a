#include "answer/option.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "workload/parse.h"

namespace aforo {
namespace {

template <class T>
std::string error_of(const Parsed<T>& parsed) {
  return parsed.has_value() ? std::string() : parsed.error();
}

constexpr std::size_t kFewWords = 4;  // of a choice; chosen: "a or b or c or d" is still read at a glance

std::string choice_problem(const Option& option, std::string_view text) {
  if (!choice_word(option, text).empty()) return {};
  const std::vector<std::string> choices = option.words();
  const std::string offered =
      choices.size() > kFewWords ? "one of " + join(choices, ", ") : join(choices, " or ");
  return fmt::format("expected {}, found '{}'{}", offered, text, did_you_mean(text, choices));
}

std::string count_problem(const Option& option, std::string_view text) {
  const auto count = parse_count(text);
  if (count && *count == 0 && option.kind == ValueKind::kPositive)
    return "expected a whole number above 0, found 0";
  if (count && *count > option.most)
    return fmt::format("expected a whole number up to {}, found {}", option.most, *count);
  return error_of(count);
}

std::string points_problem(std::string_view text) {
  const auto points = parse_number(text);
  if (!points || (*points > 0 && *points <= 100)) return error_of(points);
  return fmt::format("expected percentage points above 0 and up to 100, such as 3, found '{}'", text);
}

std::string assignment_problem(std::string_view text) {
  const auto equals = text.find('=');
  if (equals != std::string_view::npos && equals > 0) return {};
  return fmt::format("expected key=value such as loader.workers=8, found '{}'", text);
}

std::string ill_formed(const Option& option, std::string_view text) {
  switch (option.kind) {
    case ValueKind::kFlag:
      return {};
    case ValueKind::kText:
    case ValueKind::kFile:
    case ValueKind::kFileOrName:
    case ValueKind::kResult:
    case ValueKind::kDirectory:
      return text.empty() ? fmt::format("expected {}, found nothing", option.form) : std::string();
    case ValueKind::kCount:
    case ValueKind::kPositive:
      return count_problem(option, text);
    case ValueKind::kFraction:
      return error_of(parse_fraction(text));
    case ValueKind::kShare:
      return error_of(parse_growth(text));
    case ValueKind::kPoints:
      return points_problem(text);
    case ValueKind::kBytes:
      return error_of(parse_bytes(text));
    case ValueKind::kSeconds:
      return error_of(parse_seconds(text));
    case ValueKind::kDollarsPerHour:
      return error_of(parse_dollars_per_hour(text));
    case ValueKind::kChoice:
      return choice_problem(option, text);
    case ValueKind::kAssignment:
      return assignment_problem(text);
  }
  return {};
}

}  // namespace

std::string form_of(const Option& option) {
  return option.kind == ValueKind::kChoice && option.form.empty() ? join(option.words(), "|")
                                                                  : std::string(option.form);
}

std::string choice_word(const Option& option, std::string_view text) {
  for (std::string& word : option.words())
    if (to_lower(word) == to_lower(text)) return word;
  return {};
}

std::string problem_with(const Option& option, std::string_view text) {
  const std::string problem = ill_formed(option, text);
  if (!problem.empty() || option.key.empty() || option.kind == ValueKind::kFlag) return problem;
  return field_problem(option.key, text);
}

std::string spelled(const Option& option) {
  std::string text = option.letter != 0 ? fmt::format("-{}, --{}", option.letter, option.name)
                                        : fmt::format("    --{}", option.name);
  if (option.kind != ValueKind::kFlag) text += " " + form_of(option);
  return text;
}

}  // namespace aforo
