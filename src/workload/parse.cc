#include "workload/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/input_file.h"
#include "base/text.h"
#include "workload/dlio.h"
#include "workload/dlio_keys.h"
#include "workload/presets.h"
#include "workload/revised.h"
#include "workload/validate.h"

namespace aforo {
namespace {

constexpr std::string_view kPresetPrefix = "preset ";

std::string stem(std::string_view file) {
  if (file.starts_with(kPresetPrefix)) file.remove_prefix(kPresetPrefix.size());
  return std::filesystem::path(file).stem().string();
}

// A file that is no mapping at the top has no keys to talk about.
void require_mapping(const YamlNode& root, std::string_view file) {
  if (root.is_map()) return;
  const std::string_view found = root.kind == YamlNode::Kind::kNull ? "an empty file" : "";
  throw UserError(
      fmt::format("{}: expected a mapping of keys, found {}", file, found.empty() ? describe(root) : found));
}

std::string key_of(std::string_view assignment) {
  return std::string(trim(assignment.substr(0, assignment.find('='))));
}

// Hydra writes "+key=value" to add a key and "++key=value" to add or replace it; here both say "set it".
std::vector<std::string> without_plus(std::span<const std::string> overrides) {
  std::vector<std::string> out;
  for (const std::string& assignment : overrides)
    out.push_back(assignment.substr(std::min(assignment.find_first_not_of('+'), assignment.size())));
  return out;
}

Workload parse_aforo(const YamlNode& root, std::string_view file, std::span<const std::string> overrides,
                     Use use) {
  Workload workload;
  Places places;
  apply_fields(workload, root, "", file, places);
  for (const std::string& assignment : overrides) apply_override(workload, assignment, places);
  if (workload.name.empty()) workload.name = stem(file);
  workload.origin = file;
  complete_and_check(workload, file, places, use);
  return workload;
}

// A bare word may be a key of either side; both are named.
[[noreturn]] void refuse_word_beside_dlio(std::string_view assignment, std::string_view key) {
  const std::vector<std::string> theirs = dlio_key_words();
  const std::string near = nearest(key, theirs);
  std::vector<std::string> same_end;
  for (const std::string& word : theirs)
    if (word.ends_with(fmt::format(".{}", key))) same_end.push_back(word);
  const std::string meant = !same_end.empty() ? same_end.front() : near;
  throw UserError(fmt::format(
      "--set {}: expected a key of the benchmark (such as reader.batch_size, train.epochs, "
      "dataset.num_files_train) or of aforo (such as loader.batch_size), found {}{}",
      quote(assignment), quote(key), meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant)));
}

// What chooses or steers Hydra itself: "workload=unet3d_h100", "hydra.run.dir=out", "hydra/launcher=x".
bool is_hydras(std::string_view key) {
  return key == "workload" || key.starts_with("hydra.") || key.starts_with("hydra/");
}

// The benchmark ends an epoch with its samples, however many steps are asked for.
void limit_steps(Workload& workload) {
  const std::uint64_t per_step = workload.loader.batch_size * workload.accelerator.count;
  if (per_step > 0 && workload.training.steps >= workload.dataset.samples / per_step)
    workload.training.steps = 0;
}

// Overrides of DLIO's keys change the tree, overrides of aforo's the result: either spelling
// works on such a file.
Workload parse_dlio(YamlNode root, std::string_view file, std::span<const std::string> overrides, Use use) {
  std::vector<std::string> ours, hydras;
  for (const std::string& assignment : overrides) {
    const std::string key = key_of(assignment);
    if (is_hydras(key)) {
      hydras.push_back(fmt::format(
          "{} is not honoured: the file is the workload, and aforo does not run Hydra", quote(assignment)));
      continue;
    }
    const bool known = find_field(key) != nullptr;
    if (!known && !is_dlio_key(key) && !is_section(key) && key.find('.') == std::string::npos)
      refuse_word_beside_dlio(assignment, key);
    if (!known && is_dlio_key(key)) {
      override_dlio(root, assignment);
    } else {
      ours.push_back(assignment);
    }
  }
  Workload workload = read_dlio(root, file, use);
  workload.warnings.insert(workload.warnings.end(), hydras.begin(), hydras.end());
  Places places;
  for (const Field& field : fields()) {
    if (field.required) places.emplace(field.doc.key, std::string(file));
  }
  for (const std::string& assignment : ours) apply_override(workload, assignment, places);
  workload.origin = fmt::format("dlio {}", file);
  check_bounds(workload, file, use);
  if (!sets_field(ours, "training.steps")) limit_steps(workload);
  complete_and_check(workload, file, places, use);
  return workload;
}

// Without Hydra's way of wrapping the file in one key; what stands beside that comes last, to be named as not honoured.
YamlNode unwrapped(const YamlNode& root) {
  const YamlNode* inside = root.find("workload");
  if (inside == nullptr || !inside->is_map()) return root;
  YamlNode out = *inside;
  for (const YamlNode& item : root.items)
    if (&item != inside && out.find(item.key) == nullptr) out.items.push_back(item);
  return out;
}

}  // namespace

Workload parse_workload(std::string_view text, std::string_view file, std::span<const std::string> overrides,
                        Dialect dialect, Use use) {
  YamlNode root = read_yaml(text, file);
  require_mapping(root, file);
  const std::vector<std::string> assignments = without_plus(overrides);
  YamlNode plain = unwrapped(root);
  const bool dlio = dialect == Dialect::kDlio || (dialect == Dialect::kDetect && is_dlio(plain));
  if (!dlio) return parse_aforo(root, file, assignments, use);
  return parse_dlio(std::move(plain), file, assignments, use);
}

bool sets_field(std::span<const std::string> overrides, std::string_view field) {
  const std::vector<std::string> assignments = without_plus(overrides);
  return std::any_of(assignments.begin(), assignments.end(),
                     [&](const std::string& assignment) { return key_of(assignment) == field; });
}

Workload load_workload(std::string_view what, std::span<const std::string> overrides, Dialect dialect,
                       Use use) {
  const bool path =
      what.find('/') != std::string_view::npos || what.ends_with(".yaml") || what.ends_with(".yml");
  if (path)
    return parse_workload(
        read_input_file(std::string(what), "workload file", "; presets have no '/' and no .yaml"), what,
        overrides, dialect, use);
  return parse_workload(preset_text(what), fmt::format("{}{}", kPresetPrefix, what), overrides,
                        Dialect::kAforo, use);
}

Workload revised(Workload workload, std::span<const std::string> overrides, Use use) {
  const std::string origin = workload.origin;
  std::vector<std::string> warnings = std::move(workload.warnings);
  Places places;
  for (const Field& field : fields()) places.emplace(field.doc.key, origin);
  for (const std::string& assignment : without_plus(overrides)) apply_override(workload, assignment, places);
  check_bounds(workload, origin, use);
  complete_and_check(workload, origin, places, use);
  workload.origin = origin;
  workload.warnings = std::move(warnings);
  return workload;
}

Workload load_preset(std::string_view name) {
  return parse_workload(preset_text(name), fmt::format("{}{}", kPresetPrefix, name), {}, Dialect::kAforo);
}

DatasetSpec parse_dataset_block(std::string_view text, std::string_view file) {
  const YamlNode root = read_yaml(text, file);
  require_mapping(root, file);
  for (const YamlNode& item : root.items) {
    if (item.key == "dataset") continue;
    const std::vector<std::string> known = {"dataset"};
    throw UserError(fmt::format("{}:{}: expected only 'dataset', found {}{}", file, item.line,
                                quote(item.key), did_you_mean(item.key, known)));
  }
  Workload workload;
  Places places;
  apply_fields(workload, root, "", file, places);
  complete_and_check_dataset(workload.dataset, file, places);
  return workload.dataset;
}

CheckpointSpec parse_checkpoint_block(std::string_view text, std::string_view file) {
  return parse_workload(text, file, {}, Dialect::kAforo, Use::kCheckpoint).checkpoint;
}

}  // namespace aforo
