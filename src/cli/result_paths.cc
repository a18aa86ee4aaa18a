#include "cli/result_paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <vector>

#include "base/error.h"

namespace aforo {
namespace {

namespace fs = std::filesystem;

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

// What was given for the options, and words, of these kinds. A word has no name.
std::vector<NamedFile> given(const CommandLine& line, std::initializer_list<ValueKind> kinds) {
  std::vector<NamedFile> out;
  for (const Ask* ask : {static_cast<const Ask*>(line.ask.get()), static_cast<const Ask*>(&line.results)})
    for (const Row& row : ask->table().rows) {
      if (std::find(kinds.begin(), kinds.end(), row.option.kind) == kinds.end()) continue;
      const std::string name = row.is_word ? "" : "--" + std::string(row.option.name);
      for (const std::string& path : row.said(*ask)) out.push_back({name, path});
    }
  return out;
}

// What is left of standard output, devices and pipes: they keep all that is written to them.
std::vector<NamedFile> result_files(const CommandLine& line) {
  std::vector<NamedFile> out = given(line, {ValueKind::kResult});
  std::erase_if(out, [](const NamedFile& file) {
    std::error_code error;
    return file.path == "-" || (fs::exists(file.path, error) && !fs::is_regular_file(file.path, error));
  });
  return out;
}

// What may be a name too is an input only where it is a file: only that can be lost.
std::vector<NamedFile> input_files(const CommandLine& line) {
  std::vector<NamedFile> out = given(line, {ValueKind::kFile, ValueKind::kFileOrName});
  for (const NamedFile& file : given(line, {ValueKind::kFileOrName}))  // "FILE:COUNT"
    out.push_back({file.option, file.path.substr(0, file.path.rfind(':'))});
  std::erase_if(out, [](const NamedFile& file) { return !is_file(file.path); });
  return out;
}

void refuse_results_inside(const CommandLine& line, const std::string& directory) {
  fs::path dataset = resolved(directory);
  if (!dataset.has_filename()) dataset = dataset.parent_path();  // "DIR/" that does not exist yet
  for (const NamedFile& result : given(line, {ValueKind::kResult})) {
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

}  // namespace

void refuse_results_over_files(const CommandLine& line) {
  const std::vector<NamedFile> results = result_files(line);
  if (results.empty()) return;
  for (const NamedFile& input : input_files(line))
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

void refuse_results_inside_datasets(const CommandLine& line) {
  for (const NamedFile& directory : given(line, {ValueKind::kDirectory}))
    refuse_results_inside(line, directory.path);
}

}  // namespace aforo
