#include "catalogue/accelerator_host.h"

#include <cmath>

#include "catalogue/pcie.h"
#include "catalogue/table.h"

namespace aforo {
namespace {

constexpr double kHostGiga = 1e9, kHostTera = 1e12, kGbit = 1e9 / 8;

constexpr CsvColumn kHostColumns[] = {words_in("accelerator"),
                                      words_in("provider"),
                                      words_in("name"),
                                      number_in("accelerators", 1, 72, ""),
                                      number_in("cores", 8, 1000, "cores"),
                                      number_in("memory_gb_per_s", 20, 10'000, "GB/s"),
                                      number_in("pcie", 1, kNewestPcie, "", false),
                                      number_in("nvme_tb", 0.1, 1000, "TB", false),
                                      number_in("nvme_gb_per_s", 0.1, 1000, "GB/s", false),
                                      number_in("object_gbit_per_s", 1, 100'000, "Gbit/s", false),
                                      number_in("lustre_gbit_per_s", 1, 100'000, "Gbit/s", false),
                                      number_in("nfs_gbit_per_s", 1, 100'000, "Gbit/s", false),
                                      number_in("block_gbit_per_s", 1, 100'000, "Gbit/s", false),
                                      kKindColumn,
                                      kSourceColumn,
                                      kDateColumn};

AcceleratorHost host_of_row(const TableRow& row) {
  const auto count = [&](const char* column) {
    return static_cast<std::uint32_t>(std::lround(row.number(column)));
  };
  AcceleratorHost host;
  host.accelerator = row.text("accelerator");
  const auto cloud = [](Provider p) { return std::pair(to_string(p), std::optional<Provider>(p)); };
  host.provider = row.choice<std::optional<Provider>>(
      "provider",
      {{"bought", std::nullopt}, cloud(Provider::kAws), cloud(Provider::kGcp), cloud(Provider::kAzure)});
  host.name = row.text("name");
  host.accelerators = count("accelerators");
  host.cores = count("cores");
  host.memory = {row.number("memory_gb_per_s") * kHostGiga};
  host.pcie = count("pcie");
  host.nvme = {static_cast<std::uint64_t>(std::llround(row.number("nvme_tb") * kHostTera))};
  host.nvme_read = {row.number("nvme_gb_per_s") * kHostGiga};
  host.object = {row.number("object_gbit_per_s") * kGbit};
  host.lustre = {row.number("lustre_gbit_per_s") * kGbit};
  host.nfs = {row.number("nfs_gbit_per_s") * kGbit};
  host.block = {row.number("block_gbit_per_s") * kGbit};
  host.fact = row.fact();
  if (!host.provider && host.pcie == 0) row.refuse("the PCIe generation of a host that is bought", "none");
  if (host.provider &&
      (host.object.value <= 0 || host.lustre.value <= 0 || host.nfs.value <= 0 || host.block.value <= 0))
    row.refuse("what a rented host reads by each protocol", "none for one of them");
  return host;
}

}  // namespace

std::vector<AcceleratorHost> read_hosts(const std::string& csv) {
  const CsvTable table(csv, "hosts.csv", kHostColumns);
  std::vector<AcceleratorHost> out;
  for (const TableRow& row : table.rows()) out.push_back(host_of_row(row));
  return out;
}

BytesPerSecond network_to(const AcceleratorHost& host, const CloudService& service) {
  switch (service.protocol) {
    case Protocol::kHttps:
      return host.object;
    case Protocol::kLustre:
      return host.lustre;
    case Protocol::kNfs:
      return host.nfs;
    case Protocol::kVolume:
      return host.block;
  }
  return {0};
}

}  // namespace aforo
