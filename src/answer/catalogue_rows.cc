#include "answer/catalogue_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/error.h"
#include "base/text.h"
#include "catalogue/catalogue.h"
#include "catalogue/prices.h"

namespace aforo {
namespace {

// What the catalogue writes as 0 is unknown or without limit, and absent here.
void set_known(Json& row, std::string_view key, double value) {
  if (value > 0) set_number(row, key, value);
}
void set_known(Json& row, std::string_view key, Bytes bytes) {
  if (bytes.value > 0) row[std::string(key)] = bytes.value;
}

void add_fact(Json& row, const Fact& fact) {
  row["kind"] = to_string(fact.kind);
  row["source"] = fact.source;
  row["date"] = fact.date;
}

// What it costs, as the price list says today: row["prices"][key].
void add_price(Json& row, const std::string& key, const std::string& item) {
  if (item.empty()) return;
  const Price& price = PriceBook::shipped().at(item);
  Json& to = row["prices"][key];
  to["item"] = item;
  to["value"] = price.value;
  to["unit"] = to_string(price.unit);
  to["kind"] = to_string(price.fact.kind);
}

Json row_of(const Drive& drive) {
  Json row = {{"name", drive.model}, {"media", to_string(drive.media)}};
  row["capacity_bytes"] = drive.capacity.value;
  set_number(row, "read_bytes_per_second", drive.read.value);
  set_number(row, "write_bytes_per_second", drive.write.value);
  set_number(row, "reads_per_second", drive.reads.value);
  set_number(row, "latency_seconds", drive.latency.value);
  if (drive.pcie > 0) row["pcie"] = drive.pcie;
  set_number(row, "watts", drive.watts);
  add_price(row, "capacity", drive.price);
  return row;
}

Json row_of(const StorageNode& node) {
  Json row = {{"name", node.name}, {"bays_for", node.flash ? "NVMe" : "3.5\" disks"}};
  row["bays"] = node.bays;
  row["ports"] = node.ports;
  row["pcie"] = node.pcie;
  row["drive_lanes"] = node.drive_lanes;
  set_number(row, "most_bytes_per_second", node.most.value);
  set_number(row, "opens_per_second", node.metadata.value);
  set_number(row, "watts", node.watts);
  set_number(row, "rack_units", node.rack_units);
  add_price(row, "server", node.price);
  return row;
}

Json row_of(const Nic& nic) {
  Json row = {{"name", nic.name}};
  set_number(row, "gbit_per_second", nic.gbit);
  set_number(row, "payload_bytes_per_second", nic.payload.value);
  set_number(row, "watts", nic.watts);
  add_price(row, "card", nic.price);
  add_price(row, "switch_port", nic.port_price);
  add_price(row, "cable", nic.cable_price);
  return row;
}

void add_requests(Json& row, const CloudService& service) {
  set_known(row, "requests_per_second", service.requests.value);
  set_known(row, "writes_per_second", service.writes.value);
  set_known(row, "requests_per_second_per_tib", service.requests_per_tib.value);
  set_known(row, "writes_per_second_per_tib", service.writes_per_tib.value);
  if (service.kind == ServiceKind::kObject) row["prefixes"] = service.prefixes;
  set_known(row, "doubles_in_seconds", service.ramp_minutes * 60);
  set_known(row, "opens_per_second", service.metadata.value);
  set_known(row, "opens_per_second_per_tib", service.opens_per_tib.value);
  set_known(row, "most_opens_per_second", service.most_opens.value);
  if (!service.opens_price.empty()) set_number(row, "iops_per_open", service.iops_per_open);
}

Json row_of(const CloudService& service) {
  Json row = {{"name", service.name},
              {"title", service.title},
              {"provider", std::string(to_string(service.provider))},
              {"service_kind", to_string(service.kind)},
              {"protocol", to_string(service.protocol)},
              {"durability", to_string(service.durability)}};
  set_known(row, "bytes_per_second_per_tib", service.per_tib.value);
  set_known(row, "write_bytes_per_second_per_tib", service.write_per_tib.value);
  set_known(row, "included_bytes_per_second", service.included.value);
  set_known(row, "most_bytes_per_second", service.most.value);
  set_known(row, "most_write_bytes_per_second", service.most_write.value);
  set_known(row, "included_iops", service.iops_included.value);
  add_requests(row, service);
  set_number(row, "latency_seconds", service.latency.value);
  set_number(row, "latency_stddev_seconds", service.latency_stddev.value);
  set_known(row, "least_bytes", service.least);
  set_known(row, "step_bytes", service.step);
  set_known(row, "volume_bytes", service.volume);
  if (service.kind == ServiceKind::kBlock) {
    if (service.volumes_per_host > 0) row["volumes_per_host"] = service.volumes_per_host;
    if (service.attach > 0) row["hosts_per_volume"] = service.attach;
    row["read_only_when_shared"] = service.read_only;
  }
  add_price(row, "storage", service.storage_price);
  for (const PriceTier& tier : service.storage_tiers)
    add_price(row, fmt::format("storage_beyond_{}_bytes", tier.from.value), tier.price);
  add_price(row, "throughput", service.throughput_price);
  add_price(row, "iops", service.iops_price);
  add_price(row, "reads", service.get_price);
  add_price(row, "writes", service.put_price);
  add_price(row, "retrieval", service.retrieval_price);
  add_price(row, "metadata_iops", service.opens_price);
  return row;
}

Json row_of(const Accelerator& accelerator) {
  Json row = {{"name", accelerator.type}, {"title", accelerator.title}};
  set_number(row, "watts", accelerator.watts);
  std::vector<std::string> providers;
  for (const Provider p : accelerator.hosts_at) providers.emplace_back(to_string(p));
  if (!providers.empty()) row["hosts_at"] = join(providers, ", ");
  add_price(row, "hour", accelerator.hour_price);
  add_price(row, "purchase", accelerator.purchase_price);
  return row;
}

Json row_of(const AcceleratorHost& host) {
  Json row = {{"name", host.name},
              {"accelerator", host.accelerator},
              {"provider", host.provider ? std::string(to_string(*host.provider)) : "bought"},
              {"accelerators", host.accelerators},
              {"cores", host.cores}};
  set_number(row, "memory_bytes_per_second", host.memory.value);
  if (host.pcie > 0) row["pcie"] = host.pcie;
  set_known(row, "nvme_bytes", host.nvme);
  set_known(row, "nvme_bytes_per_second", host.nvme_read.value);
  set_known(row, "object_bytes_per_second", host.object.value);
  set_known(row, "lustre_bytes_per_second", host.lustre.value);
  set_known(row, "nfs_bytes_per_second", host.nfs.value);
  set_known(row, "block_bytes_per_second", host.block.value);
  return row;
}

Json row_of(const IngestRate& rate) {
  Json row = {{"workload", rate.workload}, {"accelerator", rate.accelerator}, {"set", rate.set}};
  set_number(row, "samples_per_second", rate.samples.value);
  set_known(row, "sample_bytes", rate.sample_bytes);
  set_known(row, "bytes_per_second", rate.samples.value * rate.sample_bytes);
  if (!rate.note.empty()) row["note"] = rate.note;
  return row;
}

Json row_of(const Price& price) {
  Json row = {
      {"item", price.item}, {"group", price.group}, {"value", price.value}, {"unit", to_string(price.unit)},
      {"low", price.low},   {"high", price.high},   {"text", price.text}};
  if (!price.checked.empty()) row["checked"] = price.checked;
  if (price.old) row["old"] = true;
  return row;
}

Json row_of(const PricePoint& point) {
  Json row = {{"item", point.item},
              {"value", point.value},
              {"low", point.low},
              {"high", point.high},
              {"unit", point.unit}};
  if (!point.note.empty()) row["note"] = point.note;
  return row;
}

template <class T>
Json rows_of(std::span<const T> all) {
  Json rows = Json::array();
  for (const T& one : all) {
    Json row = row_of(one);
    add_fact(row, one.fact);
    rows.push_back(std::move(row));
  }
  return rows;
}

struct Topic {
  std::string_view name;
  Json (*rows)();
  std::vector<std::string> called;  // keys whose value NAME may be
};

const std::vector<Topic>& topics() {
  static const std::vector<Topic> all{
      {"drives", [] { return rows_of(Catalogue::shipped().drives()); }, {"name"}},
      {"nodes", [] { return rows_of(Catalogue::shipped().nodes()); }, {"name"}},
      {"nics", [] { return rows_of(Catalogue::shipped().nics()); }, {"name"}},
      {"services", [] { return rows_of(Catalogue::shipped().services()); }, {"name"}},
      {"accelerators", [] { return rows_of(Catalogue::shipped().accelerators()); }, {"name"}},
      {"hosts", [] { return rows_of(Catalogue::shipped().hosts()); }, {"name", "accelerator", "provider"}},
      {"rates", [] { return rows_of(Catalogue::shipped().rates()); }, {"workload", "accelerator"}},
      {"prices", [] { return rows_of(PriceBook::shipped().all()); }, {"item", "group"}},
      {"price-history", [] { return rows_of(Catalogue::shipped().price_history()); }, {"item"}}};
  return all;
}

const Topic& topic_called(std::string_view name) {
  for (const Topic& topic : topics())
    if (topic.name == name) return topic;
  throw std::logic_error(fmt::format("the catalogue has no topic '{}'", name));
}

// With the first key that any row answers to, so that an item goes before a group of the same name.
Json called(const Json& rows, const Topic& topic, std::string_view name) {
  std::vector<std::string> known;
  for (const std::string& key : topic.called) {
    Json found = Json::array();
    for (const Json& row : rows) {
      const std::string value = row.at(key);
      if (to_lower(value) == to_lower(name)) found.push_back(row);
      known.push_back(value);
    }
    if (!found.empty()) return found;
  }
  throw UserError(fmt::format("expected a name of 'aforo catalogue {}', found '{}'{}", topic.name, name,
                              did_you_mean(name, known)));
}

}  // namespace

std::vector<std::string> catalogue_topics() {
  std::vector<std::string> names;
  for (const Topic& topic : topics()) names.emplace_back(topic.name);
  return names;
}

std::string catalogue_key(std::string_view topic) {
  std::string key(topic);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

Json catalogue_rows(std::string_view topic, std::string_view name) {
  const Topic& found = topic_called(topic);
  const Json rows = found.rows();
  return name.empty() ? rows : called(rows, found, name);
}

}  // namespace aforo
