// The part of a probe that writes: a curve for each mode, and what is left to it and to readers where both work.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "model/storage_spec.h"
#include "probe/probe_writes.h"
#include "storage/store.h"

namespace aforo {

// Readers that may be set beside writers.
struct ReadersBeside {
  unsigned readers = 0;  // 0 = none
  // Their rate now, measured for about so long on the calling thread; absent where it could not be told.
  std::function<std::optional<PerSecond>(Seconds)> measure;
};

struct WritingAsk {
  std::string where;  // absent, empty, or what an earlier probe wrote in
  std::vector<ReadMode> modes;
  Seconds time{20};  // for all of it; aimed at
};

struct WritingOutcome {
  std::vector<ProbedWrites> curves;
  std::vector<std::string> warnings;
};

// Writes in a place of its own and takes it away, however that ends; blocks. `beside_of` gives the readers for a mode.
// `store` is what was read: where that lies elsewhere, a warning says so. A stop ends it with what is there. Throws UserError
// as WriteGround does, and where there is no room to write.
WritingOutcome probe_writing(const WritingAsk& ask, const Store& store,
                             const std::function<ReadersBeside(ReadMode)>& beside_of,
                             const std::stop_token& stop,
                             const std::function<void(std::string phase, BytesPerSecond rate)>& tell);

}  // namespace aforo
