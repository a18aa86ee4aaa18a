// The pages of `aforo catalogue`: a table of a topic with its sources below, or one row in full.
//
// What is bought is shown in the units it is sold in (TB, GB/s: powers of ten).
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/text.h"
#include "base/units.h"
#include "report/parts.h"
#include "report/terminal.h"

namespace aforo {
namespace {

using Cells = std::vector<std::string>;

// Four significant digits, thousands apart, "" for unknown.
std::string plain(std::optional<double> value, double unit = 1) {
  if (!value) return "";
  const double scaled = *value / unit;
  if (scaled > 0 && scaled < 0.001) return fmt::format("{:.6f}", scaled);
  return scaled >= 1000 ? format_count(scaled) : fmt::format("{:.4g}", scaled);
}

constexpr double kKilo = 1e3, kGiga = 1e9, kTera = 1e12, kMicro = 1e-6, kMilli = 1e-3;

std::string sold_bytes(double bytes) {
  for (const auto& [unit, word] : {std::pair{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}})
    if (bytes >= unit) return plain(bytes, unit) + " " + word;
  return plain(bytes) + " B";
}

// "356.4", with "~" before an estimate.
std::string price_of(const Json& row, std::string_view which) {
  const auto value = number(row, {"prices", which, "value"});
  if (!value) return "";
  return (word(row, {"prices", which, "kind"}) == "estimated" ? "~" : "") + plain(value);
}

struct Topic {
  std::string_view key, heading;
  std::vector<Column> columns;
  Cells (*cells)(const Json& row);
};

Cells drive_cells(const Json& d) {
  return {word(d, {"name"}),
          word(d, {"media"}).substr(0, 3),
          plain(number(d, {"capacity_bytes"}), kTera),
          plain(number(d, {"read_bytes_per_second"}), kGiga),
          plain(number(d, {"reads_per_second"}), kKilo),
          plain(number(d, {"latency_seconds"}), kMicro),
          price_of(d, "capacity")};
}

Cells node_cells(const Json& n) {
  return {word(n, {"name"}),
          plain(number(n, {"bays"})),
          plain(number(n, {"ports"})),
          plain(number(n, {"most_bytes_per_second"}), kGiga),
          plain(number(n, {"opens_per_second"})),
          plain(number(n, {"watts"})),
          price_of(n, "server")};
}

Cells nic_cells(const Json& n) {
  return {word(n, {"name"}), plain(number(n, {"payload_bytes_per_second"}), kGiga),
          plain(number(n, {"watts"})), price_of(n, "card"), price_of(n, "switch_port")};
}

Cells service_cells(const Json& s) {
  std::string throughput;
  if (const auto per_tib = number(s, {"bytes_per_second_per_tib"}))
    throughput = sold_bytes(*per_tib) + "/s per TiB";
  else if (const auto most = number(s, {"most_bytes_per_second"}))
    throughput = "up to " + sold_bytes(*most) + "/s";
  return {word(s, {"name"}), price_of(s, "storage"), throughput,
          plain(number(s, {"latency_seconds"}), kMilli)};
}

Cells accelerator_cells(const Json& a) {
  return {word(a, {"name"}),
          plain(number(a, {"memory_bytes"}), kGiga),
          plain(number(a, {"watts"})),
          price_of(a, "hour"),
          price_of(a, "purchase"),
          word(a, {"instance"}),
          plain(number(a, {"instance_nvme_bytes"}), kTera)};
}

Cells rate_cells(const Json& r) {
  return {word(r, {"workload"}), word(r, {"accelerator"}), word(r, {"set"}),
          plain(number(r, {"samples_per_second"})), rate_at(r, {"bytes_per_second"})};
}

std::string range_of(const Json& row) {
  const auto low = number(row, {"low"}), high = number(row, {"high"});
  return low && high && *low != *high ? fmt::format("{} to {}", plain(low), plain(high)) : "";
}

Cells price_cells(const Json& p) {
  return {word(p, {"item"}), plain(number(p, {"value"})), word(p, {"unit"}), range_of(p)};
}

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all{
      {"drives",
       "Drives",
       {{"model", false, Tone::kBold},
        {""},
        {"TB", true},
        {"GB/s", true},
        {"kIOPS", true},
        {"us", true},
        {"USD/TB", true}},
       drive_cells},
      {"nodes",
       "Servers for drives",
       {{"name", false, Tone::kBold},
        {"bays", true},
        {"ports", true},
        {"GB/s", true},
        {"opens/s", true},
        {"W", true},
        {"USD", true}},
       node_cells},
      {"nics",
       "Network cards",
       {{"name", false, Tone::kBold}, {"GB/s", true}, {"W", true}, {"USD", true}, {"port USD", true}},
       nic_cells},
      {"services",
       "Cloud services",
       {{"name", false, Tone::kBold}, {"USD/GB-month", true}, {"throughput"}, {"ms", true}},
       service_cells},
      {"accelerators",
       "Accelerators",
       {{"type", false, Tone::kBold},
        {"GB", true},
        {"W", true},
        {"USD/h", true},
        {"USD", true},
        {"instance"},
        {"TB", true}},
       accelerator_cells},
      {"rates",
       "Samples per second that one accelerator was seen to train",
       {{"workload", false, Tone::kBold}, {"on"}, {"set"}, {"samples/s", true}, {"reads", true}},
       rate_cells},
      {"prices",
       "Prices",
       {{"item", false, Tone::kBold}, {"value", true}, {"unit"}, {"plausible"}},
       price_cells},
      {"price_history",
       "What it cost before",
       {{"item", false, Tone::kBold}, {"value", true}, {"unit"}, {"reported"}},
       price_cells}};
  return all;
}

// The number of a source in the list, from 1; added where it is new.
std::size_t cite(Cells& sources, const std::string& source) {
  const auto found = std::find(sources.begin(), sources.end(), source);
  const auto place = static_cast<std::size_t>(found - sources.begin());
  if (found == sources.end()) sources.push_back(source);
  return place + 1;
}

// Where a row comes from, in one line: "published, 2026-09: price list".
std::string origin_of(const Json& row) {
  return join_known({join_known({word(row, {"kind"}), word(row, {"date"})}, ", "), word(row, {"source"})},
                    ": ");
}

// The number of a row's source comes second, so that a narrow terminal leaves figures out before it.
void write_table(Page& page, const Topic& topic, const Json& rows) {
  std::vector<Column> columns = topic.columns;
  columns.insert(columns.begin() + 1, {"from", true});
  columns.push_back({"kind"});
  columns.push_back({"date"});
  Cells sources;
  std::vector<Cells> lines;
  bool estimated_price = false;
  for (const Json& row : rows) {
    Cells cells = topic.cells(row);
    for (const std::string& cell : cells) estimated_price = estimated_price || cell.starts_with('~');
    cells.insert(cells.begin() + 1, fmt::format("[{}]", cite(sources, origin_of(row))));
    cells.push_back(word(row, {"kind"}));
    cells.push_back(word(row, {"date"}));
    lines.push_back(std::move(cells));
  }
  page.table(columns, lines);
  page.blank();
  if (estimated_price) page.paragraph("", "~ marks an estimated price.", Tone::kDim);
  for (std::size_t i = 0; i < sources.size(); ++i)
    page.paragraph(fmt::format("  [{}] ", i + 1), sources[i], Tone::kDim);
}

std::string label_of(std::string_view key) {
  static constexpr std::pair<std::string_view, std::string_view> kLabels[] = {
      {"bytes_per_second_per_tib", "comes with each TiB"},
      {"included_bytes_per_second", "comes with it"},
      {"most_bytes_per_second", "at most"},
      {"least_bytes", "sold from"},
      {"step_bytes", "in steps of"},
      {"volume_bytes", "largest volume"},
      {"latency_stddev_seconds", "its deviation"},
      {"sample_bytes", "a sample"},
      {"samples_per_second", "samples"},
      {"bytes_per_second", "reads at that rate"},
      {"instance_nvme_bytes", "local flash"},
      {"instance_nvme_bytes_per_second", "local flash reads"},
      {"instance_network_bytes_per_second", "instance network"},
      {"low", "plausible from"},
      {"high", "plausible to"}};
  for (const auto& [known, label] : kLabels)
    if (known == key) return std::string(label);
  std::string label(key);
  for (const std::string_view unit : {"_bytes_per_second", "_per_second", "_seconds", "_bytes"})
    if (label.ends_with(unit)) {
      label.resize(label.size() - unit.size());
      break;
    }
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

std::string figure_of(std::string_view key, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_number()) return "";
  const double figure = value.get<double>();
  if (key.find("bytes_per_second") != std::string_view::npos) return sold_bytes(figure) + "/s";
  if (key.ends_with("gbit_per_second")) return plain(figure) + " Gbit/s";
  if (key.ends_with("per_second")) return plain(figure) + "/s";
  if (key.ends_with("seconds")) return format_seconds({figure});
  if (key.ends_with("bytes")) return sold_bytes(figure);
  if (key == "watts") return plain(figure) + " W";
  return plain(figure);
}

void write_full(Page& page, const Json& row) {
  for (const auto& [key, value] : row.items()) {
    if (key == "prices" || key == "kind" || key == "source" || key == "date") continue;
    page.row(label_of(key), figure_of(key, value));
  }
  if (const Json* prices = at(row, {"prices"}); prices != nullptr && prices->is_object()) {
    page.section("Prices");
    for (const auto& [key, price] : prices->items()) {
      const auto value = number(price, {"value"});
      if (!value) continue;
      page.row(key, plain(value) + " " + word(price, {"unit"}),
               join_known({word(price, {"item"}), word(price, {"kind"})}, ", "));
    }
  }
  page.section("Where it comes from");
  page.row("kind", word(row, {"kind"}));
  page.row("date", word(row, {"date"}));
  page.blank();
  page.paragraph("  ", word(row, {"source"}));
}

void write_workloads(Page& page, const Json& record) {
  const Json* workloads = at(record, {"workloads"});
  std::vector<Cells> rows;
  if (workloads != nullptr && workloads->is_array()) {
    for (const Json& w : *workloads) {
      rows.push_back({word(w, {"name"}), rate_at(w, {"demand_bytes_per_second"}),
                      bytes_at(w, {"sample_bytes"}), count_at(w, {"batch_size"}),
                      seconds_at(w, {"step_seconds"}), word(w, {"kind"}), word(w, {"domain"}),
                      word(w, {"layout"})});
    }
  }
  page.section("Workloads");
  if (rows.empty()) {
    page.paragraph("", "none");
    return;
  }
  page.table({{"name", false, Tone::kBold},
              {"each reads", true},
              {"sample", true},
              {"batch", true},
              {"step", true},
              {"step time"},
              {"domain"},
              {"layout"}},
             rows);
  page.blank();
  page.paragraph("", "'each reads' is what one accelerator asks of storage at full utilisation.", Tone::kDim);
}

}  // namespace

std::string render_catalogue(const Json& record, const Look& look) {
  Page page(look);
  page.title("aforo catalogue", "");
  for (const Topic& topic : topics()) {
    const Json* rows = at(record, {topic.key});
    if (rows == nullptr || !rows->is_array() || rows->empty()) continue;
    page.section(topic.heading);
    if (rows->size() == 1)
      write_full(page, rows->front());
    else
      write_table(page, topic, *rows);
    return page.text();
  }
  write_workloads(page, record);
  return page.text();
}

}  // namespace aforo
