// The page of a run.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/parts.h"
#include "report/terminal.h"

namespace aforo {
namespace {

std::string with(const std::string& text, const std::string& suffix) {
  return text.empty() ? "" : text + suffix;
}

std::string percent_list(const Json& record, Path path) {
  const std::vector<double> values = numbers(record, path);
  std::string text;
  const std::size_t shown = std::min<std::size_t>(values.size(), 12);
  for (std::size_t i = 0; i < shown; ++i) text += (i ? ", " : "") + format_percent(values[i]);
  if (shown < values.size()) text += fmt::format(", and {} more", values.size() - shown);
  return text;
}

std::string subtitle(const Json& record, const Look& look) {
  const auto target = au_target(record);
  return join_known({shorten(printable(directory_of_run(record)), 48, look.unicode),
                     target ? "target AU " + format_percent(*target) : "", engine_of(record),
                     word(record, {"config", "read"}), started_text(record)},
                    dot(look));
}

// Where the accelerators' time went, in seconds of all ranks together.
struct Times {
  double total = 0, load = 0, barrier = 0, stall = 0;
  double other() const { return std::max(0.0, stall - load - barrier); }
};

std::optional<Times> times_of(const Json& record) {
  const auto total = number(record, {"stalls", "accelerator_seconds"});
  const auto load = number(record, {"stalls", "load_wait_seconds"});
  const auto barrier = number(record, {"stalls", "barrier_wait_seconds"});
  const auto stall = number(record, {"stall_seconds"});
  if (!total || !load || !barrier || !stall || !(*total > 0)) return std::nullopt;
  return Times{*total, *load, *barrier, *stall};
}

void write_shares(Page& page, const Json& record) {
  const std::optional<Times> t = times_of(record);
  if (!t) return;
  struct Line {
    const char* label;
    double seconds;
    Tone tone;
  };
  const Line lines[] = {{"compute", t->total - t->stall, Tone::kGood},
                        {"waiting for data", t->load, Tone::kBad},
                        {"waiting for other ranks", t->barrier, Tone::kWarn},
                        {"other", t->other(), Tone::kDim}};
  page.section("Where their time goes");
  const Look& look = page.look();
  const std::size_t columns = look.width < 64 ? 10 : std::min<std::size_t>(look.width - 52, 50);
  for (const Line& line : lines) {
    const double share = std::clamp(line.seconds / t->total, 0.0, 1.0);
    std::string text = pad_left(format_percent(share), 7);
    if (share >= 0.0005) {
      const auto cells = static_cast<std::size_t>(std::lround(share * static_cast<double>(columns)));
      text += "  " + bar({{1, "█", '#', line.tone}}, std::clamp<std::size_t>(cells, 1, columns), look);
      text += "  " + paint(format_seconds(Seconds{line.seconds}), Tone::kDim, look);
    }
    page.drawn_row(line.label, text);
  }
}

void write_utilisation(Page& page, const Json& record) {
  page.section("Accelerators");
  write_au(page, record);
  if (const auto predicted = number(record, {"prediction", "au"})) {
    const std::vector<double> ends = numbers(record, {"prediction", "au_interval"});
    const auto off = number(record, {"prediction_error"});
    page.row(
        "  predicted", format_percent(*predicted),
        join_known(
            {ends.size() == 2 ? format_percent(ends[0]) + dash(page.look()) + format_percent(ends[1]) : "",
             off ? fmt::format("{:+.1f} points off", *off * 100) : ""},
            ", "));
  }
  if (numbers(record, {"au_per_epoch"}).size() > 1)
    page.row("  each epoch", percent_list(record, {"au_per_epoch"}));
  page.row("throughput", with(count_at(record, {"samples_per_second"}), " samples/s"),
           rate_at(record, {"bytes_per_second"}));
  page.row("elapsed", seconds_at(record, {"wall_seconds"}));
  page.row("steps", count_at(record, {"steps"}),
           with(seconds_at(record, {"first_step_seconds"}), " from start to the first"));
  const auto warm_up = number(record, {"steady", "warm_up_steps"});
  if (warm_up && flag(record, {"steady", "trustworthy"})) {
    page.row("steady", seconds_at(record, {"steady", "step_seconds"}) + " a step",
             *warm_up == 0
                 ? "from the first step on"
                 : "after " + format_count(*warm_up) + (*warm_up == 1 ? " step" : " steps") + " of warm-up");
  }
  const auto stall = number(record, {"stall_seconds"});
  if (stall) {
    const std::string cost = dollars_at(record, {"stall_cost_usd"});
    page.row("stalled", format_seconds(Seconds{*stall}), with(cost, " lost in this run"));
  }
  if (const auto month = number(record, {"stall_cost_usd_per_month"})) {
    page.row("idle accelerators cost", format_dollars(Dollars{*month / kHoursPerMonth}) + " per hour",
             format_dollars(Dollars{*month}) + " per month");
  }
}

void write_times(Page& page, const Json& record) {
  struct Line {
    const char* label;
    const char* key;
  };
  static constexpr Line kLines[] = {{"step", "step_seconds"},
                                    {"load wait", "load_wait_seconds"},
                                    {"barrier wait", "barrier_wait_seconds"},
                                    {"read of a sample", "read_seconds"},
                                    {"of that, open", "open_seconds"}};
  std::vector<std::vector<std::string>> rows;
  for (const Line& line : kLines) {
    if (number(record, {line.key, "p50"}) == std::nullopt) continue;
    rows.push_back({line.label, seconds_at(record, {line.key, "mean"}), seconds_at(record, {line.key, "p50"}),
                    seconds_at(record, {line.key, "p95"}), seconds_at(record, {line.key, "p99"}),
                    seconds_at(record, {line.key, "max"})});
  }
  if (rows.empty()) return;
  page.section("Times");
  for (auto& row : rows) row[0] = pad_right(row[0], 22);
  page.table({{""}, {"mean", true}, {"p50", true}, {"p95", true}, {"p99", true}, {"max", true}}, rows);
}

void write_storage(Page& page, const Json& record) {
  page.section("Storage");
  if (const auto share = number(record, {"open_share"})) {
    page.row("open", format_percent(*share), "of a sample's read time");
  }
  page.row("requested", bytes_at(record, {"bytes_requested"}));
  page.row("from storage", bytes_at(record, {"bytes_from_storage"}),
           with(percent_at(record, {"cache_share"}), " came from the page cache"));
  const std::string device = word(record, {"device", "name"});
  page.row(device.empty() ? "device" : "device " + shorten(printable(device), 16, page.look().unicode),
           with(percent_at(record, {"device", "busy_share"}), " busy"));
  page.row("requests in flight", count_at(record, {"requests_in_flight"}),
           with(percent_at(record, {"worker_busy_share"}), " of the time workers are busy"));
  page.row("samples verified", count_at(record, {"verified_samples"}));
  const std::string checks = word(record, {"checks"});
  if (!number(record, {"verified_samples"}) && (checks == "framing" || checks == "length"))
    page.row("checked", checks + " only", "--verify checks contents too");
  if (!number(record, {"bytes_from_storage"}))
    page.row("from the page cache", percent_at(record, {"cache_share"}));
}

void write_client(Page& page, const Json& record) {
  page.section("Client");
  page.row("CPU", seconds_at(record, {"cpu_seconds"}),
           with(seconds_at(record, {"cpu_seconds_per_gb"}), " per GB"));
  page.row("memory", bytes_at(record, {"resident_bytes"}));
  page.row("machine",
           join_known({with(count_at(record, {"machine", "cores"}), " cores"),
                       bytes_at(record, {"machine", "memory_bytes"})},
                      ", "),
           with(word(record, {"machine", "filesystem"}), " filesystem"));
  const auto ceiling = number(record, {"null_ceiling_samples_per_second"});
  const auto reached = number(record, {"samples_per_second"});
  if (ceiling) {
    page.row("without storage", format_count(*ceiling) + " samples/s",
             reached && *reached > 0 ? fmt::format("{:.1f} x this run", *ceiling / *reached) : "");
  }
  const std::string error = seconds_at(record, {"step_timing", "error_p99_s"});
  page.row("emulated step", seconds_at(record, {"step_timing", "asked_s"}),
           error.empty() ? "" : "kept within " + error + " at p99");
}

void write_statistics(Page& page, const Json& record) {
  const Json* statistics = at(record, {"statistics"});
  if (statistics == nullptr || !statistics->is_object() || statistics->size() < 2) return;
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : statistics->items()) {
    rows.push_back({pad_right(name, 22), percent_at(value, {"au"}), count_at(value, {"samples_per_second"})});
  }
  page.section("Statistics, by name");
  page.table({{""}, {"AU", true}, {"samples/s", true}}, rows);
}

}  // namespace

std::string render_run(const Json& record, const Look& look) {
  Page page(look);
  write_title(page, "run", record, subtitle(record, look));
  write_utilisation(page, record);
  write_shares(page, record);
  write_times(page, record);
  write_storage(page, record);
  write_client(page, record);
  write_statistics(page, record);
  write_errors(page, record);
  write_warnings(page, record);
  write_verdict(page, record);
  return page.text();
}

}  // namespace aforo
