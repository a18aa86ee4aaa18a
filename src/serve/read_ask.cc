#include "serve/read_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "workload/parse.h"

namespace aforo {
namespace {

// What texts are called in messages and in the commands that an answer proposes.
constexpr const char* kWorkloadFile = "workload.yaml";
constexpr const char* kStorageFile = "storage.yaml";

void refuse_unknown_keys(const Json& body, std::initializer_list<const char*> names) {
  if (!body.is_object())
    throw UserError(
        fmt::format("expected a JSON object such as {{\"workload\": ...}}, found {}", body.type_name()));
  const std::vector<std::string> known(names.begin(), names.end());
  for (const auto& [key, value] : body.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw UserError(
          fmt::format("expected {}, found {}{}", one_of(known), quote(key), did_you_mean(key, known)));
}

// "" where it is not there.
std::string text_at(const Json& body, const char* key) {
  const auto found = body.find(key);
  if (found == body.end()) return {};
  if (!found->is_string())
    throw UserError(fmt::format("{}: expected a text, found {}", key, found->type_name()));
  if (found->get_ref<const std::string&>().empty())
    throw UserError(fmt::format("{}: expected a text, found none", key));
  return *found;
}

// As a person would type it.
std::string typed(std::string_view name, const Json& value) {
  if (value.is_string()) return value;
  if (value.is_number_unsigned()) return fmt::format("{}", value.get<std::uint64_t>());
  if (value.is_number_integer()) return fmt::format("{}", value.get<std::int64_t>());
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  throw UserError(fmt::format("--{}: expected a text or a number, found {}", name, value.type_name()));
}

bool names_a_file(ValueKind kind) {
  return kind == ValueKind::kFile || kind == ValueKind::kResult || kind == ValueKind::kDirectory;
}

// What may be a file's path or a shipped name is the latter: none of them has a '.' or a '/'.
void refuse_path(const Option& option, std::string_view text) {
  if (option.kind == ValueKind::kFileOrName && text.find_first_of("./") != std::string_view::npos)
    throw UserError(fmt::format(
        "--{}: expected the name of what is shipped, found {}; files are read by the command line "
        "only",
        option.name, quote(text)));
}

void refuse_place(const Row& row, const AskTable& table) {
  if (row.is_word)
    throw UserError(fmt::format("expected '{}' beside 'options', found it among them", row.option.name));
  if (names_a_file(row.option.kind))
    throw UserError(fmt::format("expected an option that names no file, found '{}'; use 'aforo {} --{} FILE'",
                                row.option.name, table.command, row.option.name));
}

void say_option(Ask& ask, const std::string& name, const Json& value) {
  const Row* row = find_row(ask.table(), name);
  if (row == nullptr) say(ask, name, "");  // refuses, and names the nearest
  refuse_place(*row, ask.table());
  const Option& option = row->option;
  if (option.kind == ValueKind::kFlag) {
    if (!value.is_boolean())
      throw UserError(fmt::format("--{}: expected true or false, found {}", name, value.type_name()));
    if (value.get<bool>()) say(ask, name, "true");
    return;
  }
  if (value.is_array() && !option.repeatable)
    throw UserError(fmt::format("--{}: expected one value, found a list", name));
  for (const Json& one : value.is_array() ? value : Json::array({value})) {
    const std::string text = typed(name, one);
    refuse_path(option, text);
    say(ask, name, text);
  }
}

void say_options(Ask& ask, const Json& body) {
  const auto options = body.find("options");
  if (options == body.end()) return;
  if (!options->is_object())
    throw UserError(fmt::format("options: expected an object such as {{\"accelerators\": 64}}, found {}",
                                options->type_name()));
  for (const auto& [name, value] : options->items())
    if (!value.is_null()) say_option(ask, name, value);
}

void say_workload(WorkloadAsk& ask, const Json& body) {
  const std::string name = text_at(body, "workload"), yaml = text_at(body, "yaml");
  if (!name.empty() && !yaml.empty())
    throw UserError("expected 'workload' or 'yaml', found both; leave one out");
  if (!yaml.empty()) {
    ask.workload.say(kWorkloadFile, kWorkloadFile);
    ask.workload_text = yaml;
  } else if (!name.empty()) {
    if (name.find_first_of("./") != std::string::npos)
      throw UserError(fmt::format(
          "workload: expected a preset's name, found {}; send a file's text as 'yaml'", quote(name)));
    ask.workload.say(name, name);
  }
}

void refuse_more_than(std::string_view what, std::uint64_t most, std::uint64_t found) {
  if (found > most)
    throw UserError(
        fmt::format("expected at most {} {} here, found {}; the command line takes more", most, what, found));
}

// The ask as a whole, before anything is begun.
void judge(const JobAsk& ask) {
  refuse_contradictions(ask);
  refuse_more_than("accelerators", kMostServedAccelerators, *ask.accelerators);
  refuse_more_than("steps in an epoch", kMostServedSteps, *ask.steps);
}

// Nor may a workload's own count be more, which no option says.
void judge_workload(const JobAsk& ask) {
  refuse_more_than("accelerators", kMostServedAccelerators, workload_of(ask).accelerator.count);
}

}  // namespace

std::string page_of(const Json& body) { return text_at(body, "page"); }

SizeAsk read_size_ask(const Json& body) {
  refuse_unknown_keys(body, {"workload", "yaml", "options", "page"});
  SizeAsk ask;
  say_workload(ask, body);
  say_options(ask, body);
  judge(ask);
  if (ask.workload_text) judge_workload(ask);
  return ask;
}

PredictAsk read_predict_ask(const Json& body,
                            const std::function<std::string(const std::string&)>& read_storage) {
  refuse_unknown_keys(body, {"workload", "yaml", "storage", "storage_yaml", "options", "page"});
  PredictAsk ask;
  say_workload(ask, body);
  const std::string name = text_at(body, "storage"), yaml = text_at(body, "storage_yaml");
  if (!name.empty() && !yaml.empty())
    throw UserError("expected 'storage' or 'storage_yaml', found both; leave one out");
  if (!name.empty() || !yaml.empty()) {
    const std::string called = name.empty() ? kStorageFile : name;
    ask.storage.say(called, called);
    ask.storage_text = name.empty() ? yaml : read_storage(name);
  }
  say_options(ask, body);
  refuse_more_than("jobs beside", kMostServedBeside, (*ask.beside).size());
  judge(ask);
  judge_workload(ask);
  return ask;
}

}  // namespace aforo
