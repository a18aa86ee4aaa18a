#include "answer/echo.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "answer/job_ask.h"

namespace aforo {
namespace {

// Sorted by name; `assignments` stand apart, at the end.
struct Given {
  std::map<std::string, Json> options;
  Json assignments;
};

void add_given(Given& given, const Ask& ask) {
  for (const Row& row : ask.table().rows) {
    if (row.is_word || !row.given(ask)) continue;
    const std::vector<std::string> said = row.said(ask);
    Json& to = given.options[std::string(row.option.name)];
    if (row.option.kind == ValueKind::kFlag)
      to = true;
    else if (row.option.repeatable)
      to = said;
    else
      to = said.front();
  }
  if (const auto* fields = dynamic_cast<const FieldsAsk*>(&ask);
      fields != nullptr && fields->assignments.given())
    given.assignments = *fields->assignments;
}

}  // namespace

void add_echo(Json& record, const Ask& ask, const Context& context) {
  Given given;
  add_given(given, ask);
  if (context.front != nullptr) add_given(given, *context.front);
  if (given.options.empty() && given.assignments.is_null()) return;
  Json& echo = record["config"]["command_line"] = Json::object();
  for (auto& [name, value] : given.options) echo[name] = std::move(value);
  if (!given.assignments.is_null()) echo["assignments"] = std::move(given.assignments);
}

}  // namespace aforo
