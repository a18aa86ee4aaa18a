#include "catalogue/service_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "catalogue/table.h"

namespace aforo {
namespace {

constexpr double kServiceMb = 1e6, kServiceGib = 1024.0 * 1024 * 1024;

Bytes service_bytes(double value) { return {static_cast<std::uint64_t>(std::llround(value))}; }
std::uint32_t service_count(double value) { return static_cast<std::uint32_t>(std::lround(value)); }

constexpr CsvColumn kServiceColumns[] = {
    words_in("name"),
    words_in("title"),
    words_in("provider"),
    words_in("service_kind"),
    words_in("protocol"),
    words_in("storage_price"),
    words_in("storage_tiers", false),
    words_in("throughput_price", false),
    words_in("iops_price", false),
    words_in("get_price", false),
    words_in("put_price", false),
    words_in("retrieval_price", false),
    words_in("opens_price", false),
    number_in("mb_per_s_per_tib", 1, 10'000, "MB/s per TiB", false),
    number_in("write_mb_per_s_per_tib", 1, 10'000, "MB/s per TiB", false),
    number_in("included_mb_per_s", 1, 1e6, "MB/s", false),
    number_in("most_mb_per_s", 10, 1e8, "MB/s", false),
    number_in("most_write_mb_per_s", 10, 1e8, "MB/s", false),
    number_in("iops_included", 1, 1e7, "IOPS", false),
    number_in("iops_per_gib", 1, 100'000, "IOPS per GiB", false),
    number_in("requests_per_s", 10, 1e8, "requests/s", false),
    number_in("writes_per_s", 10, 1e8, "requests/s", false),
    number_in("requests_per_s_per_tib", 10, 1e6, "requests/s", false),
    number_in("writes_per_s_per_tib", 10, 1e6, "requests/s", false),
    number_in("prefixes", 1, 10'000, "", false),
    number_in("ramp_minutes", 1, 1440, "minutes", false),
    number_in("opens_per_s", 100, 1e8, "opens/s", false),
    number_in("opens_per_s_per_tib", 1, 1e6, "opens/s", false),
    number_in("most_opens_per_s", 100, 1e8, "opens/s", false),
    number_in("iops_per_open", 0.1, 10, "IOPS", false),
    number_in("latency_ms", 0.05, 1000, "ms"),
    number_in("latency_stddev_ms", 0.01, 1000, "ms"),
    number_in("least_gib", 1, 1e6, "GiB", false),
    number_in("step_gib", 1, 1e6, "GiB", false),
    number_in("volume_gib", 1, 1e9, "GiB", false),
    number_in("volumes_per_host", 1, 1000, "volumes", false),
    number_in("attach", 1, 100'000, "hosts", false),
    number_in("host_mb_per_s", 10, 1e6, "MB/s", false),
    number_in("least_days", 1, 365, "days", false),
    number_in("least_object_kib", 1, 10'000, "KiB", false),
    number_in("free_egress_times", 0.1, 100, "", false),
    words_in("read_only"),
    words_in("durability"),
    kKindColumn,
    kSourceColumn,
    kDateColumn};

void read_request_limits(const TableRow& row, CloudService& service) {
  service.requests = {row.number("requests_per_s")};
  service.writes = {row.number("writes_per_s")};
  service.requests_per_tib = {row.number("requests_per_s_per_tib")};
  service.writes_per_tib = {row.number("writes_per_s_per_tib")};
  service.prefixes = row.has("prefixes") ? service_count(row.number("prefixes")) : 1;
  service.ramp_minutes = row.number("ramp_minutes");
  service.metadata = {row.number("opens_per_s")};
  service.opens_per_tib = {row.number("opens_per_s_per_tib")};
  service.most_opens = {row.number("most_opens_per_s")};
  if (row.has("iops_per_open")) service.iops_per_open = row.number("iops_per_open");
}

void read_limits(const TableRow& row, CloudService& service) {
  service.per_tib = {row.number("mb_per_s_per_tib") * kServiceMb};
  service.write_per_tib = {row.number("write_mb_per_s_per_tib") * kServiceMb};
  service.included = {row.number("included_mb_per_s") * kServiceMb};
  service.most = {row.number("most_mb_per_s") * kServiceMb};
  service.most_write = {row.number("most_write_mb_per_s") * kServiceMb};
  service.iops_included = {row.number("iops_included")};
  service.iops_per_gib = {row.number("iops_per_gib")};
  read_request_limits(row, service);
  service.latency = {row.number("latency_ms") * 1e-3};
  service.latency_stddev = {row.number("latency_stddev_ms") * 1e-3};
  service.least = service_bytes(row.number("least_gib") * kServiceGib);
  service.step = service_bytes(row.number("step_gib") * kServiceGib);
  service.volume = service_bytes(row.number("volume_gib") * kServiceGib);
  service.volumes_per_host = service_count(row.number("volumes_per_host"));
  service.attach = service_count(row.number("attach"));
  service.host = {row.number("host_mb_per_s") * kServiceMb};
  service.least_days = row.number("least_days");
  service.least_object = service_bytes(row.number("least_object_kib") * 1024);
  service.free_egress = row.number("free_egress_times");
  service.read_only = row.choice<bool>("read_only", {{"yes", true}, {"no", false}});
}

struct TierUnit {
  std::string_view name;
  double bytes;
};

// "51200:ITEM 512000:ITEM": from how much on each is charged instead, rising.
std::vector<PriceTier> tiers_in(const TableRow& row, std::string_view column, const TierUnit& unit) {
  std::vector<PriceTier> out;
  for (const std::string& word : split(row.text(column), ' ')) {
    if (word.empty()) continue;
    const std::size_t colon = word.find(':');
    const Bytes from = service_bytes(std::max(0.0, std::strtod(word.c_str(), nullptr)) * unit.bytes);
    if (colon == std::string::npos || from.value == 0 || (!out.empty() && from <= out.back().from))
      row.refuse(fmt::format("{}:ITEM, apart by spaces and rising", unit.name), word);
    out.push_back({from, word.substr(colon + 1)});
  }
  return out;
}

Provider provider_in(const TableRow& row) {
  const auto choice = [](Provider p) { return std::pair(to_string(p), p); };
  return row.choice<Provider>("provider", {choice(Provider::kAws), choice(Provider::kGcp),
                                           choice(Provider::kAzure), choice(Provider::kOther)});
}

CloudService service_of(const TableRow& row) {
  CloudService service;
  service.name = row.text("name");
  service.title = row.text("title");
  service.provider = provider_in(row);
  service.kind = row.choice<ServiceKind>(
      "service_kind",
      {{"object", ServiceKind::kObject}, {"file", ServiceKind::kFile}, {"block", ServiceKind::kBlock}});
  const auto spoken = [](Protocol p) { return std::pair(to_string(p), p); };
  service.protocol = row.choice<Protocol>("protocol", {spoken(Protocol::kHttps), spoken(Protocol::kLustre),
                                                       spoken(Protocol::kNfs), spoken(Protocol::kVolume)});
  const auto class_of = [](Durability d) { return std::pair(to_string(d), d); };
  service.durability = row.choice<Durability>(
      "durability",
      {class_of(Durability::kScratch), class_of(Durability::kZone), class_of(Durability::kReplicated)});
  service.storage_price = row.text("storage_price");
  service.storage_tiers = tiers_in(row, "storage_tiers", {"GIB", kServiceGib});
  service.throughput_price = row.text("throughput_price");
  service.iops_price = row.text("iops_price");
  service.get_price = row.text("get_price");
  service.put_price = row.text("put_price");
  service.retrieval_price = row.text("retrieval_price");
  service.opens_price = row.text("opens_price");
  read_limits(row, service);
  service.fact = row.fact();
  return service;
}

constexpr double kEgressGb = 1e9;
constexpr CsvColumn kEgressColumns[] = {words_in("provider"), words_in("price"), words_in("tiers", false),
                                        kKindColumn,          kSourceColumn,     kDateColumn};

}  // namespace

std::vector<CloudService> read_services(const std::string& csv) {
  const CsvTable table(csv, "services.csv", kServiceColumns);
  std::vector<CloudService> all;
  for (const TableRow& row : table.rows()) all.push_back(service_of(row));
  return all;
}

std::vector<EgressPrice> read_egress(const std::string& csv) {
  const CsvTable table(csv, "egress.csv", kEgressColumns);
  std::vector<EgressPrice> all;
  for (const TableRow& row : table.rows())
    all.push_back(
        {provider_in(row), row.text("price"), tiers_in(row, "tiers", {"GB", kEgressGb}), row.fact()});
  return all;
}

}  // namespace aforo
