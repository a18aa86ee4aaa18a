// From what checkpoints came to to Records; shared by `aforo checkpoint` and a run that writes them. Keys: docs/record.md.
#pragma once

#include <optional>

#include "measure/record.h"
#include "pipeline/checkpoint_stats.h"
#include "pipeline/restore.h"
#include "workload/checkpoint.h"
#include "world/usage.h"

namespace aforo {

// What is written, without a time: layout, ranks, files, bytes; of ranks the least and the most.
Json shape_json(const CheckpointSpec& spec, const CheckpointShape& shape);

// One that was written, or restored. `usage`: of the time around it, where it was measured by itself.
Json written_json(const CheckpointRound& round, const CheckpointShape& shape, const Usage* usage);
Json restored_json(const RestoreStats& stats, std::uint64_t number, const Usage& usage);

// From begin to whole: the slowest rank, and the commit.
Seconds time_of(const CheckpointRound& round);

// `interval` of a Record: the pause of one checkpoint, what it leaves of the time at `every` (0: nobody says), and with
// Young's and Daly's intervals where the time between failures is known.
Json interval_json(Seconds every, Seconds pause, std::optional<Seconds> failure_every);

// How often it pays to pause for so long, and what that costs the job: `interval`, `stall_seconds`, money. `pause`: of one
// checkpoint. `ranks`: accelerators that stand still.
void add_pause(Json& record, const CheckpointSpec& spec, Seconds pause, std::uint32_t ranks,
               std::uint64_t checkpoints, std::optional<Seconds> failure_every,
               std::optional<Dollars> price_per_hour);

}  // namespace aforo
