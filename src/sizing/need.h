// What all jobs together need of one storage. Sums of plan/requirement.h, job by
// job; pure, thread-safe.
//
// Bandwidth, requests and opens are those of all jobs running at once: that is when accelerators
// idle. Money counts each job's duty. Failure: UserError where the ask contradicts itself.
#pragma once

#include <optional>
#include <vector>

#include "base/units.h"
#include "plan/closed_network.h"
#include "plan/requirement.h"
#include "sizing/host_pace.h"
#include "sizing/sizing_ask.h"

namespace aforo {

// What a file takes beyond its bytes. Estimate (docs/sizing.md section 4): an inode and half a block.
inline constexpr Bytes kFileOverhead{4096};

// One job with what it needs, and how it reads (as its loader asks; design_storage.h says
// how a design sees that).
struct JobNeed {
  Workload workload;
  double duty = 1;
  Requirement requirement;
  Access read;
  std::uint32_t hosts = 1;
  // What its hosts prepare. The target in `workload` and `requirement` is the asked one times host.pace.
  HostPace host;
  // Of such files, all that are held, grown: what is held beside the jobs' data is taken to come in files of
  // the same sizes. Checkpoints and snapshots are none of them.
  double files_held = 0;
};

// At which a job counts as served: its target; where the hosts set that, no more of it than of their pace an ideal
// storage reaches (host_pace.h), and 0.85 at most (chosen: readers that wait for a core reach less than the closed form
// says).
double least_utilisation(const JobNeed& job);

// Whether a storage that answers at once would serve the job (HostPace::ideal): no design keeps it busier than that.
bool could_serve(const JobNeed& job);

// The sums. Rates are at the jobs' targets of utilisation, not at full speed, but for network_per_host.
// What hosts do not prepare is not read: full speed is that of the hosts' pace.
struct Need {
  std::vector<JobNeed> jobs;
  // The latter for the slowest producer, as in Requirement.
  BytesPerSecond read{0}, read_with_headroom{0};
  PerSecond requests{0}, opens{0};
  BytesPerSecond checkpoint_write{0};
  // Logical: grown, with snapshots and file overhead.
  Bytes capacity{0};
  // The same in an object store, where files take their bytes alone.
  Bytes objects{0};
  // Of what is held today, what is neither the jobs' data nor their checkpoints: it may lie nowhere else.
  Bytes held_beside{0};
  Bytes datasets{0};         // that the jobs read in their epochs
  double request_bytes = 0;  // mean, weighted by requests
  // Of a host's memory, what its job leaves for caching files; 0 where reads go around it, or where it is less
  // than a twentieth of the largest dataset, which changes no decision.
  Bytes page_cache{0};
  std::uint32_t accelerators = 0, hosts = 0;
  // Of the busiest job at full utilisation, or writing its checkpoint.
  BytesPerSecond network_per_host{0};
  // Of the accelerators' hours, as asked; absent = as is usual where a design stands.
  std::optional<AcceleratorTerms> accelerator_terms;
  Extras extras;                   // as asked
  std::vector<std::string> notes;  // assumptions worth knowing
};

// Throws UserError where the ask has no job, a duty outside (0, 1], a capacity that does not hold
// the jobs or is beyond 10 EB when grown, a provider or family that contradicts the place, a provider
// that rents out no hosts with the jobs' accelerators (providers.h), more copies than sites, or a
// dataset of less than one step. Jobs are taken to train for as long as the project lasts, as far as caches
// go (SizingAsk::project_months): `notes` says so where that changed one. Figures of one epoch stay as they
// are.
Need need_of(const SizingAsk& ask);

// "'name' ", to begin a sentence about one of several jobs; "" where there is one.
std::string subject_of(const Need& need, std::size_t job);

}  // namespace aforo
