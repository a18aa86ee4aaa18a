// Workloads as YAML: every field, with units, as `parse_workload` reads it back.
#include <fmt/format.h>

#include "base/text.h"
#include "workload/fields.h"

namespace aforo {
namespace {

// Opens the sections of `key` that are not open yet and writes its last name with the value.
void write_field(std::string& out, std::vector<std::string>& open, const std::string& key,
                 const std::string& value) {
  std::vector<std::string> path = split(key, '.');
  const std::string name = path.back();
  path.pop_back();
  std::size_t shared = 0;
  while (shared < path.size() && shared < open.size() && path[shared] == open[shared]) ++shared;
  open = path;
  for (std::size_t level = shared; level < path.size(); ++level) {
    out += fmt::format("{:{}}{}:\n", "", 2 * level, path[level]);
  }
  const std::string_view gap = value.starts_with('\n') ? "" : " ";
  out += fmt::format("{:{}}{}:{}{}\n", "", 2 * path.size(), name, gap, value);
}

std::string write_fields(const Workload& workload, std::string_view prefix) {
  std::string out;
  std::vector<std::string> open;
  for (const Field& field : fields()) {
    if (!field.doc.key.starts_with(prefix)) continue;
    const std::string value = field.get(workload);
    if (!value.empty()) write_field(out, open, field.doc.key, value);
  }
  return out;
}

}  // namespace

std::string to_yaml(const Workload& workload) {
  std::string out = write_fields(workload, "");
  for (const std::string& warning : workload.warnings) out += "# warning: " + warning + "\n";
  return out;
}

std::string dataset_to_yaml(const DatasetSpec& dataset) {
  Workload workload;
  workload.dataset = dataset;
  return write_fields(workload, "dataset.");
}

std::string checkpoint_to_yaml(const CheckpointSpec& checkpoint) {
  Workload workload;
  workload.checkpoint = checkpoint;
  return write_fields(workload, "checkpoint.");
}

}  // namespace aforo
