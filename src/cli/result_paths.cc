#include "cli/result_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "base/error.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kResults = {"json", "csv", "steps-csv", "output"};
constexpr std::array<std::string_view, 4> kInputs = {"dlio", "dataset", "storage", "workload"};

struct NamedFile {
  std::string option;  // "--json"
  std::string path;
};

// Links resolved as far as the path exists.
fs::path resolved(const fs::path& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  const fs::path out = fs::weakly_canonical(absolute, error);
  return error ? absolute.lexically_normal() : out;
}

bool lies_below(const fs::path& path, const fs::path& directory) {
  const auto [end, _] = std::mismatch(directory.begin(), directory.end(), path.begin(), path.end());
  return end == directory.end();
}

bool same_file(const std::string& one, const std::string& other) {
  std::error_code error;
  if (fs::equivalent(one, other, error) && !error) return true;
  return resolved(one) == resolved(other);
}

bool is_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

std::vector<NamedFile> given(const Arguments& arguments, std::span<const std::string_view> names) {
  std::vector<NamedFile> out;
  for (const Option* option : arguments.command().options) {
    if (std::find(names.begin(), names.end(), option->name) == names.end()) continue;
    if (const auto path = arguments.text(option->name))
      out.push_back({"--" + std::string(option->name), *path});
  }
  return out;
}

// What is left of standard output, devices and pipes: they keep all that is written to them.
std::vector<NamedFile> result_files(const Arguments& arguments) {
  std::vector<NamedFile> out = given(arguments, kResults);
  std::erase_if(out, [](const NamedFile& file) {
    std::error_code error;
    return file.path == "-" || (fs::exists(file.path, error) && !fs::is_regular_file(file.path, error));
  });
  return out;
}

// A workload may be a preset's name: only what is a file can be lost.
std::vector<NamedFile> input_files(const Arguments& arguments) {
  std::vector<NamedFile> out = given(arguments, kInputs);
  for (const Option* option : arguments.command().options)
    if (option->name == "beside")
      for (const std::string& text : arguments.all("beside")) {
        out.push_back({"--beside", text});
        out.push_back({"--beside", text.substr(0, text.rfind(':'))});
      }
  const auto words = arguments.command().positionals;
  if (!words.empty() && words.front().name == "W")
    for (const std::string& word : arguments.positionals()) out.push_back({"", word});
  std::erase_if(out, [](const NamedFile& file) { return !is_file(file.path); });
  return out;
}

}  // namespace

void refuse_results_over_files(const Arguments& arguments) {
  const std::vector<NamedFile> results = result_files(arguments);
  if (results.empty()) return;
  for (const NamedFile& input : input_files(arguments))
    for (const NamedFile& result : results)
      if (same_file(result.path, input.path))
        throw UserError(fmt::format(
            "{}: expected a file that this command does not read, found '{}', which is {}; give another path",
            result.option, result.path,
            input.option.empty() ? "its input" : fmt::format("its input ({})", input.option)));
  for (std::size_t i = 0; i < results.size(); ++i)
    for (std::size_t j = i + 1; j < results.size(); ++j)
      if (same_file(results[i].path, results[j].path))
        throw UserError(
            fmt::format("expected a file for each result, found '{}' for both {} and {}; give one of them "
                        "another path",
                        results[j].path, results[i].option, results[j].option));
}

void refuse_results_inside(const Arguments& arguments, const std::string& directory) {
  fs::path dataset = resolved(directory);
  if (!dataset.has_filename()) dataset = dataset.parent_path();  // "DIR/" that does not exist yet
  for (const NamedFile& result : given(arguments, kResults)) {
    if (result.path == "-") continue;
    const fs::path path = result.path;
    // The name itself is replaced where it is a link, so both it and what it means must lie outside.
    const fs::path entry = resolved(path.has_parent_path() ? path.parent_path() : ".") / path.filename();
    if (!lies_below(entry, dataset) && !lies_below(resolved(path), dataset)) continue;
    throw UserError(
        fmt::format("{}: expected a file outside the dataset, which aforo leaves as it is, found '{}' "
                    "inside '{}'; give another path",
                    result.option, result.path, directory));
  }
}

}  // namespace aforo
