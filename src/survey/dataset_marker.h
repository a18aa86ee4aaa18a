// The marker of a generated dataset: the manifest file in its directory, which says that aforo owns what it
// names.
#pragma once

#include <optional>
#include <string>

#include "dataset/manifest.h"
#include "storage/posix/owned_directory.h"

namespace aforo {

// The manifest in `directory`; nothing if the directory is absent or empty.
// Throws UserError if it is not a directory, cannot be read, holds other files, or a manifest that cannot be
// read.
std::optional<Manifest> look_for_own_dataset(const std::string& directory);

// The manifest in `directory` whatever else is there; nothing without one. Throws UserError if it cannot be
// read.
std::optional<Manifest> read_marker(const std::string& directory);

// Replaces the marker; 0 or an errno.
int save_manifest(const OwnedDirectory& owned, const Manifest& manifest, bool durable);

}  // namespace aforo
