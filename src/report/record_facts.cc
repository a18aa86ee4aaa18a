#include "report/record_facts.h"

#include "report/view.h"

namespace aforo {

std::string workload_name(const Json& record) { return word(record, {"config", "workload"}); }

std::string directory_of_run(const Json& record) {
  for (const std::string& found : {word(record, {"config", "directory"}), word(record, {"directory"})}) {
    if (!found.empty()) return found;
  }
  return "";
}

std::string engine_of(const Json& record) {
  const std::string engine = word(record, {"engine"});
  return engine.empty() ? word(record, {"config", "engine"}) : engine;
}

std::optional<double> au_target(const Json& record) {
  if (const auto value = number(record, {"au_target"})) return value;
  if (const auto value = number(record, {"config", "au_target"})) return value;
  return number(record, {"threshold"});
}

bool asks_for_all(const Json& record) {
  return flag(record, {"config", "command_line", "full"}) ||
         flag(record, {"config", "command_line", "explain"});
}

std::string started_text(const Json& record) {
  std::string text = word(record, {"started"});
  if (text.size() < 17 || text[10] != 'T' || text.back() != 'Z') return text;
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

}  // namespace aforo
