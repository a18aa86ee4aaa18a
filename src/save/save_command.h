// `aforo checkpoint`: write checkpoints and restore them, and nothing else.
#pragma once

#include <stop_token>

#include "hosts/crew.h"
#include "save/save_options.h"
#include "world/progress.h"

namespace aforo {

// Writes `writes` checkpoints to the directory, then restores as many as `reads` of the newest whole ones, in turn, each
// with the page cache emptied before. What fails in I/O (a full disk, a byte that is another) is the outcome's error, and
// leaves whole checkpoints as they are. Throws UserError before anything is written: see CheckpointTarget and
// require_restorable. Blocks as long as the storage takes.
// `crew`: hosts that do it together, all of which call this with the same options, each for its block of the ranks; null: this process
// alone. They see one place, which the first takes; a checkpoint is committed when all have written. Where one fails, is
// stopped or gone, all end. The first returns the outcome of all, the others an empty one. Throws UserError, too, where there are
// fewer ranks than hosts, hosts are to do something else, or do not see what the first sees.
SaveOutcome save(const SaveOptions& options, std::stop_token stop, const ProgressSink& sink,
                 Crew* crew = nullptr);

// What it would do: files, bytes by rank, room. Touches nothing. Throws UserError as `save` does.
SaveOutcome plan_save(const SaveOptions& options);

}  // namespace aforo
