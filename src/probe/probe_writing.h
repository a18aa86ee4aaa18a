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

// Who writes for a curve.
struct WritersOf {
  StationScope scope = StationScope::kShared;
  std::uint32_t hosts = 1;
  WriteHand write = {};  // empty: this process, in the ground
  bool beside = true;    // readers are set beside this process's writers, and what is left is this curve's
};

struct WritingAsk {
  std::vector<ReadMode> modes;
  Seconds time{20};                     // for all of it; aimed at
  Bytes chunk{std::uint64_t{8} << 20};  // of a write; a multiple of 4096
  std::vector<WritersOf> writers = {{}};
};

struct WritingOutcome {
  std::vector<ProbedWrites> curves;
  std::vector<std::string> warnings;
};

// What may be written in `ground` at once. Throws UserError where that is too little to measure by.
Bytes room_to_write(const WriteGround& ground);

// Writes in `ground`, and leaves nothing there but its marker; blocks. `beside_of` gives the readers for a mode. `store` is
// what was read: where that lies elsewhere, a warning says so. A stop ends it with what is there. Throws UserError as
// room_to_write and write_side_by_side do.
WritingOutcome probe_writing(const WriteGround& ground, const WritingAsk& ask, const Store& store,
                             const std::function<ReadersBeside(ReadMode)>& beside_of,
                             const std::stop_token& stop,
                             const std::function<void(std::string phase, BytesPerSecond rate)>& tell);

}  // namespace aforo
