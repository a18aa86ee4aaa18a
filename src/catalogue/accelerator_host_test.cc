#include "catalogue/accelerator_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "catalogue/catalogue.h"
#include "catalogue/pcie.h"

namespace aforo {
namespace {

using ::testing::HasSubstr;

const Catalogue& here() { return Catalogue::shipped(); }

const CloudService& service(const std::string& name) {
  for (const CloudService& s : here().services())
    if (s.name == name) return s;
  throw UserError("no service " + name);
}

// 16 GT/s x 128/130 x 0.94 / 8 bits = 1.851 GB/s a lane of the fourth generation, 3.702 of the fifth, and
// of the sixth 64 GT/s x 242/256 x 0.94 / 8 = 7.109.
TEST(Pcie, LanesOfEachGeneration) {
  EXPECT_NEAR(pcie_rate(3, 16).value, 14.81e9, 1e7);
  EXPECT_NEAR(pcie_rate(4, 4).value, 7.405e9, 1e6);
  EXPECT_NEAR(pcie_rate(5, 4).value, 14.81e9, 1e7);
  EXPECT_NEAR(pcie_rate(5, 16).value, 59.24e9, 1e7);
  EXPECT_NEAR(pcie_rate(6, 4).value, 28.44e9, 1e7);
  EXPECT_EQ(pcie_rate(5, 0).value, 0);
  for (std::uint32_t g = 2; g <= kNewestPcie; ++g)
    EXPECT_GT(pcie_rate(g, 1).value, 1.9 * pcie_rate(g - 1, 1).value);
}

// No drive is said to read more than its own link carries.
TEST(Pcie, DrivesFitTheirLinks) {
  for (const Drive& d : here().drives()) {
    EXPECT_EQ(d.pcie > 0, is_flash(d.media)) << d.model;
    if (d.pcie > 0) {
      EXPECT_LE(d.read.value, pcie_rate(d.pcie, kDriveLanes).value) << d.model;
    }
  }
}

TEST(AcceleratorHost, WhereAnAcceleratorIsRentedThereIsItsHost) {
  for (const Accelerator& a : here().accelerators()) {
    EXPECT_EQ(here().host_of(a.type, std::nullopt).accelerator, a.type);
    std::set<Provider> found;
    for (const AcceleratorHost& host : here().hosts())
      if (host.accelerator == a.type && host.provider) {
        EXPECT_TRUE(found.insert(*host.provider).second) << a.type;
      }
    EXPECT_EQ(found, std::set<Provider>(a.hosts_at.begin(), a.hosts_at.end())) << a.type;
  }
}

// A p5.48xlarge: 192 vCPU are 96 cores; 100 Gbit/s of objects, 1200 of Lustre, 80 to volumes.
TEST(AcceleratorHost, NetworkGoesByProviderMachineAndProtocol) {
  const AcceleratorHost& aws = here().host_of("H100 80GB SXM", Provider::kAws);
  EXPECT_EQ(aws.name, "p5.48xlarge");
  EXPECT_EQ(aws.cores, 96U);
  EXPECT_DOUBLE_EQ(network_to(aws, service("aws-s3-standard")).value, 12.5e9);
  EXPECT_DOUBLE_EQ(network_to(aws, service("aws-fsx-lustre-1000")).value, 150e9);
  EXPECT_DOUBLE_EQ(network_to(aws, service("aws-fsx-ontap")).value, 12.5e9);
  EXPECT_DOUBLE_EQ(network_to(aws, service("aws-ebs-gp3")).value, 10e9);
  const AcceleratorHost& azure = here().host_of("h100", Provider::kAzure);
  EXPECT_DOUBLE_EQ(network_to(azure, service("azure-managed-lustre-500")).value, 10e9);
  EXPECT_DOUBLE_EQ(network_to(azure, service("azure-ultra-disk")).value, 612e6);
  EXPECT_DOUBLE_EQ(network_to(here().host_of("a100", Provider::kAws), service("aws-ebs-gp3")).value, 2.375e9);
}

TEST(AcceleratorHost, UnknownIsTheLeast) {
  for (const std::optional<Provider> place :
       {std::optional<Provider>(), std::optional(Provider::kAws), std::optional(Provider::kGcp),
        std::optional(Provider::kAzure)}) {
    const AcceleratorHost& other = here().host_of("tpu-v9", place);
    EXPECT_EQ(other.accelerator, kOtherHost);
    for (const AcceleratorHost& host : here().hosts())
      if (host.provider == place && host.fact.date >= "2020") {
        EXPECT_LE(other.cores, host.cores) << host.name;
      }
  }
  // An accelerator that a provider has not is read from as its least host.
  EXPECT_EQ(here().host_of("mi355", Provider::kAws).accelerator, kOtherHost);
  // Storage beside every cloud is read by the host that reads objects slowest: 80 Gbit/s of Azure's.
  EXPECT_DOUBLE_EQ(here().host_of("h100", Provider::kOther).object.value, 10e9);
}

TEST(AcceleratorHost, RefusesAMachineWithoutWhatLimitsIt) {
  const std::string header =
      "accelerator,provider,name,accelerators,cores,memory_gb_per_s,pcie,nvme_tb,nvme_gb_per_s,"
      "object_gbit_per_s,lustre_gbit_per_s,nfs_gbit_per_s,block_gbit_per_s,kind,source,date\n";
  const auto refusal = [&](const std::string& row) {
    try {
      read_hosts(header + row + "\n");
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal("h100,bought,x,8,112,600,5,,,,,,,estimated,somewhere,2026"), "");
  EXPECT_THAT(refusal("h100,bought,x,8,112,600,,,,,,,,estimated,somewhere,2026"),
              HasSubstr("PCIe generation"));
  EXPECT_THAT(refusal("h100,aws,x,8,96,600,,,,100,100,,80,estimated,somewhere,2026"),
              HasSubstr("each protocol"));
}

}  // namespace
}  // namespace aforo
