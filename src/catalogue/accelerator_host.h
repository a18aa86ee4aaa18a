// The machine that accelerators stand in: what it reads with, prepares with, and how fast it is connected.
// Plain data, SI units; a row of data/catalogue/hosts.csv. A published figure of one machine of its kind,
// not of the user's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "catalogue/cloud_service.h"
#include "catalogue/fact.h"

namespace aforo {

// What hosts of accelerators that the catalogue does not know are taken as: the least of those sold since
// 2020.
inline constexpr std::string_view kOtherHost = "other";

// Bought, or rented from a provider. What is 0 it has not (or, of a bought one, is bought beside it).
struct AcceleratorHost {
  std::string accelerator;  // its type, or kOtherHost
  // Absent: bought.
  std::optional<Provider> provider;
  std::string name;  // "DGX H100", "p5.48xlarge"
  std::uint32_t accelerators = 8;
  // Physical ones. What providers call a vCPU is half of one, where two threads share it.
  std::uint32_t cores = 0;
  // Of the main memory of all its processors together, reading and writing added up.
  BytesPerSecond memory{0};
  // Of its slots for cards and drives; 0 of a rented one, whose rates below hold whatever the slots are.
  std::uint32_t pcie = 0;
  // Local flash; 0 of a bought one, whose drives are bought beside it.
  Bytes nvme{0};
  BytesPerSecond nvme_read{0};
  // What all its cards together bring by each protocol; 0 of a bought one, as above.
  BytesPerSecond object{0}, lustre{0}, nfs{0}, block{0};
  Fact fact;
};

// In the order of the file. Throws UserError as catalogue.h says.
std::vector<AcceleratorHost> read_hosts(const std::string& csv);

// By which a service in the cloud is reached.
BytesPerSecond network_to(const AcceleratorHost& host, const CloudService& service);

}  // namespace aforo
