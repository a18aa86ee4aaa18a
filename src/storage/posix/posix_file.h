// A regular file behind the doors of Store and Owned: pread(2) on a descriptor of its own. Reads
// are repeated until the buffer is full or the file ends, and when a signal interrupts them.
#pragma once

#include <cstdint>
#include <memory>
#include <tl/expected.hpp>

#include "storage/owned.h"

namespace aforo {

// Takes over `descriptor`, an open file, or passes on the -errno that an open gave. EISDIR or
// EINVAL where it is no regular file; it is then closed.
tl::expected<std::unique_ptr<StoreFile>, int> store_file(int descriptor);

}  // namespace aforo
