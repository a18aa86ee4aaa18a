// aforo size: what a job needs of storage.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/acts.h"
#include "cli/common.h"
#include "plan/requirement.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// The same job's presets for other accelerators.
std::vector<std::string> siblings(const std::string& word) {
  const std::string family = word.substr(0, word.rfind('_')) + "_";
  std::vector<std::string> out;
  for (const auto& name : preset_names())
    if (name != word && name.rfind(family, 0) == 0) out.push_back(name);
  return out;
}

// The preset that W means once --accelerator-type is known: "unet3d" + b200, or "unet3d_h100" + b200 ->
// "unet3d_b200".
std::string preset_for(const std::string& word, const std::string& type) {
  const auto names = preset_names();
  const auto known = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (known(word + "_" + type)) return word + "_" + type;
  const auto cut = word.rfind('_');
  if (known(word) && cut != std::string::npos && known(word.substr(0, cut) + "_" + type))
    return word.substr(0, cut) + "_" + type;
  return word;
}

// Step time belongs to one accelerator; another one is only taken where its own is known.
Workload workload_for_type(const Arguments& arguments) {
  const auto type = arguments.text("accelerator-type");
  if (!type || arguments.given("dlio") || arguments.positionals().empty()) return workload_of(arguments);
  const std::string wanted = to_lower(*type), word = arguments.positionals().front();
  return workload_of(arguments, preset_for(word, wanted));
}

void check_type(const Arguments& arguments, const Workload& workload) {
  const auto type = arguments.text("accelerator-type");
  if (!type || to_lower(*type) == to_lower(workload.accelerator.type) || arguments.given("step-time")) return;
  const std::string word = arguments.positionals().empty() ? workload.name : arguments.positionals().front();
  const auto others = siblings(word);
  throw UserError(fmt::format(
      "expected a step time for {} in workload '{}', found one for {} only; give --step-time{}", *type,
      workload.name, workload.accelerator.type.empty() ? "no named accelerator" : workload.accelerator.type,
      others.empty() ? "" : ", or choose among " + join(others, ", ")));
}

std::string sentence(const Workload& workload, const Requirement& r) {
  return fmt::format("{} x {}, {}, at {} utilisation: storage must deliver {} on average\n",
                     workload.accelerator.count,
                     workload.accelerator.type.empty() ? "accelerator" : workload.accelerator.type,
                     workload.name, format_percent(r.target), format_rate(r.read));
}

std::string page(const Workload& workload, const Requirement& r, const std::vector<Figure>& figures,
                 bool in_full) {
  std::string out = sentence(workload, r) + '\n';
  std::size_t width = 0;
  for (const auto& figure : figures) width = std::max(width, figure.label.size());
  for (const auto& figure : figures) {
    out += fmt::format("  {:<{}}  {:>14}\n", figure.label, width, format_figure(figure));
    if (in_full)
      out +=
          fmt::format("      {}\n      {}\n      source: {}\n", figure.formula, figure.inputs, figure.source);
  }
  return out + (in_full ? "" : "\n--explain shows formula, inputs and source of each number.\n");
}

// With labels always, so that every number is named for a person; with formula, inputs and source where asked
// for.
Json explanation(const std::vector<Figure>& figures, bool in_full) {
  Json out = Json::array();
  for (const auto& figure : figures) {
    Json entry = {{"key", figure.key}, {"label", figure.label}, {"text", format_figure(figure)}};
    if (in_full)
      entry.update({{"formula", figure.formula}, {"inputs", figure.inputs}, {"source", figure.source}});
    out.push_back(entry);
  }
  return out;
}

}  // namespace

int act_size(const Arguments& arguments, Console& console) {
  Results results(arguments, console);
  Workload workload = workload_for_type(arguments);
  check_type(arguments, workload);
  if (const auto type = arguments.text("accelerator-type")) workload.accelerator.type = to_lower(*type);
  RequirementAsk ask;
  ask.capacity = arguments.bytes("capacity");
  ask.accelerators_per_host = static_cast<std::uint32_t>(arguments.count("per-host"));
  const Requirement needed = requirement(workload, ask);
  const auto figures = explain(workload, ask, needed);

  Json record = new_record("size", started_now(), Json::object());
  record["config"] = {{"workload", to_yaml(workload)}, {"origin", workload.origin}};
  record["accelerators"] = workload.accelerator.count;
  record["au_target"] = needed.target;
  record["requirement"] = to_json(figures);
  record["explain"] = explanation(figures, arguments.given("explain"));
  for (const auto& warning : workload.warnings) record["warnings"].push_back(warning);
  for (const auto& warning : needed.warnings) record["warnings"].push_back(warning);
  std::string text = page(workload, needed, figures, arguments.given("explain"));
  for (const auto& warning : record["warnings"])
    text += fmt::format("warning: {}\n", warning.get<std::string>());
  results.deliver(record, text);
  return kDone;
}

}  // namespace aforo
