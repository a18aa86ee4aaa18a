#include "answer/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

bool names(const Exclusion& exclusion, const Row& one, const Row& other) {
  if (exclusion.others.empty() || &one == &other) return false;
  if (exclusion.others == "*")
    return !other.is_word && other.option.group != kOutputGroup && other.option.group != kBucketGroup;
  const std::vector<std::string> all = split(exclusion.others, ' ');
  return std::find(all.begin(), all.end(), other.option.name) != all.end();
}

std::string refusal(const Exclusion& exclusion, const Row& one, const Row& other, const Ask& ask) {
  if (exclusion.sentence.empty())
    return fmt::format("expected --{} or --{}, found both; {}", one.option.name, other.option.name,
                       exclusion.why);
  return fmt::format(fmt::runtime(exclusion.sentence), fmt::arg("name", other.option.name),
                     fmt::arg("value", other.said(ask).front()));
}

// Of `row`, which was given, against what was given of `ask`.
void refuse_exclusions(const Row& row, const Ask& ask, bool by_name_alone = false) {
  for (const Exclusion& exclusion : row.exclusions)
    for (const Row& other : ask.table().rows)
      if (!(by_name_alone && exclusion.others == "*") && names(exclusion, row, other) && other.given(ask))
        throw UserError(refusal(exclusion, row, other, ask));
}

void refuse_lonely(const Row& row, const Ask& ask) {
  const Row* companion = row.companion.name.empty() ? nullptr : find_row(ask.table(), row.companion.name);
  if (companion != nullptr && !companion->given(ask)) throw UserError(std::string(row.companion.sentence));
}

std::string bad_value(const Row& row, const std::string& problem) {
  return row.is_word ? fmt::format("{}: {}", row.option.form, problem)
                     : fmt::format("--{}: {}", row.option.name, problem);
}

// Of options: what a word means is judged by whoever takes it.
void refuse_values(const Row& row, const Ask& ask) {
  if (row.is_word) return;
  for (const std::string& said : row.said(ask))
    if (const std::string problem = problem_with(row.option, said); !problem.empty())
      throw UserError(bad_value(row, problem));
}

[[noreturn]] void refuse_name(const Ask& ask, std::string_view name) {
  std::vector<std::string> known;
  for (const Row& row : ask.table().rows) known.emplace_back(row.option.name);
  throw UserError(fmt::format("expected an option of 'aforo {}', found '{}'{}", ask.table().command, name,
                              did_you_mean(name, known)));
}

}  // namespace

const Row* find_row(const AskTable& table, std::string_view name) {
  for (const Row& row : table.rows)
    if (row.option.name == name) return &row;
  return nullptr;
}

void say(Ask& ask, std::string_view name, std::string_view text) {
  const Row* row = find_row(ask.table(), name);
  if (row == nullptr) refuse_name(ask, name);
  if (const std::string problem = problem_with(row->option, text); !problem.empty())
    throw UserError(bad_value(*row, problem));
  if (row->given(ask) && !row->option.repeatable)
    throw UserError(bad_value(*row, "expected it once, found it again"));
  const bool choice = row->option.kind == ValueKind::kChoice;
  row->read(row->option, choice ? choice_word(row->option, text) : std::string(text), ask);
}

bool leaves_out(const Ask& ask, const Row& word) {
  for (const Row& row : ask.table().rows)
    for (const Exclusion& exclusion : row.exclusions)
      if (exclusion.others != "*" && names(exclusion, row, word) && row.given(ask)) return true;
  return false;
}

void refuse_contradictions(const Ask& ask) {
  const AskTable& table = ask.table();
  for (const Row& row : table.rows) {
    if (!row.given(ask)) continue;
    refuse_values(row, ask);
    refuse_exclusions(row, ask);
    refuse_lonely(row, ask);
  }
  ask.check();
  for (const Row& row : table.rows)
    if (!row.missing.empty() && !row.given(ask) && !leaves_out(ask, row))
      throw UserError(fmt::format(fmt::runtime(row.missing), fmt::arg("command", table.command),
                                  fmt::arg("usage", table.usage)));
}

void refuse_contradictions_between(const Ask& ask, const Ask& front) {
  for (const auto& [own, other] : {std::pair{&ask, &front}, std::pair{&front, &ask}})
    for (const Row& row : own->table().rows) {
      if (!row.given(*own)) continue;
      refuse_exclusions(row, *other, true);
      refuse_lonely(row, *other);
    }
}

}  // namespace aforo
