#include "report/common_sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/record_facts.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr std::size_t kMostEpochs = 12;  // that are named one by one; chosen: a line or two

Tone tone_of_limit(const std::string& limit) {
  if (limit == "not limited") return Tone::kGood;
  return limit == "unknown" ? Tone::kWarn : Tone::kBad;
}

List list_of(ListStyle style, const std::vector<std::string>& texts, Tone tone = Tone::kPlain) {
  List list{style, {}, tone};
  for (const std::string& text : texts) list.items.push_back({{}, text, {}});
  return list;
}

}  // namespace

std::vector<Value> title_of(const std::string& what, const Json& record) {
  std::vector<Value> title = {"aforo " + what, workload_name(record)};
  if (const auto count = number(record, {"accelerators"}))
    title.push_back(
        followed_by(value_of(*count, Unit::kCount), *count == 1 ? " accelerator" : " accelerators"));
  return title;
}

std::vector<Value> subtitle_of(Value place, const std::vector<std::string>& others) {
  std::vector<Value> out = {std::move(place)};
  for (const std::string& other : others)
    if (!other.empty()) out.emplace_back(other);
  return out;
}

std::string target_text(const Json& record) {
  const auto target = au_target(record);
  return target ? "target AU " + format_percent(*target) : "";
}

void add_utilisation(Document& doc, const Json& record) {
  const auto au = number(record, {"au"});
  if (!au) return;
  const auto target = au_target(record);
  const bool met = target && *au >= *target;
  Value shown = value_of(*au, Unit::kFraction);
  if (target && !met && shown.text == format_percent(*target))
    shown.text = fmt::format("{:.2f} %", *au * 100);
  shown.tone = !target ? Tone::kStrong : met ? Tone::kGood : Tone::kBad;
  Value note;
  const bool judged = !record.contains("not_judged");
  if (!judged) shown.tone = Tone::kPlain;
  if (target && !judged)
    note = Value("not judged");
  else if (target)
    note = Value(*target, Unit::kFraction,
                 (met ? "meets the target of " : "misses the target of ") + format_percent(*target));
  doc.row("utilisation (AU)", shown, note);
}

void add_epochs(Document& doc, const Json& record, bool more) {
  const std::vector<double> values = numbers(record, {"au_per_epoch"});
  if (values.size() < 2) return;
  std::string text;
  const std::size_t shown = std::min(values.size(), kMostEpochs);
  for (std::size_t i = 0; i < shown; ++i) text += (i ? ", " : "") + format_percent(values[i]);
  if (more && shown < values.size()) text += fmt::format(", and {} more", values.size() - shown);
  doc.row("  each epoch", text);
}

void add_throughput(Document& doc, const std::string& label, const Json& record) {
  doc.row(label, followed_by(per_second_at(record, {"samples_per_second"}), " samples/s"),
          rate_at(record, {"bytes_per_second"}));
}

void add_errors(Document& doc, const Json& record) {
  const auto count = number(record, {"errors", "count"});
  if (!count || *count == 0) return;
  doc.section("Errors");
  doc.row("samples that failed", toned(value_of(*count, Unit::kCount), Tone::kBad));
  if (const Json* kinds = at(record, {"errors", "by_kind"}); kinds != nullptr && kinds->is_object()) {
    for (const auto& [kind, times] : kinds->items()) {
      if (times.is_number()) doc.append(Text{format_count(times.get<double>()) + " x " + kind});
    }
  }
  doc.append(list_of(ListStyle::kBullets, words(record, {"errors", "examples"}), Tone::kFaint));
}

void add_warnings(Document& doc, const Json& record) {
  std::vector<std::string> warnings = words(record, {"warnings"});
  if (flag(record, {"partial"})) {
    warnings.insert(warnings.begin(),
                    "partial: the command was ended early; these are the numbers until then");
  }
  doc.section("Warnings");
  doc.append(list_of(ListStyle::kWarnings, warnings, Tone::kWarn));
}

void add_verdict(Document& doc, const Json& record) {
  const std::string text = word(record, {"verdict", "text"});
  if (text.empty()) return;
  doc.section("Verdict");
  doc.append(Text{text, tone_of_limit(word(record, {"verdict", "limit"}))});
  doc.section("Evidence");
  doc.append(list_of(ListStyle::kBullets, words(record, {"verdict", "evidence"}), Tone::kFaint));
  doc.section("What to try");
  doc.append(list_of(ListStyle::kSteps, words(record, {"verdict", "advice"})));
}

}  // namespace aforo
