#include "answer/echo.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "answer/job_ask.h"

namespace aforo {

void add_echo(Json& record, const Ask& ask) {
  std::map<std::string, Json> all;
  Json assignments;
  if (record.contains("config") && record["config"].contains("command_line"))
    for (const auto& [name, value] : record["config"]["command_line"].items())
      (name == "assignments" ? assignments : all[name]) = value;
  for (const Row& row : ask.table().rows) {
    if (row.is_word || !row.given(ask)) continue;
    const std::vector<std::string> said = row.said(ask);
    Json& to = all[std::string(row.option.name)];
    if (row.option.kind == ValueKind::kFlag)
      to = true;
    else if (row.option.repeatable)
      to = said;
    else
      to = said.front();
  }
  if (const auto* fields = dynamic_cast<const FieldsAsk*>(&ask);
      fields != nullptr && fields->assignments.given())
    assignments = *fields->assignments;
  if (all.empty() && assignments.is_null()) return;
  Json& echo = record["config"]["command_line"];
  echo = Json::object();
  for (auto& [name, value] : all) echo[name] = std::move(value);
  if (!assignments.is_null()) echo["assignments"] = std::move(assignments);
}

}  // namespace aforo
