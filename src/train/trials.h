// Short re-runs of a job that complete its evidence: what this client could do, and what more or fewer readers get from
// the same storage. Each blocks for a second or two, and is absent if stopped meanwhile.
#pragma once

#include <optional>
#include <stop_token>

#include "measure/evidence.h"
#include "measure/record.h"
#include "train/run_evidence.h"
#include "train/run_options.h"

namespace aforo {

// Samples/s of this client on the null engine, from a run of about a second: the same ranks and
// loaders without compute, so it is the most that this client could take from any storage. Absent
// also where nothing was read.
std::optional<double> null_ceiling(const JobPlan& plan, const JobSettings& settings, std::stop_token stop);

// What an object store's requests cost this client, by half a second against its own null server (Store::at_no_cost).
// `per_second`: as many as its I/O loops, at most one for a core, could ask for, each of `size` bytes. Absent where the store is
// none, or where no such server could be had.
struct RequestCeiling {
  double per_second = 0;
};
std::optional<RequestCeiling> request_ceiling(const Store& store, Bytes size, unsigned io_threads,
                                              std::stop_token stop);
// Both together: samples/s of a client that pays for the pipeline and for its requests.
double with_requests(double null_ceiling, const RequestCeiling& ceiling, double requests_per_sample);

// null_ceiling() into `evidence` and `record`, of an object store with what its requests cost, which `evidence` knows.
void add_ceiling(Evidence& evidence, const JobPlan& plan, const JobSettings& settings, Json& record,
                 const std::stop_token& stop);

// Requests/s of the first kilobytes of the dataset's objects, `in_flight` at a time: about a second and a half. 0 where nothing
// was answered.
double small_requests(const Store& store, const JobPlan& plan, unsigned in_flight, std::stop_token stop);

// What other readers get from the same storage, neither they nor the job's own computing; one of the two at most.
struct ReaderTrials {
  // Four times the workers, or as many as find a shard.
  std::optional<Counterfactual> more;
  // Where hardly more would find a shard: half of the workers, of one worker half of the accelerators. If they
  // read as much, storage is what ends it and no shard.
  std::optional<Counterfactual> fewer;
};

// Two short runs, as it is and changed, of about three seconds together. Each reads at most one pass
// over the data, so neither finds what it has read itself in the cache. Where the job read from storage, or
// nobody can tell (`traffic`), and no warm cache is wanted, what it left in the page cache is dropped first, its data
// alone (of 200,000 files at most). Rates are as with the job's own share of the cache; nothing where
// more came from it than then (0.2 of what was read), or nothing was read.
ReaderTrials try_readers(const JobPlan& plan, const JobSettings& settings, const RunOptions& options,
                         const Traffic& traffic, std::stop_token stop);

}  // namespace aforo
