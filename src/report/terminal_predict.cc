// The pages of a prediction: one job, the largest number, a sweep.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/parts.h"
#include "report/terminal.h"

namespace aforo {
namespace {

constexpr std::size_t kBar = 16;

std::string with(const std::string& text, const std::string& suffix) {
  return text.empty() ? "" : text + suffix;
}

std::string percent_interval(const Json& record, const Look& look) {
  const std::vector<double> ends = numbers(record, {"au_interval"});
  return ends.size() == 2 ? format_percent(ends[0]) + dash(look) + format_percent(ends[1]) : "";
}

std::vector<const Json*> entries(const Json& record, std::string_view key) {
  std::vector<const Json*> out;
  const Json* list = at(record, {key});
  if (list == nullptr || !list->is_array()) return out;
  for (const Json& entry : *list) out.push_back(&entry);
  return out;
}

std::string subtitle(const Json& record, const Look& look) {
  const auto target = au_target(record);
  return join_known({shorten(printable(word(record, {"config", "storage"})), 48, look.unicode),
                     target ? "target AU " + format_percent(*target) : "", word(record, {"config", "read"}),
                     started_text(record)},
                    dot(look));
}

void write_utilisation(Page& page, const Json& record) {
  page.section("Accelerators, predicted");
  write_au(page, record);
  page.row("  interval", percent_interval(record, page.look()), "95 %, chance and spread");
  const std::vector<double> epochs = numbers(record, {"au_per_epoch"});
  if (epochs.size() > 1) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(epochs.size(), 12); ++i)
      text += (i ? ", " : "") + format_percent(epochs[i]);
    page.row("  each epoch", text);
  }
  page.row("throughput", with(count_at(record, {"samples_per_second"}), " samples/s"),
           rate_at(record, {"bytes_per_second"}));
  page.row("limited by", word(record, {"limit"}));
  page.row("from a cache", percent_at(record, {"cache_hit_share"}), "of the samples");
  page.row("requests in flight", count_at(record, {"requests_in_flight"}));
}

void write_shares(Page& page, const Json& record) {
  const auto total = number(record, {"stalls", "accelerator_seconds"});
  const auto stall = number(record, {"stall_seconds"});
  if (!total || !stall || !(*total > 0)) return;
  const auto part = [&](std::string_view key) { return number(record, {"stalls", key}).value_or(0); };
  const double load = part("load_wait_seconds"), first = part("epoch_start_seconds");
  const double barrier = part("barrier_wait_seconds"), checkpoint = part("checkpoint_seconds");
  struct Line {
    const char* label;
    double seconds;
    Tone tone;
  };
  const Line lines[] = {{"compute", *total - *stall, Tone::kGood},
                        {"first batch of an epoch", first, Tone::kBad},
                        {"waiting for data", load - first, Tone::kBad},
                        {"waiting for other ranks", barrier, Tone::kWarn},
                        {"checkpoints", checkpoint, Tone::kWarn},
                        {"other", *stall - load - barrier - checkpoint, Tone::kDim}};
  page.section("Where their time goes");
  const Look& look = page.look();
  const std::size_t columns = look.width < 64 ? 10 : std::min<std::size_t>(look.width - 52, 50);
  for (const Line& line : lines) {
    const double share = std::clamp(line.seconds / *total, 0.0, 1.0);
    if (share < 0.0005 && line.tone != Tone::kGood) continue;
    std::string text = pad_left(format_percent(share), 7);
    const auto cells = static_cast<std::size_t>(std::lround(share * static_cast<double>(columns)));
    if (share >= 0.0005)
      text += "  " + bar({{1, "█", '#', line.tone}}, std::clamp<std::size_t>(cells, 1, columns), look);
    page.drawn_row(line.label, text);
  }
}

void write_times(Page& page, const Json& record) {
  if (!number(record, {"step_seconds", "p50"})) return;
  page.section("Times");
  page.table({{""}, {"mean", true}, {"p50", true}, {"p95", true}, {"p99", true}, {"max", true}},
             {{pad_right("step", 22), seconds_at(record, {"step_seconds", "mean"}),
               seconds_at(record, {"step_seconds", "p50"}), seconds_at(record, {"step_seconds", "p95"}),
               seconds_at(record, {"step_seconds", "p99"}), seconds_at(record, {"step_seconds", "max"})}});
}

void write_stations(Page& page, const Json& record) {
  std::vector<std::vector<std::string>> rows;
  for (const Json* s : entries(record, "stations"))
    rows.push_back({pad_right(shorten(printable(word(*s, {"name"})), 32, page.look().unicode), 22),
                    percent_at(*s, {"busy_share"}), count_at(*s, {"in_flight"}),
                    with(count_at(*s, {"operations_per_second"}), "/s"),
                    seconds_at(*s, {"residence_seconds"})});
  if (rows.empty()) return;
  page.section("Stations");
  page.table({{""}, {"busy", true}, {"in flight", true}, {"operations", true}, {"time there", true}}, rows);
}

void write_beside(Page& page, const Json& record) {
  std::vector<std::vector<std::string>> rows;
  for (const Json* job : entries(record, "beside"))
    rows.push_back({pad_right(shorten(printable(word(*job, {"workload"})), 32, page.look().unicode), 22),
                    count_at(*job, {"accelerators"}), percent_at(*job, {"au"}),
                    count_at(*job, {"samples_per_second"})});
  if (rows.empty()) return;
  page.section("Beside it");
  page.table({{""}, {"accelerators", true}, {"AU", true}, {"samples/s", true}}, rows);
}

void write_advice(Page& page, const Json& record) {
  const auto advice = entries(record, "advice");
  if (advice.empty()) return;
  page.section("What would move it, each alone");
  for (const Json* a : advice) {
    const auto gain = number(*a, {"gain"});
    if (!gain) continue;
    page.paragraph(pad_left(fmt::format("+{:.1f}", *gain * 100), 6) + " points  ",
                   join_known({word(*a, {"change"}), with("AU ", percent_at(*a, {"au"})), word(*a, {"how"})},
                              dot(page.look())));
  }
}

void write_method(Page& page, const Json& record) {
  page.section("How");
  const std::string method = word(record, {"method"});
  page.row("method",
           method == "closed"     ? "closed form"
           : method == "simulate" ? "simulation"
                                  : method,
           word(record, {"method_reason"}));
  const std::string runs = count_at(record, {"simulation", "replications"});
  page.row("simulated", with(runs, " times"),
           join_known({with(count_at(record, {"simulation", "epochs"}), " x "), ""}, "") +
               with(count_at(record, {"simulation", "steps_per_epoch"}), " steps"));
  const auto spread = number(record, {"simulation", "storage_spread"});
  if (spread && *spread > 0) page.row("storage's own spread", format_percent(*spread), "in the interval");
  const auto model = number(record, {"simulation", "model_error"});
  if (model && *model > 0) page.row("model's own error", format_percent(*model), "of AU, in the interval");
}

// Rows of AU with bars, of the accelerators tried or of a sweep.
void write_points(Page& page, const Json& record, std::string_view list, const std::string& heading,
                  std::string (*value)(const Json&)) {
  const Look& look = page.look();
  const double target = au_target(record).value_or(0);
  std::vector<std::vector<std::string>> rows;
  for (const Json* point : entries(record, list)) {
    const double au = number(*point, {"au"}).value_or(0);
    rows.push_back({value(*point), percent_at(*point, {"au"}), percent_interval(*point, look),
                    au >= target ? "holds" : "below",
                    bar({{au, "█", '#', Tone::kPlain}}, kBar, Look{look.width, false, look.unicode}),
                    count_at(*point, {"samples_per_second"}), rate_at(*point, {"bytes_per_second"}),
                    printable(word(*point, {"limit"}))});
  }
  if (rows.empty()) return;
  const bool brief = std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row[5].empty(); });
  std::vector<Column> columns = {
      {heading, true},         {"AU", true, Tone::kBold}, {"95 % interval", true}, {""},
      {"", false, Tone::kDim}, {"samples/s", true},       {"throughput", true},    {"limited by"}};
  if (brief) {
    columns.resize(5);
    for (auto& row : rows) row.resize(5);
  }
  page.table(columns, rows);
}

std::string plain_value(const Json& point) { return count_at(point, {"value"}); }
std::string bytes_value(const Json& point) { return bytes_at(point, {"value"}); }
std::string accelerators_value(const Json& point) { return count_at(point, {"accelerators"}); }

std::string render_sweep(const Json& record, const Look& look) {
  Page page(look);
  const std::string key = word(record, {"sweep_key"});
  page.title(join_known({"aforo predict --sweep", workload_name(record)}, dot(look)), subtitle(record, look));
  page.section("Predicted utilisation over " + (key.empty() ? std::string("the setting") : printable(key)));
  const bool bytes = key.ends_with("_size") && key != "batch_size";
  write_points(page, record, "sweep", printable(key), bytes ? bytes_value : plain_value);
  write_warnings(page, record);
  return page.text();
}

std::string render_max(const Json& record, const Look& look) {
  Page page(look);
  page.title(join_known({"aforo predict --find-max", workload_name(record)}, dot(look)),
             subtitle(record, look));
  page.section("Result, predicted");
  const std::vector<double> ends = numbers(record, {"max_accelerators_interval"});
  const std::string interval =
      ends.size() == 2 ? format_count(ends[0]) + dash(look) + format_count(ends[1]) : "";
  page.row("this storage feeds", with(count_at(record, {"max_accelerators"}), " accelerators"),
           with(interval, " by AU's 95 % interval"), Tone::kBold);
  if (const auto target = au_target(record))
    page.row("at utilisation (AU)", format_percent(*target), "or more");
  page.row("throughput there", with(count_at(record, {"samples_per_second"}), " samples/s"),
           rate_at(record, {"bytes_per_second"}));
  page.row("limited by", word(record, {"limit"}));
  page.section("Ramp");
  write_points(page, record, "ramp", "accelerators", accelerators_value);
  write_method(page, record);
  write_warnings(page, record);
  write_verdict(page, record);
  return page.text();
}

}  // namespace

std::string render_predict(const Json& record, const Look& look) {
  if (at(record, {"sweep"}) != nullptr) return render_sweep(record, look);
  if (at(record, {"max_accelerators"}) != nullptr) return render_max(record, look);
  Page page(look);
  write_title(page, "predict", record, subtitle(record, look));
  write_utilisation(page, record);
  write_shares(page, record);
  write_times(page, record);
  write_stations(page, record);
  write_beside(page, record);
  write_method(page, record);
  write_warnings(page, record);
  write_verdict(page, record);
  write_advice(page, record);
  return page.text();
}

}  // namespace aforo
