#include "catalogue/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/error.h"
#include "base/text.h"
#include "catalogue/pcie.h"
#include "catalogue/service_rows.h"
#include "catalogue/shipped.h"
#include "catalogue/table.h"

namespace aforo {
namespace {

constexpr double kGiga = 1e9, kTera = 1e12;
constexpr std::uint32_t kOldestNvme =
    3;  // of flash whose generation is not stated: the first with NVMe for servers

Bytes bytes(double value) { return {static_cast<std::uint64_t>(std::llround(value))}; }
std::uint32_t whole(double value) { return static_cast<std::uint32_t>(std::lround(value)); }

using Files = std::function<std::string(std::string_view)>;

template <class T>
std::vector<T> read_file(const Files& text, std::string_view file, std::span<const CsvColumn> columns,
                         T (*make)(const TableRow&)) {
  const CsvTable table(text(file), std::string(file), columns);
  std::vector<T> all;
  for (const TableRow& row : table.rows()) all.push_back(make(row));
  return all;
}

constexpr CsvColumn kDriveColumns[] = {words_in("model"),
                                       words_in("media"),
                                       number_in("capacity_tb", 1, 1000, "TB"),
                                       number_in("pcie", 1, kNewestPcie, "", false),
                                       number_in("read_gb_per_s", 0.1, 100, "GB/s"),
                                       number_in("write_gb_per_s", 0.1, 100, "GB/s"),
                                       number_in("reads_per_s", 50, 2e7, "reads/s"),
                                       number_in("latency_us", 5, 50'000, "us"),
                                       number_in("watts", 1, 100, "W"),
                                       words_in("recording", false),
                                       words_in("price"),
                                       kKindColumn,
                                       kSourceColumn,
                                       kDateColumn};

Drive drive_of(const TableRow& row) {
  Drive drive;
  drive.model = row.text("model");
  drive.media =
      row.choice<Media>("media", {{"tlc", Media::kTlc}, {"qlc", Media::kQlc}, {"hdd", Media::kHdd}});
  drive.capacity = bytes(row.number("capacity_tb") * kTera);
  drive.read = {row.number("read_gb_per_s") * kGiga};
  drive.write = {row.number("write_gb_per_s") * kGiga};
  drive.reads = {row.number("reads_per_s")};
  drive.latency = {row.number("latency_us") * 1e-6};
  drive.watts = row.number("watts");
  if (row.has("recording"))
    drive.host_managed = row.choice<bool>("recording", {{"cmr", false}, {"smr-host-managed", true}});
  drive.pcie = whole(row.number("pcie"));
  if (is_flash(drive.media) && drive.pcie == 0) drive.pcie = kOldestNvme;
  drive.price = row.text("price");
  drive.fact = row.fact();
  return drive;
}

constexpr CsvColumn kNodeColumns[] = {words_in("name"),
                                      words_in("media"),
                                      number_in("bays", 1, 200, ""),
                                      number_in("ports", 1, 16, ""),
                                      number_in("watts", 50, 3000, "W"),
                                      number_in("rack_units", 1, 12, "RU"),
                                      number_in("pcie", 1, kNewestPcie, ""),
                                      number_in("drive_lanes", 1, 512, "lanes"),
                                      number_in("most_gb_per_s", 1, 1000, "GB/s"),
                                      number_in("opens_per_s", 1000, 1e7, "opens/s"),
                                      number_in("metadata_tb", 0.1, 100, "TB", false),
                                      words_in("price"),
                                      kKindColumn,
                                      kSourceColumn,
                                      kDateColumn};

StorageNode node_of(const TableRow& row) {
  StorageNode node;
  node.name = row.text("name");
  node.flash = row.choice<bool>("media", {{"nvme", true}, {"disk", false}});
  node.bays = whole(row.number("bays"));
  node.ports = whole(row.number("ports"));
  node.watts = row.number("watts");
  node.rack_units = row.number("rack_units");
  node.most = {row.number("most_gb_per_s") * kGiga};
  node.metadata = {row.number("opens_per_s")};
  node.pcie = whole(row.number("pcie"));
  node.drive_lanes = whole(row.number("drive_lanes"));
  node.metadata_flash = bytes(row.number("metadata_tb") * kTera);
  node.price = row.text("price");
  node.fact = row.fact();
  return node;
}

constexpr CsvColumn kNicColumns[] = {words_in("name"),
                                     number_in("gbit_per_s", 1, 3200, "Gbit/s"),
                                     number_in("payload_gb_per_s", 0.1, 400, "GB/s"),
                                     number_in("watts", 1, 200, "W"),
                                     words_in("price"),
                                     words_in("port_price"),
                                     words_in("cable_price"),
                                     kKindColumn,
                                     kSourceColumn,
                                     kDateColumn};

Nic nic_of(const TableRow& row) {
  Nic nic;
  nic.name = row.text("name");
  nic.gbit = row.number("gbit_per_s");
  nic.payload = {row.number("payload_gb_per_s") * kGiga};
  nic.watts = row.number("watts");
  nic.price = row.text("price");
  nic.port_price = row.text("port_price");
  nic.cable_price = row.text("cable_price");
  nic.fact = row.fact();
  return nic;
}

constexpr CsvColumn kAcceleratorColumns[] = {words_in("type"),
                                             words_in("title"),
                                             number_in("watts", 10, 5000, "W"),
                                             words_in("hour_price", false),
                                             words_in("hour_at", false),
                                             words_in("purchase_price", false),
                                             words_in("hosts_at", false),
                                             kKindColumn,
                                             kSourceColumn,
                                             kDateColumn};

Provider cloud_named(const TableRow& row, std::string_view word) {
  for (const Provider p : {Provider::kAws, Provider::kGcp, Provider::kAzure})
    if (to_string(p) == word) return p;
  row.refuse("providers of clouds apart by spaces", std::string(word));
}

// Words apart by spaces.
std::vector<Provider> providers_in(const TableRow& row, std::string_view column) {
  std::vector<Provider> out;
  for (const std::string& word : split(row.text(column), ' '))
    if (!word.empty()) out.push_back(cloud_named(row, word));
  return out;
}

// "gcp:ITEM azure:ITEM".
std::vector<std::pair<Provider, std::string>> items_at(const TableRow& row, std::string_view column) {
  std::vector<std::pair<Provider, std::string>> out;
  for (const std::string& word : split(row.text(column), ' ')) {
    if (word.empty()) continue;
    const std::size_t colon = std::min(word.find(':'), word.size() - 1);
    out.emplace_back(cloud_named(row, word.substr(0, colon)), word.substr(colon + 1));
  }
  return out;
}

Accelerator accelerator_of(const TableRow& row) {
  Accelerator accelerator;
  accelerator.type = row.text("type");
  accelerator.title = row.text("title");
  accelerator.watts = row.number("watts");
  accelerator.hour_price = row.text("hour_price");
  accelerator.hour_at = items_at(row, "hour_at");
  accelerator.purchase_price = row.text("purchase_price");
  accelerator.hosts_at = providers_in(row, "hosts_at");
  accelerator.fact = row.fact();
  return accelerator;
}

constexpr CsvColumn kRateColumns[] = {words_in("workload"),
                                      words_in("accelerator"),
                                      words_in("set"),
                                      number_in("samples_per_s", 0.001, 1e8, "samples/s"),
                                      number_in("sample_bytes", 1, 1e10, "B", false),
                                      words_in("note", false),
                                      kKindColumn,
                                      kSourceColumn,
                                      kDateColumn};

IngestRate rate_of(const TableRow& row) {
  IngestRate rate;
  rate.workload = row.text("workload");
  rate.accelerator = row.text("accelerator");
  rate.set = row.text("set");
  rate.samples = {row.number("samples_per_s")};
  rate.sample_bytes = row.number("sample_bytes");
  rate.note = row.text("note");
  rate.fact = row.fact();
  return rate;
}

constexpr CsvColumn kHistoryColumns[] = {words_in("item"),
                                         number_in("value", 0.001, 1e9, ""),
                                         words_in("unit"),
                                         number_in("low", 0.001, 1e9, "", false),
                                         number_in("high", 0.001, 1e9, "", false),
                                         words_in("note", false),
                                         kKindColumn,
                                         kSourceColumn,
                                         kDateColumn};

PricePoint point_of(const TableRow& row) {
  PricePoint point;
  point.item = row.text("item");
  point.value = row.number("value");
  point.unit = row.text("unit");
  point.low = row.has("low") ? row.number("low") : point.value;
  point.high = row.has("high") ? row.number("high") : point.value;
  point.note = row.text("note");
  point.fact = row.fact();
  return point;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "h100" in "h100-sxm" or "h100nvl", but not "h10" in "h100" nor "b200" in "gb200".
bool names(std::string_view word, std::string_view type) {
  return word.starts_with(type) && (word.size() == type.size() || !is_digit(word[type.size()]));
}

}  // namespace

std::string_view to_string(Media media) {
  switch (media) {
    case Media::kTlc:
      return "TLC flash";
    case Media::kQlc:
      return "QLC flash";
    case Media::kHdd:
      return "HDD";
  }
  return "";
}

Catalogue Catalogue::read(const Files& text) {
  Catalogue c;
  c.drives_ = read_file(text, "drives.csv", kDriveColumns, drive_of);
  c.nodes_ = read_file(text, "nodes.csv", kNodeColumns, node_of);
  c.nics_ = read_file(text, "nics.csv", kNicColumns, nic_of);
  c.services_ = read_services(text("services.csv"));
  c.egress_ = read_egress(text("egress.csv"));
  c.accelerators_ = read_file(text, "accelerators.csv", kAcceleratorColumns, accelerator_of);
  c.hosts_ = read_hosts(text("hosts.csv"));
  c.rates_ = read_file(text, "rates.csv", kRateColumns, rate_of);
  c.price_history_ = read_file(text, "price_history.csv", kHistoryColumns, point_of);
  return c;
}

const Catalogue& Catalogue::shipped() {
  static const Catalogue catalogue =
      read([](std::string_view file) { return std::string(shipped_csv(file)); });
  return catalogue;
}

const EgressPrice& Catalogue::egress_of(Provider provider) const {
  for (const EgressPrice& price : egress_)
    if (price.provider == provider) return price;
  throw std::logic_error("no row of egress.csv for " + std::string(to_string(provider)));
}

const Accelerator* Catalogue::find_accelerator(std::string_view type) const {
  std::string words = to_lower(type);
  std::replace_if(
      words.begin(), words.end(), [](char c) { return c == '-' || c == '_' || c == ','; }, ' ');
  for (const std::string& word : split(words, ' '))
    for (const Accelerator& accelerator : accelerators_)
      if (names(word, accelerator.type)) return &accelerator;
  return nullptr;
}

const AcceleratorHost& Catalogue::host_of(std::string_view type, std::optional<Provider> provider) const {
  const Accelerator* accelerator = find_accelerator(type);
  const AcceleratorHost *found = nullptr, *other = nullptr;
  const bool any = provider == Provider::kOther;
  for (const AcceleratorHost& host : hosts_) {
    if (any ? !host.provider.has_value() : host.provider != provider) continue;
    const bool same = accelerator != nullptr && host.accelerator == accelerator->type;
    const AcceleratorHost*& best = same ? found : other;
    if (!same && host.accelerator != kOtherHost) continue;
    if (best == nullptr || host.object < best->object) best = &host;
  }
  if (found == nullptr) found = other;
  if (found == nullptr)
    throw UserError(fmt::format(
        "hosts.csv: expected a row '{}' for each provider and for 'bought', found none", kOtherHost));
  return *found;
}

const Accelerator& Catalogue::accelerator(std::string_view type) const {
  if (const Accelerator* found = find_accelerator(type)) return *found;
  std::vector<std::string> known;
  for (const Accelerator& accelerator : accelerators_) known.push_back(accelerator.type);
  throw UserError(fmt::format("expected an accelerator of 'aforo catalogue accelerators' ({}), found '{}'{}",
                              join(known, ", "), type, did_you_mean(type, known)));
}

}  // namespace aforo
