#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <map>

#include "answer/job_ask.h"
#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  auto key = word.substr(0, equals);
  key.remove_prefix(
      std::min(key.find_first_not_of('+'), key.size()));  // "+key=" and "++key=" of the benchmark
  return !key.empty() && std::isalpha(static_cast<unsigned char>(key.front())) != 0 &&
         std::all_of(key.begin(), key.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-' || c == '+';
         });
}

const Option* find(const Command& command, std::string_view name) {
  for (const Row* row : options_of(command)) {
    const Option& option = row->option;
    if (option.name == name || (option.letter != 0 && name.size() == 1 && option.letter == name[0]))
      return &option;
  }
  return nullptr;
}

// Unknown options are judged first, so that the sentence names them and not a value that they left behind.
void refuse_unknown_options(const Command& command, std::span<const std::string> words) {
  std::vector<std::string> known;
  for (const Row* row : options_of(command)) known.push_back("--" + std::string(row->option.name));
  for (const std::string& word : words) {
    if (word == "--") return;
    if (word.size() < 2 || word[0] != '-' || std::isdigit(static_cast<unsigned char>(word[1])) != 0) continue;
    const bool long_form = word[1] == '-';
    const std::string name = long_form ? word.substr(2, word.find('=') - 2) : word.substr(1, 1);
    if (find(command, name) != nullptr && (long_form || find(command, name)->letter == name[0])) continue;
    const std::string shown = long_form ? "--" + name : "-" + name;
    throw UserError(fmt::format("expected an option of 'aforo {}', found '{}'{}; see 'aforo {} --help'",
                                command.name, shown, did_you_mean(shown, known), command.name));
  }
}

// CLI11 names the option but not what it wanted.
[[noreturn]] void refuse_shape(const Command& command, const std::string& what) {
  for (const Row* row : options_of(command)) {
    const Option& option = row->option;
    if (what.starts_with(fmt::format("--{}:", option.name)) && option.kind != ValueKind::kFlag)
      throw UserError(fmt::format("--{}: expected a value ({}), found none", option.name, form_of(option)));
  }
  throw UserError(
      fmt::format("expected a command line as in 'aforo {} --help', found {}", command.name, what));
}

void refuse_values_of_flags(const Command& command, std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") return;
    const auto equals = word.find('=');
    if (word.rfind("--", 0) != 0 || equals == std::string::npos) continue;
    const Option* option = find(command, word.substr(2, equals - 2));
    if (option != nullptr && option->kind == ValueKind::kFlag)
      throw UserError(
          fmt::format("--{}: expected no value, found '{}'", option->name, word.substr(equals + 1)));
  }
}

// What stands on the line, by option and in order, before its values are judged; and the words
// without a name.
struct Said {
  std::map<const Row*, std::vector<std::string>> values;  // a flag: {"true"}
  std::vector<std::string> words;
};

Said split_line(const Command& command, std::span<const std::string> words) {
  CLI::App app;
  app.set_help_flag();
  Said said;
  std::map<const Row*, std::int64_t> flags;
  for (const Row* row : options_of(command)) {
    const Option& option = row->option;
    const std::string names = (option.letter != 0 ? fmt::format("-{},", option.letter) : std::string()) +
                              fmt::format("--{}", option.name);
    if (option.kind == ValueKind::kFlag)
      app.add_flag(names, flags[row])
          ->multi_option_policy(CLI::MultiOptionPolicy::Throw)
          ->disable_flag_override();
    else
      app.add_option(names, said.values[row])->expected(1)->allow_extra_args(false)->take_all();
  }
  app.add_option("words", said.words)->expected(-1);
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    refuse_shape(command, error.what());
  }
  for (const auto& [row, count] : flags)
    if (count != 0) said.values[row] = {"true"};
  return said;
}

void read_option(const Row& row, const std::vector<std::string>& values, Ask& ask) {
  if (values.size() > 1 && !row.option.repeatable)
    throw UserError(fmt::format("--{}: expected it once, found it {} times", row.option.name, values.size()));
  for (const std::string& value : values) say(ask, row.option.name, value);
}

// Words in their order; one that an option leaves out is passed over where there are fewer words than places.
void place_words(const Command& command, const std::vector<std::string>& words, Ask& ask) {
  std::vector<const Row*> places = words_of(command);
  if (!places.empty() && places.back()->option.repeatable)
    places.resize(std::max(places.size(), words.size()), places.back());
  if (words.size() > places.size())
    throw UserError(
        fmt::format("expected 'aforo {} {}', found one word too many: '{}'; see 'aforo {} --help'",
                    command.name, ask.table().usage, words[places.size()], command.name));
  if (words.size() < places.size())
    std::erase_if(places, [&](const Row* row) { return leaves_out(ask, *row); });
  for (std::size_t i = 0; i < words.size() && i < places.size(); ++i)
    say(ask, places[i]->option.name, words[i]);
}

}  // namespace

CommandLine read_command_line(const Command& command, std::span<const std::string> words) {
  refuse_unknown_options(command, words);
  refuse_values_of_flags(command, words);
  CommandLine line{command.make(), ResultsAsk(*command.results)};
  const Said said = split_line(command, words);
  for (const Row* row : options_of(command)) {
    const auto found = said.values.find(row);
    if (found == said.values.end()) continue;
    const bool own = find_row(line.ask->table(), row->option.name) == row;
    read_option(*row, found->second, own ? *line.ask : static_cast<Ask&>(line.results));
  }
  auto* fields = dynamic_cast<FieldsAsk*>(line.ask.get());
  std::vector<std::string> places;
  for (const std::string& word : said.words) {
    if (fields != nullptr && is_assignment(word))
      fields->assignments.add(word);
    else
      places.push_back(word);
  }
  place_words(command, places, *line.ask);
  return line;
}

}  // namespace aforo
