// Hot copies: what is trained on is copied once, before training, to where it is then read from; what keeps it
// is an archive that the jobs do not read. Pure, thread-safe.
//
// The hosts wait for the copy once a project, and again as often as one that nothing protects is likely to be
// lost (of a host, what it held): AU = compute / (compute + stalls + staging). Formulas: docs/sizing.md section 2.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sizing/design.h"
#include "sizing/need.h"

namespace aforo {

// Chosen: what every host has besides its fabric, 10 Gbit/s; over it come data that no archive of the design
// holds.
inline constexpr BytesPerSecond kStagingNetwork{1.1e9};

// A rate that may limit a copy, and what it is of: "the archive's disks". The text outlives the design.
struct StagingRate {
  BytesPerSecond value;
  std::string_view what;
};

// Marks `d` as read from a copy of need.datasets, which takes as long as the slowest of source, way and
// target. Hosts that each take a whole copy pass it on while they receive it, so the source is read once.
// `copy`: what it can hold (Design::copy). d.hosts and d.local_cache must be set.
void set_staging(Design& d, const Need& need, Bytes copy, const StagingRate& from, const StagingRate& way,
                 const StagingRate& to);
// The design beside other jobs than those that it was made for: their data to copy, their memory left for files.
Design seen_by(const Need& need, Design d);
// Times a year that one of so many drives, or hosts with a copy in memory, loses what it held. Chosen, on the safe
// side: data sheets promise one failure of a drive in some 220 years; a host starts again once a month.
constexpr double losses_of_drives(std::uint32_t drives) { return 0.01 * drives; }
constexpr double losses_of_memory(std::uint32_t hosts) { return 12.0 * hosts; }

// The slower of `bytes` and of so many of the jobs' files a second (0: it has no limit of those), each of which a copy
// asks for once; `what_files` is then what limits.
StagingRate of_files(const Need& need, StagingRate bytes, PerSecond files, std::string_view what_files);

// At which one host receives: its network to the storage, or kStagingNetwork where it has none.
BytesPerSecond arriving(const Design& d);

// What one host must hold of what its job reads: all where every epoch is shuffled anew, its own part
// where the order is always the same; the largest of the jobs.
Bytes copy_in_host(const Need& need);
// What servers or a service must hold of all jobs: datasets, what their files take beyond their bytes, and two
// checkpoints of each job.
Bytes hot_bytes(const Need& need);
// The one or the other.
Bytes copy_wanted(const Design& d, const Need& need);

// Of the job's time at full speed, all its epochs.
Seconds project_time(const JobNeed& job);
// The share of its time that the job waits for copies, at a utilisation of `au` without them, (0, 1].
double staging_share(const Design& d, const JobNeed& job, double au);

// A cache in front of what keeps the data is not protected either: the loss of a drive of servers, or of any drive
// of a host, takes along what it held, and a host that starts anew its page cache. The jobs then read that past the
// cache once more. Until it has been read they wait, at worst for all of it at the rate of what lies behind; not for
// memory where that gives all that they read at full speed, and so does not rely on it. Sets failed_drive (of drives in
// front of what is no copy) and restarted_host; a cache on drives survives a restart.
void set_cache_losses(const Need& need, Design& d);
// The share of its running time that the job waits for one, or for all: times x refill / (year x duty), 1 at most.
double refill_share(const CacheLoss& loss, const JobNeed& job);
double refill_share(const Design& d, const JobNeed& job);
// Clauses for a reader, of each that is waited for, a copy in hosts before an archive included.
std::vector<std::string> cache_loss_notes(const Design& d);

// Why this copy does not pay, with the nearest thing that does; "" where it does. It does not where a job makes
// one epoch alone, which reads the data once as copying does, or where copying takes longer than all epochs.
std::string staging_refusal(const Design& d, const Need& need);

// What is copied when, how long it takes and what limits it; no full stop. "" where nothing is.
std::string schedule_of(const Design& d, const Need& need);

}  // namespace aforo
