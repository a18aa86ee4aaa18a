#include "answer/store_cost.h"

#include <fmt/format.h>

#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "catalogue/catalogue.h"
#include "catalogue/prices.h"

namespace aforo {
namespace {

double price_of(const std::string& item) { return item.empty() ? 0 : PriceBook::shipped().at(item).value; }

}  // namespace

const CloudService& object_store(const std::string& name) {
  std::vector<std::string> names;
  for (const CloudService& service : Catalogue::shipped().services()) {
    if (service.kind != ServiceKind::kObject) continue;
    if (service.name == name) return service;
    names.push_back(service.name);
  }
  throw UserError(
      fmt::format("--price-of: expected an object store of the catalogue, found '{}'; there are {}", name,
                  join(names, ", ")));
}

void add_store_cost(Json& record, const CloudService& service) {
  if (!record.contains("requests")) return;
  const Json& requests = record["requests"];
  const double samples = record.value("samples", 0.0), bytes = record.value("bytes_from_storage", 0.0);
  const double epoch = record["config"].value("dataset_samples", 0.0);
  if (samples <= 0 || bytes <= 0 || epoch <= 0) return;
  const double reads = requests.value("get", 0.0) + requests.value("head", 0.0);
  const double asked = reads / 1000 * price_of(service.get_price) +
                       requests.value("list", 0.0) / 1000 * price_of(service.put_price);
  const double retrieved = bytes / 1e9 * price_of(service.retrieval_price);
  const double left = bytes / 1e9 * price_of(Catalogue::shipped().egress_of(service.provider).price);
  Json cost = {{"service", service.name}};
  const auto add = [&](const char* what, double usd) {
    set_number(cost, fmt::format("{}_usd_per_epoch", what), usd / samples * epoch);
    set_number(cost, fmt::format("{}_usd_per_gb", what), usd / (bytes / 1e9));
  };
  add("requests", asked);
  if (!service.retrieval_price.empty()) add("retrieval", retrieved);
  add("egress", left);
  record["store_cost"] = cost;
}

}  // namespace aforo
