#include "workload/presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/embedded.h"
#include "base/error.h"
#include "base/text.h"
#include "workload/yaml_tree.h"

namespace aforo {

std::span<const EmbeddedFile> embedded_workloads();  // generated from data/workloads

namespace {

constexpr std::string_view kExtension = ".yaml";

std::string_view name_of(const EmbeddedFile& file) {
  return file.name.substr(0, file.name.size() - kExtension.size());
}

}  // namespace

std::string_view preset_text(std::string_view name) {
  for (const EmbeddedFile& file : embedded_workloads()) {
    if (name_of(file) == name) return file.bytes;
  }
  throw UserError(
      fmt::format("expected a preset's name or a path to a .yaml file, found {}{}; `aforo catalogue "
                  "workloads` lists presets",
                  quote(name), suggest_preset(name)));
}

std::string suggest_preset(std::string_view name) {
  const std::vector<std::string> names = preset_names();
  std::vector<std::string> families;
  for (const std::string& known : names) families.push_back(known.substr(0, known.rfind('_')));
  const std::string near = nearest(name, names);
  if (!near.empty()) return fmt::format("; did you mean '{}'?", near);
  const std::string family = nearest(name.substr(0, name.rfind('_')), families);
  std::vector<std::string> members;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!family.empty() ? families[i] == family : !name.empty() && names[i].starts_with(name))
      members.push_back("'" + names[i] + "'");
  return members.empty() ? std::string() : fmt::format("; did you mean {}?", join(members, " or "));
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : embedded_workloads()) names.emplace_back(name_of(file));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace aforo
