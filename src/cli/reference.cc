// docs/reference.md, generated: `aforo reference` prints it, a test compares it with the file.
#include <fmt/format.h>

#include "cli/help.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// A cell of a Markdown table: '|' would end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string option_row(const Option& option) {
  std::string name = fmt::format("`--{}`", option.name);
  if (option.letter != 0) name = fmt::format("`-{}`, {}", option.letter, name);
  const std::string form = option.kind == ValueKind::kFlag ? "" : fmt::format("`{}`", cell(form_of(option)));
  const std::string fallback = option.fallback.empty() ? "" : fmt::format("`{}`", cell(option.fallback));
  std::string help = cell(option.help);
  if (option.repeatable) help += " (repeatable)";
  if (!option.key.empty()) help += fmt::format("; sets `{}`", option.key);
  return fmt::format("| {} | {} | {} | {} |\n", name, form, fallback, help);
}

std::string command_section(const Command& command) {
  std::string out = fmt::format("## aforo {}\n\n{}.\n\n    aforo {} {}\n\n{}\n\n", command.name,
                                command.summary, command.name, table_of(command).usage, command.text);
  const auto words = words_of(command);
  for (const Row* word : words) out += fmt::format("- `{}`: {}\n", word->option.form, word->option.help);
  if (!words.empty()) out += '\n';
  out += "| option | value | default | what it does |\n|---|---|---|---|\n";
  for (const Row* row : options_of(command)) out += option_row(row->option);
  out += "\nExamples:\n\n";
  for (const auto& example : command.examples)
    out += fmt::format("    {}\n        {}\n", example.line, example.text);
  out += fmt::format("\nExit codes: {}\n\n", command.exit_codes);
  return out;
}

std::string field_section() {
  std::string out =
      "## Workload fields\n\nThe keys of a workload file, of `--set key=value`, and of bare `key=value` "
      "words.\n\n"
      "| key | form | default | meaning |\n|---|---|---|---|\n";
  for (const FieldDoc& field : workload_fields())
    out += fmt::format("| `{}` | {} | {} | {} |\n", field.key, cell(field.form), cell(field.fallback),
                       cell(field.text));
  return out;
}

}  // namespace

std::string reference_markdown() {
  std::string out =
      "# Reference\n\nGenerated from the option and field declarations by `aforo reference > "
      "docs/reference.md`; a test\n"
      "compares the two. Sizes and times carry units: kB, MB, GB, TB are powers of ten, KiB, MiB, GiB, TiB "
      "powers of\n"
      "two; us, ms, s, min, h.\n\n";
  for (const Command& command : commands())
    if (!command.hidden) out += command_section(command);
  return out + field_section();
}

}  // namespace aforo
