// What can be bought to store training data, and the accelerators that read it:
// shipped facts as typed rows.
//
// Read once from data/catalogue/*.csv (embedded), SI units. Lives as long as the program, so that
// pointers to rows stay good; never changed after that, so thread-safe. The tests hold every row to
// source, date, kind and a plausible range; a row out of range ends the first use with a UserError
// that names file and line.
//
// Money is nowhere in it: members called `..._price` hold the name of an item of the
// price book (prices.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "catalogue/accelerator_host.h"
#include "catalogue/cloud_service.h"
#include "catalogue/fact.h"

namespace aforo {

// How a drive stores. TLC and QLC: three and four bits per cell.
enum class Media { kTlc, kQlc, kHdd };
// "TLC flash", "QLC flash", "HDD".
std::string_view to_string(Media media);
constexpr bool is_flash(Media media) { return media != Media::kHdd; }

// A drive as it is sold. Rates are the drive's own, without file system, protection or network. No
// figure is 0: a row without one is refused.
struct Drive {
  // "Micron 9550 PRO": what designs are named by.
  std::string model;
  Media media = Media::kTlc;
  // Unformatted, powers of ten.
  Bytes capacity{0};
  // Sequential, of large requests; of a disk the mean over its surface.
  BytesPerSecond read{0};
  // Likewise.
  BytesPerSecond write{0};
  // Random reads of 4 KiB at a deep queue.
  PerSecond reads{0};
  // Of one such read alone; of a disk seek and rotation.
  Seconds latency{0};
  double watts = 0;  // reading
  // Item, per TB.
  std::string price;
  Fact fact;
  // Shingled, in an order that the host keeps: ordinary file systems cannot use it.
  bool host_managed = false;
  // Generation of its link, of kDriveLanes lanes (pcie.h); 0 of a disk.
  std::uint32_t pcie = 0;
};

// A server that holds drives: chassis, processors, memory. Drives and network cards
// are bought beside it.
struct StorageNode {
  std::string name;   // "24 x NVMe, 2U"
  bool flash = true;  // bays for NVMe; else for 3.5" disks
  // Drives that it takes; all of one medium.
  std::uint32_t bays = 0;
  // Network ports of the fastest card it takes.
  std::uint32_t ports = 0;
  double watts = 0;  // without drives and cards
  double rack_units = 0;
  // What its processors and buses carry, reading, whatever is plugged in.
  BytesPerSecond most{0};
  // Opens, with attributes and close, that it serves.
  PerSecond metadata{0};
  // Item, each, without drives and cards.
  std::string price;
  Fact fact;
  // Generation of its slots and bays, and lanes to all its drives together (of disks: of their controller).
  // 0: no limit, which no server of the catalogue has.
  std::uint32_t pcie = 0, drive_lanes = 0;
  // TLC flash that its file system's metadata lie on, beside its bays; 0 = on its drives.
  Bytes metadata_flash{0};
};

// A network card, counted by the port.
struct Nic {
  std::string name;  // "400 GbE (ConnectX-7)"
  // Line rate of a port, in Gbit/s as it is sold; `payload` is what counts.
  double gbit = 0;
  // Of a port: what is left of the line rate for data, protocols taken off.
  BytesPerSecond payload{0};
  double watts = 0;
  std::string price;       // item, each
  std::string port_price;  // item: the switch port it takes
  Fact fact;
  std::string cable_price{};  // item: what joins the two, with its ends
};

// An accelerator. The machines it stands in are in hosts().
struct Accelerator {
  std::string type;  // "h100": as workloads name it
  // "NVIDIA H100 SXM 80 GB": for people.
  std::string title;
  double watts = 0;
  // Item, per accelerator-hour rented on demand; empty = unknown.
  std::string hour_price;
  // The same of providers whose own price is known; of the others it is hour_price.
  std::vector<std::pair<Provider, std::string>> hour_at;
  std::string purchase_price;  // item, each; empty = unknown
  // Those that rent out hosts with it; kOther is none of them.
  std::vector<Provider> hosts_at;
  Fact fact;
};

// Samples per second that one accelerator was seen to train: what storage must feed it.
struct IngestRate {
  std::string workload;     // "resnet50"
  std::string accelerator;  // "h100"
  // "benchmark": the public benchmark's emulated rate; "training": from training logs.
  // The two are never mixed.
  std::string set;
  PerSecond samples{0};
  double sample_bytes = 0;  // 0 = unknown
  // What a reader should know of how it was measured; may be empty.
  std::string note;
  Fact fact;
};

// What something cost once: history for a reader, used by no sizing.
struct PricePoint {
  std::string item;  // "30.72 TB TLC enterprise SSD"
  double value = 0;
  // As reported; the value where one figure was.
  double low = 0, high = 0;
  // "USD", "USD/TB", "EUR", "x", "%", "weeks".
  std::string unit;
  std::string note;
  Fact fact;  // its date is that of the price
};

// All rows, in the order of their files, which is the order in which designs are
// made and tables are shown.
class Catalogue {
 public:
  // The one catalogue there is. The first call reads it, some milliseconds; callers at once wait for it.
  static const Catalogue& shipped();

  // One of other files: `text` says what is in "drives.csv", "nodes.csv", ... Throws UserError as above.
  static Catalogue read(const std::function<std::string(std::string_view file)>& text);

  // None is empty. Spans and pointers to rows are good as long as the program.
  std::span<const Drive> drives() const { return drives_; }
  std::span<const StorageNode> nodes() const { return nodes_; }
  std::span<const Nic> nics() const { return nics_; }
  std::span<const CloudService> services() const { return services_; }
  std::span<const EgressPrice> egress() const { return egress_; }
  std::span<const Accelerator> accelerators() const { return accelerators_; }
  std::span<const AcceleratorHost> hosts() const { return hosts_; }
  std::span<const IngestRate> rates() const { return rates_; }
  std::span<const PricePoint> price_history() const { return price_history_; }

  // By type, whatever the case; "H100 80GB SXM" also finds h100: a word of `type` begins with the
  // row's, and no digit follows. Throws UserError that offers the nearest.
  const Accelerator& accelerator(std::string_view type) const;
  // The same; null if there is none. The first row that fits.
  const Accelerator* find_accelerator(std::string_view type) const;
  // The host with accelerators of that type that `provider` rents out, or that is bought (absent).
  // kOtherHost's where the type is not known or not there. For Provider::kOther, whose storage hosts of any
  // cloud read, the rented one that brings least from an object store.
  const AcceleratorHost& host_of(std::string_view type, std::optional<Provider> provider) const;

  // What leaving that provider's cloud costs. std::logic_error where there is no row: its tests prove that
  // every provider has one.
  const EgressPrice& egress_of(Provider provider) const;

 private:
  std::vector<Drive> drives_;
  std::vector<StorageNode> nodes_;
  std::vector<Nic> nics_;
  std::vector<CloudService> services_;
  std::vector<EgressPrice> egress_;
  std::vector<Accelerator> accelerators_;
  std::vector<AcceleratorHost> hosts_;
  std::vector<IngestRate> rates_;
  std::vector<PricePoint> price_history_;
};

}  // namespace aforo
