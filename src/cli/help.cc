#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace aforo {
namespace {

// Words filled into lines of `width`, every line but the first indented by `indent`; the first starts at
// `column`.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t column, std::size_t width) {
  std::string out;
  for (const auto& word : split(text, ' ')) {
    if (word.empty()) continue;
    if (column > indent && column + 1 + word.size() > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!out.empty() && out.back() != ' ' && column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string entry(std::string_view left, std::string_view right, std::size_t indent, std::size_t width) {
  std::string line = fmt::format("  {}", left);
  if (line.size() + 2 > indent)
    line += '\n' + std::string(indent, ' ');
  else
    line.resize(indent, ' ');
  return line + wrapped(right, indent, indent, width) + '\n';
}

std::string with_default(const Option& option) {
  std::string text(option.help);
  if (!option.fallback.empty()) text += fmt::format(" [{}]", option.fallback);
  if (option.repeatable) text += " (repeatable)";
  return text;
}

std::vector<std::string_view> groups(const std::vector<const Row*>& options) {
  std::vector<std::string_view> out;
  for (const Row* row : options)
    if (std::find(out.begin(), out.end(), row->option.group) == out.end()) out.push_back(row->option.group);
  return out;
}

}  // namespace

std::string overview() {
  std::string out =
      "aforo sizes and proves storage for AI/ML training: will this storage keep the accelerators busy?\n\n"
      "usage: aforo COMMAND [options]\n\n";
  for (const Command& command : commands())
    if (!command.hidden) out += fmt::format("  {:<10} {}\n", command.name, command.summary);
  out +=
      "\n  aforo COMMAND --help    what it reads, does and answers, with examples\n"
      "  aforo --version         the version\n\n"
      "A first look, on any directory:\n"
      "  aforo catalogue workloads\n"
      "  aforo generate resnet50_h100 /mnt/test/data --samples 50000 --dry-run\n"
      "  aforo size resnet50_h100 --accelerators 64\n\n"
      "Exit codes: 0 done; 1 the answer is \"not met\"; 2 it could not be done.\n";
  return out;
}

std::string help_of(const Command& command, int columns) {
  const std::size_t width = static_cast<std::size_t>(std::clamp(columns, 60, 110));
  std::string out =
      fmt::format("{}.\n\nusage: aforo {} {}\n\n", command.summary, command.name, table_of(command).usage);
  const auto words = words_of(command), options = options_of(command);
  for (const Row* word : words) out += entry(word->option.form, word->option.help, 12, width);
  if (!words.empty()) out += '\n';
  out += wrapped(command.text, 0, 0, width) + "\n";
  for (const auto group : groups(options)) {
    out += fmt::format("\n{}:\n", group);
    for (const Row* row : options)
      if (row->option.group == group)
        out += entry(spelled(row->option), with_default(row->option), 34, width);
  }
  out += "\nExamples:\n";
  for (const auto& example : command.examples)
    out += fmt::format("  {}\n      {}\n", example.line, example.text);
  out += fmt::format("\nExit codes: {}\n", command.exit_codes);
  return out;
}

}  // namespace aforo
