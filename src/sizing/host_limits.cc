#include "sizing/host_limits.h"

#include <algorithm>
#include <tuple>

#include "catalogue/pcie.h"

namespace aforo {

const AcceleratorHost& host_of_jobs(const Need& need, const Catalogue& catalogue,
                                    std::optional<Provider> provider) {
  const AcceleratorHost* out = nullptr;
  for (const JobNeed& job : need.jobs) {
    const AcceleratorHost& host = catalogue.host_of(job.workload.accelerator.type, provider);
    if (out == nullptr || std::tie(host.cores, host.object) < std::tie(out->cores, out->object)) out = &host;
  }
  return *out;
}

BytesPerSecond memory_limit(const AcceleratorHost& host) { return host.memory * (1 / kMemoryCrossings); }

BytesPerSecond host_network(const AcceleratorHost& host, const CloudService& service) {
  const BytesPerSecond out = std::min(network_to(host, service), memory_limit(host));
  return service.host.value > 0 ? std::min(out, service.host) : out;
}

BytesPerSecond host_cards(const AcceleratorHost& host, const Nic& card, std::uint32_t cards) {
  const BytesPerSecond each = std::min(card.payload, pcie_rate(host.pcie, kCardLanes));
  return std::min(each * cards, memory_limit(host));
}

BytesPerSecond host_drives(const AcceleratorHost& host, const Drive& drive, std::uint32_t drives) {
  BytesPerSecond each = drive.read;
  if (drive.pcie > 0) each = std::min(each, pcie_rate(std::min(host.pcie, drive.pcie), kDriveLanes));
  return std::min(each * drives, memory_limit(host));
}

}  // namespace aforo
