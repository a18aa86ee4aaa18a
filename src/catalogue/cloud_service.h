// Storage for rent: what a service gives, up to which limits, and by which prices. Plain data, SI units; a row of
// data/catalogue/services.csv (service_rows.h). Members called `..._price` are names of items of the price book.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "catalogue/fact.h"

namespace aforo {

// What a cloud service is to its user; decides which of CloudService's limits apply.
enum class ServiceKind {
  kObject,  // requests over HTTP, no limit on capacity
  // A file system with a throughput that goes with its size or is bought.
  kFile,
  // Volumes; those that one host mounts hold a copy of the data for every host.
  kBlock,
};
// "object store", "file service", "block storage".
std::string_view to_string(ServiceKind kind);

// By which hosts reach it: what of their network it uses (accelerator_host.h).
enum class Protocol { kHttps, kLustre, kNfs, kVolume };
// "https", "lustre", "nfs", "volume".
std::string_view to_string(Protocol protocol);

// What it takes to lose what a service holds.
enum class Durability {
  kScratch,     // a server: a place for copies
  kZone,        // a datacentre
  kReplicated,  // several zones
};
// "scratch", "zone", "replicated".
std::string_view to_string(Durability durability);

// Whose cloud it stands in; those beside the three large ones sell storage to the hosts of any.
enum class Provider { kAws, kGcp, kAzure, kOther };
// "aws", "gcp", "azure", "other": what --provider names.
std::string_view to_string(Provider provider);

// A price that holds for what is kept, or sent, beyond so much.
struct PriceTier {
  Bytes from{0};
  std::string price;  // item
};

// What a provider takes for data that leave its cloud, by what leaves in a month.
struct EgressPrice {
  Provider provider = Provider::kOther;
  std::string price;             // item, per GB of 10^9 bytes
  std::vector<PriceTier> tiers;  // rising; empty = the same for all
  Fact fact;
};

// Storage for rent. Rates are per second; where a limit goes with the size bought, both parts are here. 0 is a
// figure that nobody states: sizing takes the worst of the kind for it (sizing/cloud_limits.h), never none.
struct CloudService {
  // "aws-s3-standard": unique, what --design and prices call it.
  std::string name;
  std::string title;  // "AWS S3 Standard"
  Provider provider = Provider::kOther;
  ServiceKind kind = ServiceKind::kObject;
  Protocol protocol = Protocol::kHttps;
  Durability durability = Durability::kReplicated;
  // Prices are names of items; empty = costs nothing of its own. This one per
  // GB-month of what is stored, or bought.
  std::string storage_price;
  std::vector<PriceTier> storage_tiers;  // rising; empty = the same for all
  // Per MB/s-month beyond what is included.
  std::string throughput_price;
  // Per IOPS-month beyond `iops_included`.
  std::string iops_price;
  std::string get_price;        // per 1,000 reads
  std::string put_price;        // per 1,000 writes
  std::string retrieval_price;  // per GB read
  // Throughput. It is what comes with the size or the service, or is bought
  // (throughput_price), up to `most`.
  // Comes with each TiB bought, of reads and of writes; 0 = does not go with size.
  BytesPerSecond per_tib{0};
  BytesPerSecond write_per_tib{0};
  // Comes with a file system or a volume whatever its size.
  BytesPerSecond included{0};
  // Of one file system, account or volume. An object store that states none is limited by the hosts'
  // networks.
  BytesPerSecond most{0};
  BytesPerSecond most_write{0};
  PerSecond iops_included{0};  // of a volume
  // That a volume takes with each GiB of its size, at most; those that are included whatever its size. 0: any number.
  PerSecond iops_per_gib{0};
  // Limit of reads and of writes: of a prefix, bucket, file system or volume; and what comes with each TiB.
  // A volume's requests are of either kind.
  PerSecond requests{0}, writes{0};
  PerSecond requests_per_tib{0}, writes_per_tib{0};
  // Over which an object store's names are spread: times `requests` and `writes`.
  std::uint32_t prefixes = 1;
  // In which an object store doubles what it serves beyond one prefix; 0 = at once.
  double ramp_minutes = 0;
  // Opens per second of a file service, with attributes and close: whatever its size, with each TiB, and at
  // most.
  PerSecond metadata{0}, opens_per_tib{0}, most_opens{0};
  // Item: per IOPS-month of more opens, that takes so many; empty = none are sold.
  std::string opens_price;
  double iops_per_open = 1;
  // Mean time to the first byte.
  Seconds latency{0};
  // Of that time from request to request: a batch waits for its slowest sample.
  Seconds latency_stddev{0};
  // Smallest purchase; 0 = any.
  Bytes least{0};
  // Sizes it is sold in; 0 = any.
  Bytes step{0};
  // Largest size of one volume or file system; 0 = none, of what is billed by use.
  Bytes volume{0};
  // kBlock: that a host can have.
  std::uint32_t volumes_per_host = 0;
  // kBlock: hosts that may mount one volume; 0 = any number.
  std::uint32_t attach = 0;
  // Most that the service gives to one host; 0 = what the host's network brings (accelerator_host.h).
  BytesPerSecond host{0};
  // That every byte written is charged for, however soon it goes.
  double least_days = 0;
  // kObject: that every object is charged for, however small.
  Bytes least_object{0};
  // Bytes sent out a month without charge, as a multiple of those stored.
  double free_egress = 0;
  // kBlock: while several hosts mount it; checkpoints go elsewhere.
  bool read_only = false;
  Fact fact;
};

// GB as its provider bills them: the large three call 2^30 bytes a GB, others 10^9.
constexpr double billed_gb(Provider provider, double bytes) {
  return bytes / (provider == Provider::kOther ? 1e9 : 1073741824.0);
}

}  // namespace aforo
