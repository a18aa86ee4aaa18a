#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <stdexcept>

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
  for (const Option* option : command.options)
    if (option->name == name || (option->letter != 0 && name.size() == 1 && option->letter == name[0]))
      return option;
  return nullptr;
}

// Unknown options are judged first, so that the sentence names them and not a value that they left behind.
void refuse_unknown_options(const Command& command, std::span<const std::string> words) {
  std::vector<std::string> known;
  for (const Option* option : command.options) known.push_back("--" + std::string(option->name));
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
  for (const Option* option : command.options)
    if (what.rfind(fmt::format("--{}:", option->name), 0) == 0 && option->kind != ValueKind::kFlag)
      throw UserError(fmt::format("--{}: expected a value ({}), found none", option->name, option->form));
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

}  // namespace

Arguments::Arguments(const Command& command, std::span<const std::string> words) : command_(&command) {
  refuse_unknown_options(command, words);
  refuse_values_of_flags(command, words);
  CLI::App app;
  app.set_help_flag();
  std::map<const Option*, std::vector<std::string>> read;
  std::map<const Option*, std::int64_t> flags;
  std::vector<std::string> rest;
  for (const Option* option : command.options) {
    const std::string names = (option->letter != 0 ? fmt::format("-{},", option->letter) : std::string()) +
                              fmt::format("--{}", option->name);
    if (option->kind == ValueKind::kFlag)
      app.add_flag(names, flags[option])
          ->multi_option_policy(CLI::MultiOptionPolicy::Throw)
          ->disable_flag_override();
    else
      app.add_option(names, read[option])->expected(1)->allow_extra_args(false)->take_all();
  }
  app.add_option("words", rest)->expected(-1);
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    refuse_shape(command, error.what());
  }
  for (const Option* option : command.options) {
    if (option->kind == ValueKind::kFlag) {
      if (flags[option] != 0) values_[std::string(option->name)] = {"true"};
    } else if (!read[option].empty()) {
      accept(*option, read[option]);
    }
  }
  place(rest);
}

void Arguments::accept(const Option& option, std::vector<std::string> values) {
  if (values.size() > 1 && !option.repeatable)
    throw UserError(fmt::format("--{}: expected it once, found it {} times", option.name, values.size()));
  for (const std::string& value : values)
    if (const auto problem = problem_with(option, value); !problem.empty())
      throw UserError(fmt::format("--{}: {}", option.name, problem));
  values_[std::string(option.name)] = std::move(values);
}

void Arguments::place(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (command_->takes_assignments && is_assignment(word))
      assignments_.push_back(word);
    else
      positionals_.push_back(word);
  }
  if (positionals_.size() > command_->positionals.size())
    throw UserError(fmt::format(
        "expected 'aforo {} {}', found one word too many: '{}'; see 'aforo {} --help'", command_->name,
        command_->usage, positionals_[command_->positionals.size()], command_->name));
}

const Option& Arguments::declared(std::string_view name) const {
  for (const Option* option : command_->options)
    if (option->name == name) return *option;
  throw std::logic_error(fmt::format("option --{} is not declared for '{}'", name, command_->name));
}

bool Arguments::given(std::string_view name) const {
  return values_.count(std::string(declared(name).name)) > 0;
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  const Option& option = declared(name);
  const auto found = values_.find(name);
  if (found != values_.end()) return found->second.front();
  if (option.fallback.empty() || !problem_with(option, option.fallback).empty()) return std::nullopt;
  return std::string(option.fallback);
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  declared(name);
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::uint64_t Arguments::count(std::string_view name) const {
  const auto value = text(name);
  return value ? parse_count(*value).value() : 0;
}

std::optional<Bytes> Arguments::bytes(std::string_view name) const {
  const auto value = text(name);
  return value ? std::optional(parse_bytes(*value).value()) : std::nullopt;
}

std::optional<Seconds> Arguments::seconds(std::string_view name) const {
  const auto value = text(name);
  return value ? std::optional(parse_seconds(*value).value()) : std::nullopt;
}

std::optional<double> Arguments::fraction(std::string_view name) const {
  const auto value = text(name);
  return value ? std::optional(parse_fraction(*value).value()) : std::nullopt;
}

std::optional<double> Arguments::growth(std::string_view name) const {
  const auto value = text(name);
  return value ? std::optional(parse_growth(*value).value()) : std::nullopt;
}

std::optional<Dollars> Arguments::dollars_per_hour(std::string_view name) const {
  const auto value = text(name);
  return value ? std::optional(parse_dollars_per_hour(*value).value()) : std::nullopt;
}

std::vector<std::string> Arguments::overrides() const {
  std::vector<std::string> out;
  for (const Option* option : command_->options) {
    if (option->key.empty() || !given(option->name)) continue;
    const std::string value =
        option->kind == ValueKind::kFlag ? std::string(option->key_value) : *text(option->name);
    out.push_back(fmt::format("{}={}", option->key, value));
  }
  if (values_.count("set") > 0) {
    const auto set = all("set");
    out.insert(out.end(), set.begin(), set.end());
  }
  out.insert(out.end(), assignments_.begin(), assignments_.end());
  return out;
}

Json Arguments::echo() const {
  Json out = Json::object();
  for (const auto& [name, values] : values_) {
    const Option& option = declared(name);
    if (option.kind == ValueKind::kFlag)
      out[name] = true;
    else if (option.repeatable)
      out[name] = values;
    else
      out[name] = values.front();
  }
  if (!assignments_.empty()) out["assignments"] = assignments_;
  return out;
}

}  // namespace aforo
