// One way to store the data: what is bought, what it holds and gives, and what it costs. Plain data.
//
// Made by build.h from the catalogue; turned into a storage system on paper by design_storage.h,
// into money by money.h. Figures are of the whole system, SI. Pointers are into the catalogue,
// which outlives every design. The formulas are in docs/sizing.md sections 2 and 4.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "catalogue/catalogue.h"

namespace aforo {

// A kind of design: what stands where. Those in the cloud come last (in_cloud).
enum class Family {
  kFlashTlc,
  kFlashQlc,
  kHybrid,  // a flash tier in front of disks, for all hosts
  kHdd,
  kLocalHdd,  // flash in every accelerator host in front of disks
  kCloudObject,
  // The instances' own flash in front of an object store.
  kCloudObjectLocal,
  kCloudFile,
  kCloudBlock,
};
// All of them, once each.
inline constexpr std::array kFamilies = {
    Family::kFlashTlc,  Family::kFlashQlc,    Family::kHybrid,           Family::kHdd,
    Family::kLocalHdd,  Family::kCloudObject, Family::kCloudObjectLocal, Family::kCloudFile,
    Family::kCloudBlock};
// "all-flash TLC", ...: what --family, Records and sentences call it.
std::string_view to_string(Family family);
// The same where room is dear, as in a table: "cloud object + NVMe"; else as above.
std::string_view short_name(Family family);
constexpr bool in_cloud(Family family) { return family >= Family::kCloudObject; }

// One sort of server with one sort of drive: `drives` in all, the same number in
// each of `nodes` servers.
struct Shelf {
  // Owned by the catalogue, as all pointers here.
  const Drive* drive = nullptr;
  const StorageNode* node = nullptr;  // null: in the accelerator hosts
  const Nic* nic = nullptr;           // one per port of the node
  std::uint32_t drives = 0, nodes = 0;
  // Fragments; data 1, parity 2 = three copies; parity 0 = none.
  std::uint32_t data = 1, parity = 0;
  // What all drives hold, unprotected and unformatted.
  Bytes raw() const { return drive->capacity * drives; }
  // The share of raw bytes that holds data rather than what protects it.
  double efficiency() const { return static_cast<double>(data) / (data + parity); }
};

// An amount of something that has a price.
struct CostLine {
  std::string label;  // "30 x Micron 6550 ION"
  std::string item;   // of the price book
  // In the item's unit; per month unless `purchase`.
  double quantity = 0;
  std::string markup;     // item of a factor on top; "" = none
  bool purchase = false;  // paid once; else every month
};

// One offer. What is 0 or null does not belong to its family.
struct Design {
  // "6 x 24 x NVMe, 120 x 30.72 TB Kioxia CD8P-R, 8+2, 200 GbE".
  std::string name;
  Family family = Family::kFlashTlc;
  // What makes it another offer: the drive's model or the service's title.
  std::string product;
  Shelf main;  // on premises: where the data lie
  // Flash in front of it: the hybrid's tier, or in every host (drives per host); drives 0 = none.
  Shelf fast;
  const CloudService* service = nullptr;
  Bytes bought{0};  // cloud: bytes paid for (of one copy)
  std::uint32_t copies = 1;
  // Cloud: throughput bought or that comes with it; 0 = no stated limit.
  BytesPerSecond provisioned{0};
  // On premises: card of every accelerator host.
  const Nic* client_nic = nullptr;
  BytesPerSecond client_network{0};  // of one host
  std::uint32_t hosts = 1;
  Bytes local_cache{0};  // flash of one host, for caching; 0 = none
  BytesPerSecond local_read{0};

  Bytes usable{0};
  // Mean bandwidth for this mix of requests, of what lies behind caches; 0 = no stated limit.
  BytesPerSecond read{0};
  // Of the cache in front, all hosts together; 0 = none.
  BytesPerSecond fast_read{0};
  BytesPerSecond write{0};  // likewise
  PerSecond opens{0};       // likewise
  PerSecond requests{0};    // likewise
  // Of a service: requests that write.
  PerSecond writes{0};
  Seconds latency{0};  // of one request, nobody else there
  double watts = 0, rack_units = 0;
  // Until redundancy is back after the loss of a drive: into spare room on all others, into one new
  // drive (shelf.h); 0 = the provider's.
  Seconds rebuild{0}, rebuild_one{0};
  // A row of the catalogue that it uses is an estimate, or lacks a figure.
  bool estimated = false;
  // Of a service, whole clauses for a reader: what is taken where it states no limit, and what comes late.
  std::vector<std::string> notes;
  // Those that do not depend on how much is read; money.h adds requests, retrieval and idle time.
  std::vector<CostLine> costs;
};

// A month of keeping so much with a service: a line for each band of its price.
std::vector<CostLine> storage_lines(const CloudService& service, double bytes, const std::string& label);

// "8+2", "3 copies", "no protection".
std::string protection_text(const Shelf& shelf);
// "30.72 TB": powers of ten and four digits, as drives are sold.
std::string bytes_decimal(Bytes bytes);

}  // namespace aforo
