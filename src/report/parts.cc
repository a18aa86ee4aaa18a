#include "report/parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace aforo {
namespace {

// The `name:` line of a workload that the Record holds as YAML.
std::string name_in_yaml(const std::string& yaml) {
  for (const std::string& line : split(yaml, '\n')) {
    if (line.rfind("name:", 0) == 0) return std::string(trim(std::string_view(line).substr(5)));
  }
  return "";
}

Tone tone_of(const std::string& limit) {
  if (limit == "not limited") return Tone::kGood;
  return limit == "unknown" ? Tone::kWarn : Tone::kBad;
}

}  // namespace

std::string bar(const std::vector<BarPart>& parts, std::size_t columns, const Look& look) {
  std::string result;
  std::size_t used = 0;
  double sum = 0;
  for (const BarPart& part : parts) {
    if (!(part.share > 0)) continue;
    sum += part.share;
    const auto end =
        static_cast<std::size_t>(std::llround(std::clamp(sum, 0.0, 1.0) * static_cast<double>(columns)));
    const std::size_t cells = std::min(columns - used, end > used ? end - used : 1);
    std::string drawn;
    for (std::size_t i = 0; i < cells; ++i) {
      if (look.unicode) {
        drawn += part.block;
      } else {
        drawn += part.mark;
      }
    }
    result += paint(drawn, part.tone, look);
    used += cells;
  }
  return result;
}

std::string workload_name(const Json& record) {
  if (std::string name = word(record, {"config", "name"}); !name.empty()) return name;
  const std::string workload = word(record, {"config", "workload"});
  const std::string inner = name_in_yaml(workload);
  if (!inner.empty() || workload.find('\n') != std::string::npos) return inner;
  return workload.empty() ? name_in_yaml(word(record, {"config", "yaml"})) : workload;
}

std::string directory_of_run(const Json& record) {
  for (const std::string& found : {word(record, {"config", "directory"}), word(record, {"directory"})}) {
    if (!found.empty()) return found;
  }
  return "";
}

std::string engine_of(const Json& record) {
  const std::string engine = word(record, {"engine"});
  return engine.empty() ? word(record, {"config", "engine"}) : engine;
}

std::optional<double> au_target(const Json& record) {
  if (const auto value = number(record, {"au_target"})) return value;
  if (const auto value = number(record, {"config", "au_target"})) return value;
  return number(record, {"threshold"});
}

std::string started_text(const Json& record) {
  std::string text = word(record, {"started"});
  if (text.size() < 17 || text[10] != 'T' || text.back() != 'Z') return text;
  return text.substr(0, 10) + " " + text.substr(11, 5) + " UTC";
}

std::string dot(const Look& look) { return look.unicode ? " · " : " - "; }
std::string dash(const Look& look) { return look.unicode ? " – " : " - "; }

void write_title(Page& page, const std::string& what, const Json& record, const std::string& subtitle) {
  const std::string separator = dot(page.look());
  const auto count = number(record, {"accelerators"});
  std::string accelerators;
  if (count) accelerators = format_count(*count) + (*count == 1 ? " accelerator" : " accelerators");
  page.title(join_known({"aforo " + what, workload_name(record), accelerators}, separator), subtitle);
}

void write_au(Page& page, const Json& record) {
  const auto au = number(record, {"au"});
  if (!au) return;
  const auto target = au_target(record);
  const bool met = target && *au >= *target;
  const std::string note =
      target ? (met ? "meets the target of " : "misses the target of ") + format_percent(*target) : "";
  // 89.97 % must not be shown as 90.0 % that misses 90.0 %.
  const bool close = target && !met && format_percent(*au) == format_percent(*target);
  page.row("utilisation (AU)", close ? fmt::format("{:.2f} %", *au * 100) : format_percent(*au), note,
           !target ? Tone::kBold
           : met   ? Tone::kGood
                   : Tone::kBad);
}

void write_errors(Page& page, const Json& record) {
  const auto count = number(record, {"errors", "count"});
  if (!count || *count == 0) return;
  page.section("Errors");
  page.row("samples that failed", format_count(*count), "", Tone::kBad);
  if (const Json* kinds = at(record, {"errors", "by_kind"}); kinds != nullptr && kinds->is_object()) {
    for (const auto& [kind, times] : kinds->items()) {
      if (times.is_number()) page.paragraph("", format_count(times.get<double>()) + " x " + kind);
    }
  }
  for (const std::string& example : words(record, {"errors", "examples"}))
    page.paragraph("- ", example, Tone::kDim);
}

void write_warnings(Page& page, const Json& record) {
  std::vector<std::string> warnings = words(record, {"warnings"});
  if (flag(record, {"partial"})) {
    warnings.insert(warnings.begin(),
                    "partial: the command was ended early; these are the numbers until then");
  }
  if (warnings.empty()) return;
  page.section("Warnings");
  for (const std::string& warning : warnings) page.paragraph("! ", warning, Tone::kWarn);
}

void write_verdict(Page& page, const Json& record) {
  const std::string text = word(record, {"verdict", "text"});
  if (text.empty()) return;
  page.section("Verdict");
  page.paragraph("", text, tone_of(word(record, {"verdict", "limit"})));
  const std::vector<std::string> evidence = words(record, {"verdict", "evidence"});
  if (!evidence.empty()) page.section("Evidence");
  for (const std::string& line : evidence) page.paragraph("- ", line, Tone::kDim);
  const std::vector<std::string> advice = words(record, {"verdict", "advice"});
  if (!advice.empty()) page.section("What to try");
  for (std::size_t i = 0; i < advice.size(); ++i) page.paragraph(fmt::format("{}. ", i + 1), advice[i]);
}

}  // namespace aforo
