#include "answer/size_next.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "answer/predict.h"
#include "base/error.h"
#include "model/storage_yaml.h"
#include "sizing/design_storage.h"
#include "sizing/size_record.h"
#include "sizing/staging.h"
#include "workload/parse.h"

namespace aforo {
namespace {

constexpr std::string_view kProposedFile =
    "design.yaml";                                 // where none was given, in commands that are proposed
constexpr std::string_view kPlain = "_-./:=,%+@";  // what no shell takes to mean anything, beside letters

// As a shell reads it back.
std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || kPlain.find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

void say_option(std::string& out, std::string_view name, const std::string& value) {
  out += fmt::format(" --{} {}", name, quoted(value));
}

// What was said of these rows, in their order; those of `but` are left out.
void say_rows(std::string& out, const SizeAsk& ask, const AskTable& table,
              std::initializer_list<std::string_view> but) {
  for (const Row& row : table.rows) {
    const Row* own = find_row(ask.table(), row.option.name);
    if (own == nullptr || own->is_word || !own->given(ask)) continue;
    if (std::find(but.begin(), but.end(), row.option.name) != but.end()) continue;
    if (own->option.kind == ValueKind::kFlag)
      out += fmt::format(" --{}", row.option.name);
    else
      for (const std::string& value : own->said(ask)) say_option(out, row.option.name, value);
  }
}

void say_assignments(std::string& out, const SizeAsk& ask) {
  for (const std::string& assignment : *ask.assignments) out += " " + quoted(assignment);
}

std::string repeated(const SizeAsk& ask, std::initializer_list<std::string_view> but) {
  std::string out = "aforo size";
  if (ask.workload.given()) out += " " + quoted(*ask.workload);
  say_assignments(out, ask);
  say_rows(out, ask, ask.table(), but);
  return out;
}

const SizedDesign& of_rank(const SizeAsk& ask, const Screening& screening, const SizeResult& result) {
  const std::vector<std::size_t> ranks = ranked(screening, result);
  const std::uint64_t rank = *ask.storage_rank;
  if (rank == 0 || rank > ranks.size())
    throw UserError(
        fmt::format("--storage-rank: expected a rank from 1 to {}, since so many designs serve, found {}",
                    ranks.size(), rank));
  return result.designs[ranks[rank - 1]];
}

std::string exact_bytes(Bytes bytes) {
  constexpr std::uint64_t kMiB = 1 << 20;
  return bytes.value % kMiB == 0 ? fmt::format("{}MiB", bytes.value / kMiB) : fmt::format("{}B", bytes.value);
}

// The first word: what was said, or the preset that --accelerator-type led to. "" where neither names a job.
std::string job_word(const SizeAsk& ask, const Workload& sized) {
  if (!ask.accelerator_type.given() && !ask.rates.given()) return *ask.workload;
  const auto names = preset_names();
  return std::find(names.begin(), names.end(), sized.name) == names.end() ? "" : sized.name;
}

// Where the sized job differs from what its words say: it was enlarged, or trains longer.
void say_differences(std::string& out, const SizeAsk& ask, const Workload& sized, const std::string& word) {
  const bool own = word == *ask.workload || ask.dlio.given();
  const Workload said = own ? workload_of(ask) : workload_of(ask, word);
  if (sized.dataset.samples != said.dataset.samples)
    out += fmt::format(" --set dataset.samples={}", sized.dataset.samples);
  if (sized.training.epochs != said.training.epochs)
    out += fmt::format(" --epochs {}", sized.training.epochs);
  const double step = law_mean(sized.accelerator.step_time);
  if (step != law_mean(said.accelerator.step_time)) out += fmt::format(" --step-time {:.17g}s", step);
}

// The pauses that size takes off in closed form, as steps and a time.
void say_pauses(std::string& out, const Design& design, const JobNeed& job) {
  const Requirement& r = job.requirement;
  if (paused_share(design, job) <= 0) return;
  const double steps = r.checkpoint_every->value / law_mean(job.workload.accelerator.step_time);
  out += fmt::format(" --checkpoint-every {:.0f} --checkpoint-pause {:.6g}s",
                     std::max(1.0, std::round(steps)), (*r.checkpoint / design.write).value);
}

// "" of several jobs, and of a job that has no words of its own. Closed forms know no pauses: a prediction with these is
// simulated, whatever the answer was.
std::string predict_command(const SizeAsk& ask, const Need& need, const Design& design, bool simulated,
                            const std::string& file) {
  if (need.jobs.size() != 1 || ask.jobs.given()) return "";
  const JobNeed& job = need.jobs.front();
  std::string out = "aforo predict";
  const std::string word = job_word(ask, job.workload);
  if (word.empty() && !ask.dlio.given()) return "";
  if (!word.empty()) out += " " + quoted(word);
  out += " " + quoted(file);
  say_assignments(out, ask);
  say_rows(out, ask, PredictAsk().table(), {"sweep", "per-host", "transfer-size", "full"});
  say_differences(out, ask, job.workload, word);
  out += fmt::format(" --per-host {}", *ask.per_host);
  const JobNeed seen = as_read(job, design);
  if (ask.transfer_size.given() ||
      seen.workload.loader.transfer_size.value != job.workload.loader.transfer_size.value)
    say_option(out, "transfer-size", exact_bytes(seen.workload.loader.transfer_size));
  if (ask.target.given()) say_option(out, "au-target", fmt::format("{:.6g}", *ask.target));
  if (!simulated && paused_share(design, job) <= 0) out += " --method closed";
  say_pauses(out, design, job);
  return out;
}

// What is written to standard output has no name yet.
std::string path_in_command(const std::string& file) {
  return file.empty() || file == "-" ? std::string(kProposedFile) : file;
}

}  // namespace

std::string storage_out_of(const Context& context) {
  const Row* row = context.front == nullptr ? nullptr : find_row(context.front->table(), "storage-out");
  return row == nullptr || !row->given(*context.front) ? "" : row->said(*context.front).front();
}

Artifact storage_file(const SizeAsk& ask, const Screening& screening, const SizeResult& result,
                      const std::string& file) {
  const SizedDesign& sized = of_rank(ask, screening, result);
  const Design& design = screening.designs()[sized.design];
  const std::vector<JobNeed>& jobs = screening.need().jobs;
  const JobNeed seen = as_read(jobs.front(), design);
  StorageSpec storage = storage_of_design(design, 1, jobs.size() == 1 ? &seen.read : nullptr);
  storage.notes.push_back(
      fmt::format("made by 'aforo size' from its catalogue, nothing of it is measured; AU {} there, {}",
                  format_percent(mean_au(sized.judgement.served, screening.need())),
                  sized.simulated ? "simulated" : "by closed forms"));
  if (const std::string command =
          predict_command(ask, screening.need(), design, sized.simulated, path_in_command(file));
      !command.empty())
    storage.notes.push_back("that prediction again: " + command);
  if (design.staged && jobs.size() == 1)
    storage.notes.push_back(fmt::format(
        "a prediction does not count that what is trained on is copied first: {} once, {} of the project's time",
        format_seconds(design.staging),
        format_percent(staging_share(design, jobs.front(), sized.judgement.served.front().au))));
  return {"storage.yaml", to_yaml(storage)};
}

Json next_steps(const SizeAsk& ask, const Screening& screening, const SizeResult& result,
                const std::string& file) {
  if (result.designs.empty())
    return {{"command", repeated(ask, {"full"}) + " --full"},
            {"change", "with --full"},
            {"text", "shows what each kind lacks"}};
  const SizedDesign& sized = of_rank(ask, screening, result);
  const Design& design = screening.designs()[sized.design];
  const std::string predicted =
      predict_command(ask, screening.need(), design, sized.simulated, path_in_command(file));
  Json out;
  if (!file.empty() && !predicted.empty())
    out = {{"command", predicted},
           {"text", fmt::format("predicts the job on that file: {} busy",
                                format_share(mean_au(sized.judgement.served, screening.need())))}};
  else if (*ask.confirm == 0)
    out = {{"command", repeated(ask, {"confirm"})},
           {"change", "without --confirm 0"},
           {"text", "simulates the best designs"}};
  else if (file.empty())
    out = {{"command", repeated(ask, {"storage-rank"}) + fmt::format(" --storage-out {}", kProposedFile)},
           {"change", fmt::format("with --storage-out {}", kProposedFile)},
           {"text",
            predicted.empty() ? "writes it as a storage file" : "writes it, and says how to predict on it"}};
  else
    out = {{"command", repeated(ask, {"full"}) + " --full"},
           {"change", "with --full"},
           {"text", "shows every design; it was written"}};
  if (!predicted.empty()) out["predict"] = predicted;
  return out;
}

}  // namespace aforo
