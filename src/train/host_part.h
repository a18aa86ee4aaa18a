// What one host of a job gives to the first, and what all of them make together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hosts/crew.h"
#include "pipeline/job.h"
#include "survey/dataset_open.h"
#include "train/measured_job.h"
#include "train/run_options.h"

namespace aforo {

// Of one process; plain data.
struct HostPart {
  std::uint32_t host = 0;
  std::string name;            // as a Crew calls it
  std::string machine;         // tells machines apart: processes of one have the same
  unsigned cores = 1;          // that the process may use
  unsigned machine_cores = 1;  // of its machine
  HostClock clock;             // before the job
  Seconds drift{0};            // of it while the job ran
  MeasuredJob job;             // its times on the first host's clock

  // All of it to another process (base/carry.h).
  template <class Carrier>
  void carry(Carrier& carrier) {
    carrier(host, name, machine, cores, machine_cores, clock, job);
  }
};

// Tells datasets apart by the names and sizes of all files, in the layout's order, which decides what is read. O(files).
std::uint64_t digest_of(const Layout& layout);
// What another process may be told of it: "1,000 files with 1000 samples of 114 MB".
std::string dataset_words(std::uint64_t files, std::uint64_t samples, Bytes bytes);

// What hosts agree on before a job: all have the same dataset, workload and version, and memory for their ranks.
struct Agreement {
  HostClock clock;                    // this host's
  std::vector<std::string> warnings;  // the first's alone: what differs and does not matter, by host
};
// All hosts come to it. Throws UserError at the first host, with the name of the other, and SaidByFirst elsewhere.
// Looks at the name and size of every file that the layout knows of; reads nothing.
Agreement agree(Crew& crew, const RunOptions& options, const OpenedDataset& dataset, const JobPlan& plan);

// All hosts come to it with what they measured: the first gets all of them, in the order of hosts, without those that are
// gone; the others nothing.
std::vector<HostPart> gather(Crew& crew, MeasuredJob job, const HostClock& clock);

// One measurement of all: what `parts` counted together, which is not empty. Counts, sums and histograms add up exactly;
// what a machine counts for all of its processes is taken once for each machine. Ranks are numbered without a gap where a
// host is missing. O(parts), pairwise.
MeasuredJob merged(std::vector<HostPart> parts);

}  // namespace aforo
