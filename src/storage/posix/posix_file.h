// A regular file behind the doors of Store and Owned.
#pragma once

#include <cstdint>
#include <memory>
#include <tl/expected.hpp>

#include "storage/owned.h"

namespace aforo {

// Takes over `descriptor`, an open file, or -errno. EISDIR or EINVAL where it is no regular file.
tl::expected<std::unique_ptr<StoreFile>, int> store_file(int descriptor);

}  // namespace aforo
