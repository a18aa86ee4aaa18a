// A design as a storage system on paper: the stations and caches that predictions run
// on. Pure, thread-safe.
//
// Servers become a metadata station per server, a latency, the drives (flash: requests and a pipe;
// disks: seek and transfer) and the network; flash in front becomes a cache with random
// replacement; a service becomes its limits and its latency. A read that a host's memory or drives
// answer costs what lies on its own way: neither the host's network nor an object store's client. A
// design with a hot copy is that copy: training reads nothing else. The constants are the table of
// docs/sizing.md section 4.
#pragma once

#include "model/storage_spec.h"
#include "sizing/design.h"
#include "sizing/need.h"

namespace aforo {

// Estimates, the same for all designs, so that they compare: what an accelerator host spends on an HTTPS
// GET and on its bytes; of files host_pace.h says it.
inline constexpr Seconds kObjectCpu{60e-6}, kObjectCpuPerByte{0.5e-9};
// What is in a host's memory is copied by the reader's core: what eight channels of DDR5 carry of such copies
// besides what the accelerators' transfers take (a third of the published 300 GB/s and more).
inline constexpr BytesPerSecond kHostMemory{100e9};
// A large object is fetched in ranges of so much.
inline constexpr Bytes kObjectRange{8 << 20};

// What clients and servers read ahead of a stream, whatever the loader asks for at a time (estimates).
inline constexpr Bytes kStreamAhead{4 << 20};

// The job as this design sees it: streams come in requests of what is read ahead, kStreamAhead or
// kObjectRange; other jobs are unchanged. Its requirement stays the job's own.
JobNeed as_read(const JobNeed& job, const Design& design);

// `left`, (0, 1]: the share of what all hosts have in common that other jobs leave. Of disks, whole
// ones: at least one. The result is complete and consistent, as if load_storage had read it.
// `read`: how the job reads; on disks each fragment of a request takes a head of its own. Null: whole
// requests on one disk.
StorageSpec storage_of_design(const Design& design, double left = 1, const Access* read = nullptr);

}  // namespace aforo
