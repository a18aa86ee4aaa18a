// What a place says of the checkpoints in it. Reads names and manifests; touches nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataset/checkpoint_manifest.h"
#include "storage/store.h"

namespace aforo {

struct CheckpointPlace {
  Ownership ownership = Ownership::kAbsent;
  std::vector<std::string> others;  // kForeign: the first names
  // Whole, by their number: called so, and with a manifest that proves it.
  std::vector<CheckpointManifest> whole;
  // Being written when somebody was cut short, or being removed.
  std::vector<std::uint64_t> unfinished;
  // Called whole and without such a manifest: "checkpoint-000007: ENOENT (...)". Counted as none, and left alone.
  std::vector<std::string> broken;
  std::uint64_t next = 0;  // the first number that nothing there has, nor any after it
};

// Throws UserError if the place is no directory, or cannot be listed.
CheckpointPlace look_at_checkpoints(const Store& store);

// Throws UserError, a sentence, where nothing can be restored: no such place, somebody else's, none whole, or of another
// layout or other ranks than `asked` (with_ranks).
void require_restorable(const CheckpointPlace& place, const CheckpointSpec& asked, const std::string& where);
// The same for writing beside what is there: of another layout or ranks.
void require_alike(const CheckpointPlace& place, const CheckpointSpec& asked, const std::string& where);

// Throws UserError where that checkpoint, which another host sees in the same place, is another here, or none.
void require_there(const Store& store, const CheckpointManifest& manifest);

// Throws UserError for the first file of that checkpoint that is not there or has not its size: it was cut short, or
// somebody changed it. Asks for the size of each.
void require_files(const Store& store, const CheckpointManifest& manifest);

}  // namespace aforo
