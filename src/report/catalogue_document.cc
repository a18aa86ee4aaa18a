#include "report/catalogue_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "report/common_sections.h"
#include "report/view.h"

namespace aforo {
namespace {

using Cells = std::vector<Value>;

// Four significant digits, thousands apart; in `scale` of the unit, unknown where the number is.
std::string plain_text(double number) {
  if (number > 0 && number < 0.001) return fmt::format("{:.6f}", number);
  return number >= 1000 ? format_count(number) : fmt::format("{:.4g}", number);
}

Value plain(std::optional<double> number, Unit unit = Unit::kCount, double scale = 1) {
  return number ? Value(*number, unit, plain_text(*number / scale)) : Value();
}

constexpr double kKilo = 1e3, kGiga = 1e9, kTera = 1e12, kMicro = 1e-6, kMilli = 1e-3;

Value sold_bytes(double bytes) {
  for (const auto& [unit, word] : {std::pair{1e12, " TB"}, {1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}})
    if (bytes >= unit) return {bytes, Unit::kBytes, plain_text(bytes / unit) + word};
  return {bytes, Unit::kBytes, plain_text(bytes) + " B"};
}

Value sold_rate(double bytes_per_second) {
  return {bytes_per_second, Unit::kBytesPerSecond, sold_bytes(bytes_per_second).text + "/s"};
}

// "356.4", with "~" before an estimate.
Value price_of(const Json& row, std::string_view which) {
  Value price = plain(number(row, {"prices", which, "value"}), Unit::kDollars);
  if (price.known() && word(row, {"prices", which, "kind"}) == "estimated") price.text = "~" + price.text;
  return price;
}

bool has_estimated_price(const Json& row, const std::vector<std::string_view>& shown) {
  return std::any_of(shown.begin(), shown.end(), [&](std::string_view which) {
    return number(row, {"prices", which, "value"}) && word(row, {"prices", which, "kind"}) == "estimated";
  });
}

struct Topic {
  std::string_view key, heading;
  std::vector<Column> columns;
  Cells (*cells)(const Json& row);
  std::vector<std::string_view> prices{};  // the kinds of price among the cells
};

Cells drive_cells(const Json& d) {
  return {word(d, {"name"}),
          word(d, {"media"}),
          plain(number(d, {"capacity_bytes"}), Unit::kBytes, kTera),
          plain(number(d, {"read_bytes_per_second"}), Unit::kBytesPerSecond, kGiga),
          plain(number(d, {"reads_per_second"}), Unit::kPerSecond, kKilo),
          plain(number(d, {"latency_seconds"}), Unit::kSeconds, kMicro),
          price_of(d, "capacity")};
}

Cells node_cells(const Json& n) {
  return {word(n, {"name"}),
          plain(number(n, {"bays"})),
          plain(number(n, {"ports"})),
          plain(number(n, {"most_bytes_per_second"}), Unit::kBytesPerSecond, kGiga),
          plain(number(n, {"opens_per_second"}), Unit::kPerSecond),
          plain(number(n, {"watts"}), Unit::kWatts),
          price_of(n, "server")};
}

Cells nic_cells(const Json& n) {
  return {word(n, {"name"}), plain(number(n, {"payload_bytes_per_second"}), Unit::kBytesPerSecond, kGiga),
          plain(number(n, {"watts"}), Unit::kWatts), price_of(n, "card"), price_of(n, "switch_port")};
}

Cells service_cells(const Json& s) {
  Value throughput;
  if (const auto per_tib = number(s, {"bytes_per_second_per_tib"})) {
    throughput = followed_by(sold_rate(*per_tib), " per TiB");
  } else if (const auto most = number(s, {"most_bytes_per_second"})) {
    throughput = sold_rate(*most);
    throughput.text = "up to " + throughput.text;
  }
  return {word(s, {"name"}), price_of(s, "storage"), throughput,
          plain(number(s, {"latency_seconds"}), Unit::kSeconds, kMilli)};
}

Cells accelerator_cells(const Json& a) {
  return {word(a, {"name"}), plain(number(a, {"watts"}), Unit::kWatts), price_of(a, "hour"),
          price_of(a, "purchase"), word(a, {"hosts_at"})};
}

Cells host_cells(const Json& h) {
  return {word(h, {"name"}),
          word(h, {"accelerator"}),
          word(h, {"provider"}),
          plain(number(h, {"cores"})),
          plain(number(h, {"object_bytes_per_second"}), Unit::kBytesPerSecond, kGiga),
          plain(number(h, {"lustre_bytes_per_second"}), Unit::kBytesPerSecond, kGiga),
          plain(number(h, {"nfs_bytes_per_second"}), Unit::kBytesPerSecond, kGiga),
          plain(number(h, {"block_bytes_per_second"}), Unit::kBytesPerSecond, kGiga),
          plain(number(h, {"nvme_bytes"}), Unit::kBytes, kTera)};
}

Cells rate_cells(const Json& r) {
  return {word(r, {"workload"}), word(r, {"accelerator"}), word(r, {"set"}),
          plain(number(r, {"samples_per_second"}), Unit::kPerSecond), rate_at(r, {"bytes_per_second"})};
}

Value range_of(const Json& row) {
  const auto low = number(row, {"low"}), high = number(row, {"high"});
  if (!low || !high || *low == *high) return {};
  Value out(*low, Unit::kDollars, plain_text(*low) + " to " + plain_text(*high));
  out.upper = *high;
  return out;
}

Cells price_cells(const Json& p) {
  return {word(p, {"item"}), plain(number(p, {"value"}), Unit::kDollars), word(p, {"unit"}), range_of(p)};
}

// NOLINTNEXTLINE(readability-function-size): a table
const std::vector<Topic>& topics() {
  static const std::vector<Topic> all{
      {"drives",
       "Drives",
       {{"model", false, Tone::kStrong},
        {""},
        {"TB", true},
        {"GB/s", true},
        {"kIOPS", true},
        {"us", true},
        {"USD/TB", true, Tone::kPlain, 1}},
       drive_cells,
       {"capacity"}},
      {"nodes",
       "Servers for drives",
       {{"name", false, Tone::kStrong},
        {"bays", true},
        {"ports", true},
        {"GB/s", true},
        {"opens/s", true},
        {"W", true},
        {"USD", true}},
       node_cells,
       {"server"}},
      {"nics",
       "Network cards",
       {{"name", false, Tone::kStrong}, {"GB/s", true}, {"W", true}, {"USD", true}, {"port USD", true}},
       nic_cells,
       {"card", "switch_port"}},
      {"services",
       "Cloud services",
       {{"name", false, Tone::kStrong}, {"USD/GB-month", true}, {"throughput"}, {"ms", true}},
       service_cells,
       {"storage"}},
      {"accelerators",
       "Accelerators",
       {{"type", false, Tone::kStrong}, {"W", true}, {"USD/h", true}, {"USD", true}, {"hosts at"}},
       accelerator_cells,
       {"hour", "purchase"}},
      {"hosts",
       "Hosts of accelerators, and what they read from services, GB/s",
       {{"name", false, Tone::kStrong},
        {"of"},
        {"from"},
        {"cores", true},
        {"object", true},
        {"Lustre", true},
        {"NFS", true},
        {"block", true},
        {"flash TB", true}},
       host_cells},
      {"rates",
       "Samples per second that one accelerator was seen to train",
       {{"workload", false, Tone::kStrong}, {"on"}, {"set"}, {"samples/s", true}, {"reads", true}},
       rate_cells},
      {"prices",
       "Prices",
       {{"item", false, Tone::kStrong}, {"value", true}, {"unit"}, {"plausible"}},
       price_cells},
      {"price_history",
       "What it cost before",
       {{"item", false, Tone::kStrong}, {"value", true}, {"unit"}, {"reported"}},
       price_cells}};
  return all;
}

// The number of a source in the list, from 1; added where it is new.
std::size_t cite(List& sources, const std::string& source) {
  const auto found = std::find_if(sources.items.begin(), sources.items.end(),
                                  [&](const Item& item) { return item.text == source; });
  const auto place = static_cast<std::size_t>(found - sources.items.begin());
  if (found == sources.items.end()) sources.items.push_back({{}, source, {}});
  return place + 1;
}

// Where a row comes from, in one line: "published, 2026-09: price list".
std::string origin_of(const Json& row) {
  return join_known({join_known({word(row, {"kind"}), word(row, {"date"})}, ", "), word(row, {"source"})},
                    ": ");
}

// The number of a row's source comes second, so that a narrow page leaves figures out before it.
void add_table(Document& doc, const Topic& topic, const Json& rows) {
  Table table{topic.columns};
  table.columns.insert(table.columns.begin() + 1, {"from", true});
  table.columns.push_back({"kind"});
  table.columns.push_back({"date"});
  List sources{ListStyle::kSources, {}, Tone::kFaint, 1};
  bool estimated_price = false;
  for (const Json& row : rows) {
    Cells cells = topic.cells(row);
    estimated_price = estimated_price || has_estimated_price(row, topic.prices);
    cells.insert(cells.begin() + 1, fmt::format("[{}]", cite(sources, origin_of(row))));
    cells.push_back(word(row, {"kind"}));
    cells.push_back(word(row, {"date"}));
    table.rows.push_back(std::move(cells));
  }
  doc.append(std::move(table));
  doc.append(Gap{});
  if (estimated_price) doc.append(Text{"~ marks an estimated price.", Tone::kFaint});
  doc.append(std::move(sources));
}

std::string label_of(std::string_view key) {
  static constexpr std::pair<std::string_view, std::string_view> kLabels[] = {
      {"bytes_per_second_per_tib", "comes with each TiB"},
      {"write_bytes_per_second_per_tib", "writes with each TiB"},
      {"included_bytes_per_second", "comes with it"},
      {"most_write_bytes_per_second", "writes at most"},
      {"requests_per_second_per_tib", "reads/s with each TiB"},
      {"writes_per_second_per_tib", "writes/s with each TiB"},
      {"opens_per_second_per_tib", "opens/s with each TiB"},
      {"doubles_in_seconds", "doubles in"},
      {"most_bytes_per_second", "at most"},
      {"least_bytes", "sold from"},
      {"step_bytes", "in steps of"},
      {"volume_bytes", "largest volume"},
      {"latency_stddev_seconds", "its deviation"},
      {"sample_bytes", "a sample"},
      {"samples_per_second", "samples"},
      {"bytes_per_second", "reads at that rate"},
      {"nvme_bytes", "local flash"},
      {"nvme_bytes_per_second", "local flash reads"},
      {"object_bytes_per_second", "from object stores"},
      {"lustre_bytes_per_second", "by Lustre"},
      {"nfs_bytes_per_second", "by NFS"},
      {"block_bytes_per_second", "from volumes"},
      {"memory_bytes_per_second", "memory"},
      {"pcie", "PCIe generation"},
      {"drive_lanes", "lanes to drives"},
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

Value figure_of(std::string_view key, const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_number()) return {};
  const double figure = value.get<double>();
  if (key.find("bytes_per_second") != std::string_view::npos) return sold_rate(figure);
  if (key.ends_with("gbit_per_second"))
    return {figure * kGiga / 8, Unit::kBytesPerSecond, plain_text(figure) + " Gbit/s"};
  if (key.ends_with("per_second")) return followed_by(plain(figure, Unit::kPerSecond), "/s");
  if (key.ends_with("seconds")) return value_of(figure, Unit::kSeconds);
  if (key.ends_with("bytes")) return sold_bytes(figure);
  if (key == "watts") return followed_by(plain(figure, Unit::kWatts), " W");
  return plain(figure);
}

void add_full(Document& doc, const Json& row) {
  for (const auto& [key, value] : row.items()) {
    if (key == "prices" || key == "kind" || key == "source" || key == "date") continue;
    doc.row(label_of(key), figure_of(key, value));
  }
  if (const Json* prices = at(row, {"prices"}); prices != nullptr && prices->is_object()) {
    doc.section("Prices");
    for (const auto& [key, price] : prices->items())
      doc.row(key, followed_by(plain(number(price, {"value"}), Unit::kDollars), " " + word(price, {"unit"})),
              join_known({word(price, {"item"}), word(price, {"kind"})}, ", "));
  }
  doc.section("Where it comes from");
  doc.row("kind", word(row, {"kind"}));
  doc.row("date", word(row, {"date"}));
  doc.append(Gap{});
  doc.append(Text{word(row, {"source"}), Tone::kPlain, 1});
}

void add_workloads(Document& doc, const Json& record) {
  Table table{{{"name", false, Tone::kStrong},
               {"each reads", true},
               {"sample", true},
               {"batch", true},
               {"step", true},
               {"step time"},
               {"domain"},
               {"layout"}}};
  for (const Json* w : entries(record, {"workloads"}))
    table.rows.push_back({word(*w, {"name"}), rate_at(*w, {"demand_bytes_per_second"}),
                          bytes_at(*w, {"sample_bytes"}), count_at(*w, {"batch_size"}),
                          seconds_at(*w, {"step_seconds"}), word(*w, {"kind"}), word(*w, {"domain"}),
                          word(*w, {"layout"})});
  doc.section("Workloads");
  if (table.rows.empty()) {
    doc.append(Text{"none"});
    return;
  }
  doc.append(std::move(table));
  doc.append(Gap{});
  doc.append(Text{"'each reads' is what one accelerator asks of storage at full utilisation.", Tone::kFaint});
}

// One workload, named.
void add_workload(Document& doc, const Json& w) {
  doc.section("The job, with every default");
  doc.append(Code{"yaml", word(w, {"yaml"})});
  doc.section("What it asks for");
  doc.row("each reads", rate_at(w, {"demand_bytes_per_second"}), "one accelerator at full utilisation");
  const std::string lacking = word(w, {"not_generated"});
  doc.row("laid by",
          lacking.empty() ? "aforo generate, as it is" : "aforo generate " + word(w, {"generated_with"}),
          lacking.empty() ? "" : "samples of the same sizes; it makes no " + lacking);
  List sources{ListStyle::kReasons};
  for (const Json* p : entries(w, {"provenance"}))
    sources.items.push_back(
        {word(*p, {"field"}),
         join_known({join_known({word(*p, {"kind"}), word(*p, {"date"})}, ", "), word(*p, {"source"})}, ": "),
         {}});
  doc.section("Where the constants come from");
  doc.append(std::move(sources));
}

}  // namespace

Document catalogue_document(const Json& record) {
  Document doc;
  doc.title = {"aforo catalogue"};
  for (const Topic& topic : topics()) {
    const Json* rows = at(record, {topic.key});
    if (rows == nullptr || !rows->is_array() || rows->empty()) continue;
    doc.section(topic.heading);
    if (rows->size() == 1) {
      add_full(doc, rows->front());
    } else {
      add_table(doc, topic, *rows);
    }
    return doc;
  }
  const std::vector<const Json*> workloads = entries(record, {"workloads"});
  if (workloads.size() == 1 && at(*workloads.front(), {"yaml"}) != nullptr) {
    doc.title.push_back(word(*workloads.front(), {"name"}));
    doc.subtitle = {word(*workloads.front(), {"description"})};
    add_workload(doc, *workloads.front());
  } else {
    add_workloads(doc, record);
  }
  add_warnings(doc, record);
  return doc;
}

}  // namespace aforo
