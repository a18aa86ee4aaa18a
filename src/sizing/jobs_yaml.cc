#include "sizing/jobs_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <span>

#include "base/embedded.h"
#include "base/error.h"
#include "base/input_file.h"
#include "base/text.h"
#include "plan/requirement.h"
#include "sizing/design.h"
#include "sizing/other_accelerator.h"
#include "workload/parse.h"
#include "workload/yaml_tree.h"

namespace aforo {

std::span<const EmbeddedFile> embedded_portfolios();  // generated from data/portfolios

namespace {

constexpr std::string_view kExtension = ".yaml";
constexpr double kWeightTolerance = 0.005;  // chosen: weights rounded to whole percent, a third three times

[[noreturn]] void refuse(const std::string& file, const YamlNode& node, const std::string& sentence) {
  throw UserError(fmt::format("{}:{}: {}", file, node.line, sentence));
}

// What each key of a mapping does.
using Keys = std::map<std::string, std::function<void(const YamlNode&)>, std::less<>>;

void read_keys(const YamlNode& node, const std::string& file, const Keys& keys) {
  if (!node.is_map()) refuse(file, node, "expected a mapping of keys, found " + describe(node));
  std::vector<std::string> known;
  for (const auto& [key, read] : keys) known.push_back(key);
  for (const YamlNode& item : node.items) {
    const auto found = keys.find(item.key);
    if (found == keys.end())
      refuse(file, item,
             fmt::format("expected one of {}, found {}{}", join(known, ", "), quote(item.key),
                         did_you_mean(item.key, known)));
    found->second(item);
  }
}

template <class Value>
Value value_of(const YamlNode& node, const std::string& file, Parsed<Value> (*parse)(std::string_view)) {
  if (node.kind != YamlNode::Kind::kScalar)
    refuse(file, node, fmt::format("expected a value for '{}', found {}", node.key, describe(node)));
  const Parsed<Value> parsed = parse(node.text);
  if (!parsed) refuse(file, node, fmt::format("{} for '{}'", parsed.error(), node.key));
  return *parsed;
}

double bounded(const YamlNode& node, const std::string& file, double least, double most) {
  const double value = value_of<double>(node, file, [](std::string_view text) -> Parsed<double> {
    std::string plain(trim(text));
    const bool percent = plain.ends_with('%');
    if (percent) plain.pop_back();
    Parsed<double> out = parse_number(trim(plain));
    if (out && percent) *out /= 100;
    return out;
  });
  if (value < least || value > most)
    refuse(file, node,
           fmt::format("expected {} to {} for '{}', found {}", least, most, node.key, quote(node.text)));
  return value;
}

std::string text_of(const YamlNode& node, const std::string& file) {
  if (node.kind != YamlNode::Kind::kScalar || node.text.empty())
    refuse(file, node, fmt::format("expected a word for '{}', found {}", node.key, describe(node)));
  return node.text;
}

std::string beside(const std::string& file, const std::string& what) {
  const bool path =
      what.find('/') != std::string::npos || what.ends_with(kExtension) || what.ends_with(".yml");
  if (!path || what.starts_with('/')) return what;
  return (std::filesystem::path(file).parent_path() / what).string();
}

// The keys of one job, collected before any is applied: their order in the file must not matter.
struct JobWords {
  std::string workload, type;
  std::uint64_t accelerators = 0;
  double duty = 1;
  std::optional<Bytes> dataset;
  int workload_line = 0, type_line = 0, dataset_line = 0;
};

constexpr std::uint64_t kMostAccelerators = 10'000'000;  // chosen: a slip beyond any cluster there is

Keys job_keys(JobWords& words, const std::string& file) {
  return {{"workload",
           [&](const YamlNode& n) { words.workload = text_of(n, file), words.workload_line = n.line; }},
          {"accelerators",
           [&](const YamlNode& n) {
             words.accelerators = value_of(n, file, parse_count);
             if (words.accelerators == 0) refuse(file, n, "expected at least one accelerator, found 0");
             if (words.accelerators > kMostAccelerators)
               refuse(file, n,
                      fmt::format("expected at most {} accelerators, found {}",
                                  format_count(kMostAccelerators), quote(n.text)));
           }},
          {"accelerator_type",
           [&](const YamlNode& n) { words.type = text_of(n, file), words.type_line = n.line; }},
          {"duty", [&](const YamlNode& n) { words.duty = bounded(n, file, 0.001, 1); }},
          {"dataset_size", [&](const YamlNode& n) {
             words.dataset = value_of(n, file, parse_bytes), words.dataset_line = n.line;
           }}};
}

// A refusal that knows nothing of files gets the file and the line of what it is about.
template <class Act>
void at_line(const std::string& file, int line, const Act& act) {
  try {
    act();
  } catch (const UserError& e) {
    throw UserError(fmt::format("{}:{}: {}", file, line, e.what()));
  }
}

SizedJob job_of(const JobWords& words, const YamlNode& node, const std::string& file) {
  if (words.workload.empty())
    refuse(file, node, "expected a 'workload' (a preset's name or a file), found none");
  SizedJob out;
  at_line(file, words.workload_line, [&] { out.workload = load_workload(beside(file, words.workload)); });
  if (words.accelerators > 0) out.workload.accelerator.count = static_cast<std::uint32_t>(words.accelerators);
  if (!words.type.empty())
    at_line(file, words.type_line,
            [&] { out.workload = on_accelerator(out.workload, words.type, "", Catalogue::shipped()); });
  if (words.dataset)
    at_line(file, words.dataset_line, [&] { set_dataset_size(out.workload, *words.dataset); });
  out.duty = words.duty;
  return out;
}

// A preset's dataset is a public one: it may be too small for these accelerators.
bool has_public_data(const JobWords& words) {
  const auto presets = preset_names();
  return !words.dataset && std::find(presets.begin(), presets.end(), words.workload) != presets.end();
}

Bytes held_by(const std::vector<SizedJob>& jobs) {
  Bytes out{0};
  for (const SizedJob& job : jobs) out += requirement(job.workload, {}).capacity;
  return out;
}

// Of the jobs with public data, each whose longer epoch still fits into the capacity.
void lengthen_epochs(SizingAsk& ask, const std::vector<bool>& with_public_data) {
  for (std::size_t i = 0; i < ask.jobs.size(); ++i) {
    if (!with_public_data[i]) continue;
    Workload& workload = ask.jobs[i].workload;
    const Workload before = workload;
    const std::string note = lengthen_epoch(workload);
    if (note.empty()) continue;
    if (ask.capacity && held_by(ask.jobs) > *ask.capacity)
      workload = before;
    else
      workload.warnings.push_back(note);
  }
}

// What is read before it is known whether all of it fits.
struct AskWords {
  SizingAsk& ask;
  std::vector<bool> with_public_data = {};  // job by job
};

void add_job(AskWords& words, const JobWords& job, const YamlNode& node, const std::string& file) {
  words.ask.jobs.push_back(job_of(job, node, file));
  words.with_public_data.push_back(has_public_data(job));
}

void read_jobs(const YamlNode& node, const std::string& file, AskWords& ask) {
  if (node.kind != YamlNode::Kind::kSequence)
    refuse(file, node, "expected a list of jobs, found " + describe(node));
  if (node.items.empty())
    refuse(file, node,
           "expected at least one job, found an empty list; write one as in '- workload: unet3d_h100'");
  for (const YamlNode& item : node.items) {
    JobWords words;
    read_keys(item, file, job_keys(words, file));
    add_job(ask, words, item, file);
  }
}

Keys storage_keys(AskWords& words, const std::string& file) {
  SizingAsk& ask = words.ask;
  return {{"capacity", [&ask, &file](const YamlNode& n) { ask.capacity = value_of(n, file, parse_bytes); }},
          {"growth", [&ask, &file](const YamlNode& n) { ask.growth = bounded(n, file, 0, 10); }},
          {"years", [&ask, &file](const YamlNode& n) { ask.years = bounded(n, file, 0, 20); }},
          {"snapshots", [&ask, &file](const YamlNode& n) { ask.snapshots = bounded(n, file, 0, 10); }},
          {"jobs", [&words, &file](const YamlNode& n) { read_jobs(n, file, words); }}};
}

Scenario scenario_of(const YamlNode& node, const std::string& file) {
  Scenario out;
  JobWords words;
  AskWords ask{out.ask};
  Keys keys = storage_keys(ask, file);
  keys.merge(job_keys(words, file));
  keys["name"] = [&](const YamlNode& n) { out.name = text_of(n, file); };
  keys["weight"] = [&](const YamlNode& n) { out.weight = bounded(n, file, 0, 1); };
  read_keys(node, file, keys);
  if (out.ask.jobs.empty())
    add_job(ask, words, node, file);
  else if (!words.workload.empty())
    refuse(file, node, "expected either 'jobs' or one 'workload', found both");
  lengthen_epochs(out.ask, ask.with_public_data);
  if (out.name.empty()) out.name = out.ask.jobs.front().workload.name;
  if (!(out.weight > 0))
    refuse(file, node, fmt::format("expected a weight above 0 for scenario '{}', found none", out.name));
  return out;
}

}  // namespace

SizingAsk parse_jobs(std::string_view text, const std::string& file) {
  SizingAsk out;
  AskWords words{out};
  const YamlNode tree = read_yaml(text, file);
  read_keys(tree, file, storage_keys(words, file));
  if (out.jobs.empty()) refuse(file, tree, "expected 'jobs', a list of at least one, found none");
  lengthen_epochs(out, words.with_public_data);
  return out;
}

SizingAsk load_jobs(const std::string& path) {
  return parse_jobs(read_input_file(path, "file of jobs"), path);
}

Portfolio parse_portfolio(std::string_view text, const std::string& file) {
  Portfolio out;
  const YamlNode tree = read_yaml(text, file);
  read_keys(tree, file,
            {{"portfolio", [&](const YamlNode& n) { out.name = text_of(n, file); }},
             {"scenarios", [&](const YamlNode& n) {
                if (n.kind != YamlNode::Kind::kSequence)
                  refuse(file, n, "expected a list of scenarios, found " + describe(n));
                for (const YamlNode& item : n.items) out.scenarios.push_back(scenario_of(item, file));
              }}});
  if (out.scenarios.empty()) refuse(file, tree, "expected 'scenarios', a list of at least one, found none");
  double sum = 0;
  for (const Scenario& s : out.scenarios) sum += s.weight;
  if (std::abs(sum - 1) > kWeightTolerance)
    refuse(file, tree, "expected weights that add up to 100 %, found " + format_percent(sum));
  for (Scenario& s : out.scenarios) s.weight /= sum;
  if (out.name.empty()) out.name = file;
  return out;
}

std::vector<std::string> portfolio_names() {
  std::vector<std::string> out;
  for (const EmbeddedFile& file : embedded_portfolios())
    out.emplace_back(file.name.substr(0, file.name.size() - kExtension.size()));
  std::sort(out.begin(), out.end());
  return out;
}

Portfolio load_portfolio(const std::string& what) {
  for (const EmbeddedFile& file : embedded_portfolios())
    if (file.name.substr(0, file.name.size() - kExtension.size()) == what)
      return parse_portfolio(file.bytes, std::string(file.name));
  const bool path =
      what.find('/') != std::string::npos || what.ends_with(kExtension) || what.ends_with(".yml");
  if (!path) {
    const auto names = portfolio_names();
    throw UserError(fmt::format("expected a portfolio's file or one of {}, found '{}'{}", join(names, ", "),
                                what, did_you_mean(what, names)));
  }
  return parse_portfolio(read_input_file(what, "portfolio file"), what);
}

void set_dataset_size(Workload& workload, Bytes size) {
  const double samples = static_cast<double>(size.value) / law_mean(workload.dataset.sample_size);
  if (!(samples >= 1))
    throw UserError(fmt::format("expected a dataset of at least one sample of '{}', found {}", workload.name,
                                format_bytes(size)));
  workload.dataset.samples = static_cast<std::uint64_t>(samples);
}

std::string lengthen_epoch(Workload& w) {
  const std::uint64_t step = std::uint64_t{w.accelerator.count} * w.loader.batch_size;
  const std::uint64_t own = w.dataset.samples, steps = own / step;
  if (!w.benchmark || steps >= kFewestSteps) return "";
  w.dataset.samples = kFewestSteps * step;
  const double bytes = static_cast<double>(w.dataset.samples) * law_mean(w.dataset.sample_size);
  return fmt::format(
      "the {} samples of '{}' make {} step{} of {} an epoch, fewer than the {} of the storage benchmark's "
      "rule: it is taken to train on {} steps' worth, {}; a dataset size (--dataset-size, or dataset_size in "
      "a file) says otherwise",
      own, w.name, steps, steps == 1 ? "" : "s", step, kFewestSteps, kFewestSteps,
      bytes_decimal(Bytes{static_cast<std::uint64_t>(bytes)}));
}

}  // namespace aforo
