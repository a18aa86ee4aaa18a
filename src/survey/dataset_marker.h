// The marker of a generated dataset: the manifest file in its directory, which says that aforo owns
// what it names. Only a directory with one is ever written to again, or deleted from.
#pragma once

#include <optional>
#include <string_view>

#include "dataset/manifest.h"
#include "storage/store.h"

namespace aforo {

// A probe lays its datasets in folders called so and more, each with a marker, and takes them away at its end; one that
// was killed leaves them.
inline constexpr std::string_view kProbeFolder = "aforo-probe-";

// What a place says of itself to who would lay a dataset there.
struct OwnDataset {
  // Absent where nothing is there yet, and where it has been lost.
  std::optional<Manifest> manifest;
  // There is a marker without its text, as a power cut leaves one that was never on storage (is_lost_manifest).
  // It vouches for nothing: who knows the dataset compares what lies there, and writes it anew.
  bool lost = false;
};

// Throws UserError if the place is not a directory, cannot be read, holds other files, or a manifest that is whole
// and not aforo's.
OwnDataset look_for_own_dataset(const Store& store);

// The manifest in `store` whatever else is there; nothing without one. Throws UserError
// if it cannot be read, or has been lost: with the way out.
std::optional<Manifest> read_marker(const Store& store);

// Replaces the marker, as a whole or not at all, and waits until storage has it; 0 or an errno. What it vouches for
// must be on storage before (Owned::sync).
int save_manifest(const Owned& owned, const Manifest& manifest);

}  // namespace aforo
