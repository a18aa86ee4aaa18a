// One way to store the data: what is bought, what it holds and gives, and what it costs. Plain data.
//
// Made by build.h from the catalogue; turned into a storage system on paper by design_storage.h,
// into money by money.h. Figures are of the whole system, SI. Pointers are into the catalogue,
// which outlives every design. The formulas are in docs/sizing.md sections 2 and 4.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
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
  kLocalHdd,    // flash in every accelerator host in front of disks
  kHostNvme,    // drives in the accelerator hosts and nothing behind them
  kHostMemory,  // their memory alone
  kHotFlash,    // all that is trained on copied to flash servers, all that is held on disks
  kHotHost,     // the same with the copy in the hosts' own drives
  kCloudObject,
  // The instances' own flash in front of an object store.
  kCloudObjectLocal,
  kCloudFile,
  kCloudBlock,
  kCloudHotHost,  // what is trained on copied to the instances' own flash, what is held in an object store
  kCloudHotFile,  // the same with the copy in a file service
};
// All of them, once each.
inline constexpr std::array kFamilies = {
    Family::kFlashTlc,   Family::kFlashQlc,     Family::kHybrid,           Family::kHdd,
    Family::kLocalHdd,   Family::kHostNvme,     Family::kHostMemory,       Family::kHotFlash,
    Family::kHotHost,    Family::kCloudObject,  Family::kCloudObjectLocal, Family::kCloudFile,
    Family::kCloudBlock, Family::kCloudHotHost, Family::kCloudHotFile};
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

// What a cache in front loses, and the jobs read past it once more (staging.h).
struct CacheLoss {
  double times = 0;   // a year; 0 = there is no such cache
  Bytes lost{0};      // each time
  Seconds refill{0};  // that they wait for each time, at worst; 0 = what lies behind does not rely on it
};

// One offer. What is 0 or null does not belong to its family.
struct Design {
  // "6 x 24 x NVMe, 120 x 30.72 TB Kioxia CD8P-R, 8+2, 200 GbE".
  std::string name;
  Family family = Family::kFlashTlc;
  // What makes it another offer: the drive's model or the service's title.
  std::string product;
  Shelf main;  // on premises: where the data lie
  // Flash in front of it: the hybrid's tier, a hot copy, or in every host (drives per host); drives 0 = none.
  Shelf fast;
  // That the jobs read from, but for a copy in their hosts.
  const CloudService* service = nullptr;
  // kCloudHotFile: the object store behind it, which holds everything.
  const CloudService* archive = nullptr;
  Bytes bought{0};  // cloud: bytes paid for (of one copy)
  std::uint32_t copies = 1;
  // Cloud: throughput bought or that comes with it; 0 = no stated limit.
  BytesPerSecond provisioned{0};
  // On premises: card of every accelerator host.
  const Nic* client_nic = nullptr;
  BytesPerSecond client_network{0};  // of one host
  std::uint32_t hosts = 1;
  std::uint32_t cores = 64;  // of one host, for reading and preparing samples (host_pace.h)
  Bytes local_cache{0};  // flash of one host (of kHostMemory, memory), for caching or a hot copy; 0 = none
  BytesPerSecond local_read{0};
  Bytes page_cache{0};  // memory of one host that is left for caching files; 0 = none
  // The data are copied once, before training, to where they are then read from: `fast`, the hosts'
  // flash (local_cache) or the file service. What keeps them is `main` or an object store; of
  // kHostNvme and kHostMemory nothing does but the place that they came from.
  bool staged = false;
  // What the copy can hold: of each host where it lies in hosts, else of all.
  Bytes copy{0};
  // Copying them once, and again what is lost of it (of a host: what it alone held); the jobs wait for it.
  Seconds staging{0}, restaging{0};
  // What that is limited by, "the archive's disks", and how fast it then goes.
  std::string_view staging_limit;
  BytesPerSecond staging_rate{0};
  // Times a year that the copy is lost with a drive or a host and made again: of what is protected 0.
  double losses = 0;
  // Of flash in front, with a drive; of the hosts' page caches, with a host that starts anew.
  CacheLoss failed_drive, restarted_host;
  // At which the archive gives what is copied; 0 = there is none.
  BytesPerSecond archive_read{0};

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
  // Until redundancy is back after the loss of a drive: into spare room on others, into one new
  // drive (rebuild.h); 0 = the provider's.
  Seconds rebuild{0}, rebuild_one{0};
  // A row of the catalogue that it uses is an estimate, or lacks a figure.
  bool estimated = false;
  // Whole clauses for a reader: what is taken where a service states no limit, what comes late, what nothing
  // protects.
  std::vector<std::string> notes;
  // Those that do not depend on how much is read; money.h adds requests, retrieval and idle time.
  std::vector<CostLine> costs;
};

// The service that holds everything; null on premises.
inline const CloudService* keeper_of(const Design& d) { return d.archive != nullptr ? d.archive : d.service; }
// Whose cloud the accelerators stand in beside it; absent: on premises. kOther: that of any.
inline std::optional<Provider> cloud_of(const Design& d) {
  if (!in_cloud(d.family)) return std::nullopt;
  return d.service != nullptr ? d.service->provider : Provider::kOther;
}
// Whether reads may be answered by something in front of where the data lie. A hot copy is no cache: all
// reads are its.
inline bool has_cache(const Design& d) {
  return d.page_cache.value > 0 || (!d.staged && (d.local_cache.value > 0 || d.fast.drives > 0));
}
// Whether the hot copy is in the hosts themselves.
inline bool staged_in_hosts(const Design& d) { return d.staged && d.local_cache.value > 0; }

// Whether nobody would build it for so much data: it holds more than four times that, or takes a thousand drives and
// more to hold over twice of it. Never what hosts have in memory, or on one small drive each. It may still serve, and
// be the only one that does.
bool oversized(const Design& design, Bytes wanted);

// A month of keeping so much with a service, and of sending so much out of a cloud: a line for each band of
// the price. The latter is counted in GB of 10^9 bytes; without bytes there is no line.
std::vector<CostLine> storage_lines(const CloudService& service, double bytes, const std::string& label);
std::vector<CostLine> egress_lines(const EgressPrice& egress, double bytes, const std::string& label);

// "8+2", "3 copies", "no protection".
std::string protection_text(const Shelf& shelf);
// "30.72 TB": powers of ten and four digits, as drives are sold.
std::string bytes_decimal(Bytes bytes);

}  // namespace aforo
