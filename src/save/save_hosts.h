// What hosts that write and restore checkpoints together tell each other: before, that all are to do the same; afterwards, what
// each measured. The first adds it up.
//
// Threads: one. Alone (no crew) all of it is this process's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/carry.h"
#include "dataset/checkpoint_manifest.h"
#include "hosts/crew.h"
#include "measure/record.h"
#include "pipeline/job.h"
#include "save/save_work.h"
#include "storage/store.h"

namespace aforo {

// One host's sums over all that was written or restored.
struct HostSaved {
  std::uint64_t bytes_written = 0, bytes_read = 0;
  // Of its slowest rank, over all checkpoints.
  Seconds writing{0}, reading{0};
  Seconds cpu{0};
  unsigned io_threads = 0;
  EngineKind engine = EngineKind::kAuto;
};

class SaveHosts {
 public:
  // `ranks`: of all hosts together. Throws UserError where there are fewer than hosts.
  SaveHosts(Crew* crew, std::uint32_t ranks);

  bool first() const { return crew_ == nullptr || crew_->first(); }
  Crew* crew() const { return crew_; }
  // This host's.
  const Ranks& ranks() const { return ranks_; }
  // The ranks here of `all` that restore: none, where there are fewer than hosts.
  Ranks readers(std::uint32_t all) const;
  // By how many ranks the next host's are further on; 1 alone.
  std::uint32_t shift() const;

  // All hosts come to each of these, in the same order; each throws what Crew::exchange throws.
  // `words`: what is to be done. Throws UserError at the first where they are not the same everywhere.
  void agree(std::string words);
  // The first's checkpoints, which the others look for in their own store: UserError where one is another there.
  std::vector<CheckpointManifest> share(const std::vector<CheckpointManifest>& chosen, const Store& store);
  void wait_for_all();
  // At the first what all did, elsewhere nothing. `go_on`: whether there is no reason for an end, on all hosts.
  std::optional<WrittenCheckpoints> gather(WrittenCheckpoints mine, bool& go_on);
  std::optional<RestoredCheckpoint> gather(RestoredCheckpoint mine, bool& go_on);

  // At the first. Of the last that was gathered: who failed first; seconds of the slowest rank of each host, by checkpoint.
  std::uint32_t failed_host() const { return failed_host_; }
  std::vector<double> host_seconds(std::size_t checkpoint) const;
  // "n1: " before a sentence on another host than the first; else "".
  std::string named(std::uint32_t host) const;
  // Of whom nothing came.
  std::vector<std::string> missing() const;
  // `hosts` and `hosts_missing` of the Record; nothing alone.
  void add_hosts(Json& record) const;

 private:
  template <class Part>
  std::vector<std::optional<Part>> parts_of_all(Part mine, bool& go_on);

  Crew* crew_;
  Ranks ranks_;
  std::vector<HostSaved> saved_;
  std::vector<std::vector<double>> seconds_;  // by host, then checkpoint
  std::vector<std::uint32_t> missing_;
  std::uint32_t failed_host_ = 0;
};

}  // namespace aforo
