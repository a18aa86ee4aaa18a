// What a service in the cloud limits, applied to a design that rents so much of it: size, reads, writes, requests
// of either kind, opens.
//
// Unknown is not unlimited: for a figure that a service does not state the least of those that state it is taken,
// of the same kind of service, and the design says so in its notes. Only two figures may be absent: the throughput
// of an object store, which then is that of the hosts' networks, and the size of what is billed by use.
// Formulas: docs/sizing.md section 3. Pure, thread-safe.
#pragma once

#include <array>

#include "sizing/design.h"
#include "sizing/need.h"

namespace aforo {

// Requests that one byte counts for, as services bill and limit them (published, AWS EBS and Azure disks).
inline constexpr double kIopsSize = 256 << 10;
inline constexpr double kTib = 1099511627776.0, kGib = 1073741824.0;

// The least of each figure that services of a kind state; 0 where none of them does.
class ServiceClasses {
 public:
  explicit ServiceClasses(const Catalogue& catalogue);

  struct Least {
    double requests = 0, requests_per_tib = 0;  // per second, of all prefixes
    double opens = 0, opens_per_tib = 0;
    // Of writing over reading: bytes and requests.
    double write_share = 0, writes_share = 0;
    double size = 0;  // bytes, of what is bought by size
  };
  const Least& of(ServiceKind kind) const { return least_[static_cast<std::size_t>(kind)]; }

 private:
  std::array<Least, 3> least_;
};

// No more than is sold as one file system, or as the volumes of one host: sets `bought` and `usable` back
// where it is, so that the check of the capacity says what is missing. Before anything is paid for.
void limit_size(const ServiceClasses& classes, double fill, Design& design);

// Sets read, write, requests, writes and opens from what is rented (service, bought, copies, provisioned,
// client_network, hosts; IOPS that are bought already stand in `requests`, > 0), buys opens where they are
// sold, and adds notes. `volumes` are those of all copies; 1 of what has none. Checkpoints come in bursts: of an
// object store that grows under load (ramp_minutes) they find the prefixes that reads, and checkpoints spread over
// the time between them, keep there, and at least one.
void set_limits(const ServiceClasses& classes, const Need& need, double volumes, Design& design);

// What a design must hold: the capacity; of an object store, or where one holds everything, as objects.
Bytes to_hold(const Design& design, const Need& need);
// Bytes that it bills where it holds so many: each file of a job, taken as large as its files are on the mean, for
// its least object at least.
double billed_bytes(const CloudService& service, const Need& need, double bytes);

// Requests per second at the targets, each of `piece` bytes at most: of reads, whole small files one; and of
// checkpoints.
PerSecond read_requests(const Need& need, Bytes piece);
PerSecond write_requests(const Need& need, Bytes piece);
// Bytes in one request to it: kObjectRange, or what is counted as one.
Bytes piece_of(const CloudService& service);

}  // namespace aforo
