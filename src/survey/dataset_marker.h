// The marker of a generated dataset: the manifest file in its directory, which says that aforo owns
// what it names. Only a directory with one is ever written to again, or deleted from.
#pragma once

#include <optional>

#include "dataset/manifest.h"
#include "storage/store.h"

namespace aforo {

// The manifest in `store`; nothing if the directory is absent or empty.
// Throws UserError if it is not a directory, cannot be read, holds other files, or a
// manifest that cannot be read.
std::optional<Manifest> look_for_own_dataset(const Store& store);

// The manifest in `store` whatever else is there; nothing without one. Throws UserError
// if it cannot be read.
std::optional<Manifest> read_marker(const Store& store);

// Replaces the marker, as a whole or not at all; 0 or an errno. `durable` waits until storage has
// it, for states that others rely on.
int save_manifest(const Owned& owned, const Manifest& manifest, bool durable);

}  // namespace aforo
