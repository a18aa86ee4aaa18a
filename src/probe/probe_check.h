// Is storage still what a probe of another day found? A look of less than a second, before a run that is to be held
// against a prediction from that probe.
//
// Data are read in the way that the job reads them and at one or two concurrencies of the probe's curve; what is compared,
// and when it counts as changed, says probe_stale.h. The look leaves the page cache as it was: through it only files are
// read of which nothing lies there, and they are dropped from it again. Names of these files become known to the kernel, a
// few thousand at most.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/layout.h"
#include "measure/record.h"
#include "model/storage_spec.h"
#include "probe/probe_stale.h"
#include "world/job_settings.h"

namespace aforo {

// Plain data; what is referred to outlives the call.
struct ProbeCheckAsk {
  const StorageSpec& storage;
  const Layout& layout;
  // How the job reads.
  const LoaderSpec& loader;
  // 0 = not known, as where their number is searched.
  std::uint32_t accelerators = 0;
  // The job drops its data from the page cache before it reads: the look may as well.
  bool may_drop = false;
  JobSettings settings;
};

// What came of it.
struct ProbeCheck {
  // The storage was probed: there was something to check.
  bool probed = false;
  // Rates were compared; where not, `why_not` is a clause: "its data lie in the page cache".
  bool compared = false;
  std::string why_not;
  // It lies elsewhere, or gives other rates than it did.
  bool stale = false;
  // One sentence, no full stop: that, or that it could not be told as reads are slow but other processes use the machine's
  // CPU. Empty = nothing to say.
  std::string said;
  std::vector<StaleLook> looks;  // one for each concurrency, all that were made there combined
  Seconds spent{0};
};

// Blocks: under a second on storage as it was, longer only by what one read takes that was begun. Reads, and writes
// nothing. Never throws for I/O: what cannot be read is no reason to call storage changed. Ends early on a stop, with nothing to
// say.
ProbeCheck check_probe(const ProbeCheckAsk& ask, std::stop_token stop);

// `storage_check` of docs/record.md; nothing for storage that was not probed. What is said is the first of `warnings`.
void add_check(Json& record, const ProbeCheck& check);

}  // namespace aforo
