#include "report/record_facts.h"

#include "base/text.h"
#include "report/view.h"

namespace aforo {
namespace {

// The `name:` line of a workload that the Record holds as YAML.
std::string name_in_yaml(const std::string& yaml) {
  for (const std::string& line : split(yaml, '\n')) {
    if (line.rfind("name:", 0) == 0) return std::string(trim(std::string_view(line).substr(5)));
  }
  return "";
}

}  // namespace

std::string workload_name(const Json& record) {
  if (std::string name = word(record, {"config", "name"}); !name.empty()) return name;
  const std::string workload = word(record, {"config", "workload"});
  const std::string inner = name_in_yaml(workload);
  if (!inner.empty() || workload.find('\n') != std::string::npos) return inner;
  return workload.empty() ? name_in_yaml(word(record, {"config", "yaml"})) : workload;
}

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

std::string started_text(const Json& record) {
  std::string text = word(record, {"started"});
  if (text.size() < 17 || text[10] != 'T' || text.back() != 'Z') return text;
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

}  // namespace aforo
