#include "cli/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "report/csv.h"
#include "report/terminal.h"
#include "workload/parse.h"

namespace aforo {
namespace {

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || !text)
    throw UserError(fmt::format("expected to read the file '{}', found {}; give another path", path,
                                describe_errno(errno)));
  return text.str();
}

bool names_dataset(const std::string& assignment) {
  const std::size_t begin = assignment.find_first_not_of('+');
  return begin != std::string::npos && assignment.compare(begin, 8, "dataset.") == 0;
}

bool declares(const Arguments& arguments, std::string_view name) {
  const auto options = arguments.command().options;
  return std::any_of(options.begin(), options.end(),
                     [&](const Option* option) { return option->name == name; });
}

// The block replaces the workload's; overrides of its fields come after it, and all is validated together
// again.
Workload with_dataset(Workload workload, const std::string& path, const std::vector<std::string>& overrides) {
  workload.dataset = parse_dataset_block(read_text(path), path);
  Workload out = parse_workload(to_yaml(workload), workload.origin, overrides, Dialect::kAforo);
  out.origin = fmt::format("{} with the dataset of {}", workload.origin, path);
  std::swap(out.warnings, workload.warnings);
  std::erase_if(workload.provenance, [](const Provenance& row) { return names_dataset(row.field); });
  out.provenance = std::move(workload.provenance);
  out.provenance.push_back({"dataset.sample_size", "measured", path, "as inspected"});
  return out;
}

}  // namespace

Workload workload_of(const Arguments& arguments, const std::string& preset,
                     const std::vector<std::string>& last) {
  const auto dlio = arguments.text("dlio");
  if (!dlio && arguments.positionals().empty())
    throw UserError(
        fmt::format("expected a workload, as in 'aforo {} {}', found none; see 'aforo catalogue workloads'",
                    arguments.command().name, arguments.command().usage));
  if (dlio && arguments.positionals().size() >= arguments.command().positionals.size())
    throw UserError(fmt::format("expected no workload beside --dlio, found '{}'; leave W out",
                                arguments.positionals().front()));
  const std::string what = dlio ? *dlio : !preset.empty() ? preset : arguments.positionals().front();
  const Dialect dialect = dlio ? Dialect::kDlio : Dialect::kDetect;
  const auto dataset = arguments.text("dataset");
  std::vector<std::string> overrides = arguments.overrides();
  overrides.insert(overrides.end(), last.begin(), last.end());
  if (!dataset) return load_workload(what, overrides, dialect);
  std::vector<std::string> before, after;
  for (const auto& assignment : overrides) (names_dataset(assignment) ? after : before).push_back(assignment);
  return with_dataset(load_workload(what, before, dialect), *dataset, after);
}

std::string directory_of(const Arguments& arguments, bool workload_left_out) {
  const auto& words = arguments.positionals();
  const std::size_t wanted = workload_left_out ? 1 : arguments.command().positionals.size();
  if (words.size() < wanted)
    throw UserError(
        fmt::format("expected a directory, as in 'aforo {} {}', found none; see 'aforo {} --help'",
                    arguments.command().name, arguments.command().usage, arguments.command().name));
  if (words.size() > wanted)
    throw UserError(fmt::format("expected only a directory beside --dlio, found '{}' and '{}'; leave W out",
                                words[0], words[1]));
  return words.back();
}

void refuse_both(const Arguments& arguments, std::string_view one, std::string_view other,
                 std::string_view why) {
  if (arguments.given(one) && arguments.given(other))
    throw UserError(fmt::format("expected --{} or --{}, found both; {}", one, other, why));
}

unsigned most_threads() { return std::clamp(16 * std::thread::hardware_concurrency(), 64U, 1024U); }

unsigned threads_of(const Arguments& arguments) {
  const std::uint64_t asked = arguments.count("threads");
  if (asked > most_threads())
    throw UserError(
        fmt::format("--threads: expected at most {} on this machine, found {}; 0 lets aforo choose",
                    most_threads(), asked));
  return static_cast<unsigned>(asked);
}

void say_partial(Console& console, const std::string& what_now) {
  console.err << "aforo: ended before it was done, the Record is partial; " << what_now << '\n';
}

std::string started_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

Results::Results(const Arguments& arguments, Console& console) : arguments_(&arguments), console_(&console) {
  if (const auto path = arguments.text("json")) json_ = std::make_unique<OutputFile>(*path, console);
  if (declares(arguments, "csv"))
    if (const auto path = arguments.text("csv")) csv_ = std::make_unique<OutputFile>(*path, console);
  for (const auto* file : {json_.get(), csv_.get()})
    if (file != nullptr) share(*file);
}

void Results::share(const OutputFile& other) {
  if (!other.is_standard_output()) return;
  if (taken_)
    throw UserError(
        "expected one result on standard output, found two options with '-'; give one of them a file");
  taken_ = true;
}

bool Results::quiet() const { return arguments_->given("quiet"); }

void Results::deliver(Json& record) {
  const bool colour = taken_ ? console_->colour && console_->err_is_terminal : console_->colour;
  deliver(record, render(record, {static_cast<std::size_t>(console_->width), colour, console_->unicode}));
}

void Results::deliver(Json& record, const std::string& page) {
  if (const Json echo = arguments_->echo(); !echo.empty()) record["config"]["command_line"] = echo;
  if (json_) json_->commit(to_text(record));
  if (csv_) csv_->commit(record_csv(record));
  if (!quiet()) (taken_ ? console_->err : console_->out) << page << std::flush;
}

}  // namespace aforo
