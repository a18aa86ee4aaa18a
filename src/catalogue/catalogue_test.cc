// Holds the shipped rows to source, date, unit and range, and to each other.
#include "catalogue/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "catalogue/csv_rows.h"
#include "catalogue/prices.h"
#include "catalogue/shipped.h"
#include "workload/parse.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

const Catalogue& shipped() { return Catalogue::shipped(); }

std::size_t rows_of(const std::string& file) { return csv_rows(shipped_csv(file), file).size() - 1; }

template <class T>
void expect_sourced(std::span<const T> rows) {
  for (const T& row : rows) {
    EXPECT_GT(row.fact.source.size(), 7U) << row.fact.source;
    EXPECT_GE(row.fact.date, "2015") << row.fact.source;
    EXPECT_LE(row.fact.date, "2026-11") << row.fact.source;
    EXPECT_NE(row.fact.kind, FactKind::kGiven) << row.fact.source;
  }
}

template <class T, class Name>
void expect_unique(std::span<const T> rows, const Name& name) {
  std::set<std::string> seen;
  for (const T& row : rows) EXPECT_TRUE(seen.insert(name(row)).second) << name(row);
}

void expect_price(const std::string& item, PriceUnit unit, const std::string& named_by) {
  const Price* price = PriceBook::shipped().find(item);
  ASSERT_NE(price, nullptr) << item << " of " << named_by;
  EXPECT_EQ(price->unit, unit) << item << " of " << named_by;
}
void expect_price_if_any(const std::string& item, PriceUnit unit, const std::string& named_by) {
  if (!item.empty()) expect_price(item, unit, named_by);
}

TEST(Catalogue, EveryShippedRowIsRead) {
  EXPECT_EQ(shipped().drives().size(), rows_of("drives.csv"));
  EXPECT_EQ(shipped().nodes().size(), rows_of("nodes.csv"));
  EXPECT_EQ(shipped().nics().size(), rows_of("nics.csv"));
  EXPECT_EQ(shipped().services().size(), rows_of("services.csv"));
  EXPECT_EQ(shipped().egress().size(), rows_of("egress.csv"));
  EXPECT_EQ(shipped().accelerators().size(), rows_of("accelerators.csv"));
  EXPECT_EQ(shipped().hosts().size(), rows_of("hosts.csv"));
  EXPECT_EQ(shipped().rates().size(), rows_of("rates.csv"));
  EXPECT_EQ(shipped().price_history().size(), rows_of("price_history.csv"));
}

TEST(Catalogue, EveryRowHasSourceAndDate) {
  expect_sourced(shipped().drives());
  expect_sourced(shipped().nodes());
  expect_sourced(shipped().nics());
  expect_sourced(shipped().services());
  expect_sourced(shipped().accelerators());
  expect_sourced(shipped().hosts());
  expect_sourced(shipped().rates());
  expect_sourced(shipped().price_history());
}

TEST(Catalogue, NamesAreUnique) {
  expect_unique(shipped().drives(), [](const Drive& d) { return d.model; });
  expect_unique(shipped().nodes(), [](const StorageNode& n) { return n.name; });
  expect_unique(shipped().nics(), [](const Nic& n) { return n.name; });
  expect_unique(shipped().services(), [](const CloudService& s) { return s.name; });
  expect_unique(shipped().accelerators(), [](const Accelerator& a) { return a.type; });
  expect_unique(shipped().hosts(), [](const AcceleratorHost& h) { return h.name; });
  expect_unique(shipped().rates(), [](const IngestRate& r) { return r.workload + r.accelerator + r.set; });
  expect_unique(shipped().price_history(), [](const PricePoint& p) { return p.item + p.fact.date; });
}

TEST(Catalogue, WhatARowCostsIsInThePriceListInItsUnit) {
  for (const Drive& d : shipped().drives()) expect_price(d.price, PriceUnit::kPerTb, d.model);
  for (const StorageNode& n : shipped().nodes()) expect_price(n.price, PriceUnit::kEach, n.name);
  for (const Nic& n : shipped().nics()) {
    expect_price(n.price, PriceUnit::kEach, n.name);
    expect_price(n.port_price, PriceUnit::kEach, n.name);
    expect_price(n.cable_price, PriceUnit::kEach, n.name);
  }
  for (const CloudService& s : shipped().services()) {
    expect_price(s.storage_price, PriceUnit::kPerGbMonth, s.name);
    for (const PriceTier& tier : s.storage_tiers) expect_price(tier.price, PriceUnit::kPerGbMonth, s.name);
    expect_price_if_any(s.opens_price, PriceUnit::kPerIopsMonth, s.name);
    expect_price_if_any(s.throughput_price, PriceUnit::kPerMbpsMonth, s.name);
    expect_price_if_any(s.iops_price, PriceUnit::kPerIopsMonth, s.name);
    expect_price_if_any(s.get_price, PriceUnit::kPer1kRequests, s.name);
    expect_price_if_any(s.put_price, PriceUnit::kPer1kRequests, s.name);
    expect_price_if_any(s.retrieval_price, PriceUnit::kPerGb, s.name);
    const EgressPrice& egress = shipped().egress_of(s.provider);
    expect_price(egress.price, PriceUnit::kPerGb, s.name);
    for (const PriceTier& tier : egress.tiers) expect_price(tier.price, PriceUnit::kPerGb, s.name);
  }
  for (const Accelerator& a : shipped().accelerators()) {
    expect_price_if_any(a.hour_price, PriceUnit::kPerHour, a.type);
    for (const auto& [provider, item] : a.hour_at) {
      expect_price(item, PriceUnit::kPerHour, a.type);
      EXPECT_EQ(std::count(a.hosts_at.begin(), a.hosts_at.end(), provider), 1) << item;
    }
    expect_price_if_any(a.purchase_price, PriceUnit::kEach, a.type);
  }
}

// Opens are of metadata on flash: a server of disks has some of its own, one of flash has them on its drives.
TEST(Catalogue, DiskServersKeepMetadataOnFlash) {
  for (const StorageNode& n : shipped().nodes())
    EXPECT_EQ(n.metadata_flash.value, n.flash ? 0U : 7'680'000'000'000U) << n.name;
}

// Micron 9550 PRO: 15.36 TB, 14 and 10 GB/s, 3.3 M reads/s, 60 us. Exos M: 30 TB, 0.2 GB/s,
// 205 reads/s, 12.5 ms.
TEST(Catalogue, DrivesAreInSi) {
  const auto drives = shipped().drives();
  const auto find = [&](std::string_view model) {
    return *std::find_if(drives.begin(), drives.end(), [&](const Drive& d) { return d.model == model; });
  };
  const Drive flash = find("Micron 9550 PRO");
  EXPECT_EQ(flash.media, Media::kTlc);
  EXPECT_EQ(flash.capacity.value, 15'360'000'000'000U);
  EXPECT_DOUBLE_EQ(flash.read.value, 14e9);
  EXPECT_DOUBLE_EQ(flash.write.value, 10e9);
  EXPECT_DOUBLE_EQ(flash.reads.value, 3.3e6);
  EXPECT_DOUBLE_EQ(flash.latency.value, 60e-6);
  const Drive disk = find("Seagate Exos M ST30000NM004K");
  EXPECT_EQ(disk.media, Media::kHdd);
  EXPECT_DOUBLE_EQ(disk.read.value, 200e6);
  EXPECT_DOUBLE_EQ(disk.reads.value, 205);
  EXPECT_DOUBLE_EQ(disk.latency.value, 12.5e-3);
  EXPECT_FALSE(disk.host_managed);
  EXPECT_TRUE(find("WD Ultrastar DC HC690").host_managed);
}

TEST(Catalogue, FlashReadsFasterThanDisksAndDrawsWhatItsBayGives) {
  for (const Drive& d : shipped().drives()) {
    EXPECT_EQ(is_flash(d.media), d.reads.value > 1e5) << d.model;
    EXPECT_EQ(is_flash(d.media), d.latency.value < 1e-3) << d.model;
    EXPECT_EQ(is_flash(d.media), d.price != "hdd") << d.model;
    EXPECT_LE(d.watts, 25) << d.model;
  }
}

// 1 TiB of the 250 MB/s class gives 250e6 B/s; it is sold from 36,000 GiB.
TEST(Catalogue, ServicesAreInSi) {
  const auto services = shipped().services();
  const auto lustre = std::find_if(services.begin(), services.end(),
                                   [](const CloudService& s) { return s.name == "gcp-managed-lustre-250"; });
  ASSERT_NE(lustre, services.end());
  EXPECT_EQ(lustre->kind, ServiceKind::kFile);
  EXPECT_DOUBLE_EQ(lustre->per_tib.value, 250e6);
  EXPECT_EQ(lustre->least.value, 36'000ULL << 30);
  EXPECT_DOUBLE_EQ(lustre->latency.value, 0.8e-3);
}

// What only some services state, and nothing where they do not.
TEST(Catalogue, ServicesStateTheirLimitsAndTerms) {
  const auto services = shipped().services();
  const auto find = [&](std::string_view name) {
    return *std::find_if(services.begin(), services.end(),
                         [&](const CloudService& s) { return s.name == name; });
  };
  EXPECT_DOUBLE_EQ(find("aws-efs-standard").host.value, 1573e6);
  EXPECT_EQ(find("gcp-hyperdisk-ml").attach, 30U);
  EXPECT_DOUBLE_EQ(find("aws-s3-standard-ia").least_days, 30);
  EXPECT_EQ(find("aws-s3-standard-ia").least_object, Bytes{128 << 10});
  EXPECT_DOUBLE_EQ(find("aws-ebs-io2").iops_per_gib.value, 1000);
  EXPECT_DOUBLE_EQ(find("backblaze-b2").free_egress, 3);
  EXPECT_EQ(find("gcp-parallelstore").durability, Durability::kScratch);
  EXPECT_EQ(find("aws-s3-express").durability, Durability::kZone);
  const CloudService plain = find("aws-s3-standard");
  EXPECT_EQ(plain.durability, Durability::kReplicated);
  EXPECT_DOUBLE_EQ(plain.host.value, 0);
  EXPECT_DOUBLE_EQ(plain.least_days, 0);
  EXPECT_DOUBLE_EQ(plain.free_egress, 0);
}

// Whoever sizes must get at throughput in some way, and into every kind by its own limit.
TEST(Catalogue, EveryServiceHasEnoughToBeSized) {
  for (const CloudService& s : shipped().services()) {
    EXPECT_TRUE(s.name.starts_with(to_string(s.provider)) || s.provider == Provider::kOther) << s.name;
    EXPECT_GT(s.latency.value, 0) << s.name;
    EXPECT_GT(s.latency_stddev.value, 0) << s.name;
    EXPECT_LE(s.latency_stddev.value, s.latency.value) << s.name;
    if (s.kind == ServiceKind::kObject) {
      EXPECT_GT(s.requests.value, 0) << s.name;
      EXPECT_FALSE(s.get_price.empty()) << s.name;
    } else {
      EXPECT_TRUE(s.per_tib.value > 0 || s.included.value > 0 || !s.throughput_price.empty()) << s.name;
    }
    if (s.kind == ServiceKind::kFile) {
      EXPECT_GT(s.metadata.value + s.opens_per_tib.value, 0) << s.name;
      EXPECT_TRUE(s.volume.value > 0 || s.least.value == 0)
          << s.name << ": bought by size, of which there is a largest";
    }
    if (s.kind == ServiceKind::kBlock) {
      EXPECT_TRUE(s.attach > 0 && s.volume.value > 0 && s.volumes_per_host > 0) << s.name;
      EXPECT_TRUE(s.attach == 1 || s.read_only)
          << s.name << ": no common file system is written by several hosts";
    }
    EXPECT_LE(s.write_per_tib.value, s.per_tib.value) << s.name;
    EXPECT_LE(s.writes.value, s.requests.value) << s.name;
    EXPECT_LE(s.writes_per_tib.value, s.requests_per_tib.value) << s.name;
    if (s.most.value > 0) {
      EXPECT_LE(s.most_write.value, s.most.value) << s.name;
      EXPECT_LE(s.included.value, s.most.value) << s.name;
    }
  }
}

TEST(Catalogue, KnowsEveryAcceleratorThatAPresetOrARateNames) {
  for (const std::string& name : preset_names()) {
    const std::string type = load_preset(name).accelerator.type;
    EXPECT_EQ(shipped().accelerator(type).type, type) << name;
  }
  for (const IngestRate& r : shipped().rates()) {
    EXPECT_EQ(shipped().accelerator(r.accelerator).type, r.accelerator) << r.workload;
    EXPECT_TRUE(r.set == "benchmark" || r.set == "training") << r.set;
  }
}

double benchmark_rate(const std::string& workload, const std::string& accelerator) {
  for (const IngestRate& r : shipped().rates())
    if (r.workload == workload && r.accelerator == accelerator && r.set == "benchmark")
      return r.samples.value;
  return 0;
}

// The published emulation of unet3d waits 0.323 s for a batch of 7: 21.67 samples/s.
TEST(Catalogue, TheBenchmarksRatesAreThoseOfThePresets) {
  for (const std::string name :
       {"unet3d_h100", "unet3d_a100", "unet3d_b200", "resnet50_h100", "resnet50_a100", "cosmoflow_h100",
        "cosmoflow_a100", "retinanet_b200", "retinanet_mi355"}) {
    const Workload w = load_preset(name);
    const double expected = static_cast<double>(w.loader.batch_size) / law_mean(w.accelerator.step_time);
    const std::size_t gap = name.find('_');
    EXPECT_NEAR(benchmark_rate(name.substr(0, gap), name.substr(gap + 1)) / expected, 1, 0.01) << name;
  }
}

TEST(Catalogue, FindsAnAcceleratorByTheWordsPeopleUse) {
  for (const auto& [words, type] : {std::pair{"h100", "h100"},
                                    {"H100 80GB SXM", "h100"},
                                    {"A100-SXM", "a100"},
                                    {"NVIDIA GB200", "gb200"},
                                    {"MI355X", "mi355"},
                                    {"h100nvl", "h100"},
                                    {"b200_node", "b200"}})
    EXPECT_EQ(shipped().accelerator(words).type, type) << words;
  for (const char* unknown : {"", "h1000", "h10", "sxm", "200"})
    EXPECT_EQ(shipped().find_accelerator(unknown), nullptr) << unknown;
  try {
    shipped().accelerator("h10");
    FAIL() << "expected a refusal";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("found 'h10'; did you mean 'h100'?"));
  }
}

}  // namespace
}  // namespace aforo
