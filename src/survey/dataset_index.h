// Where the samples lie inside one file of many: found from its headers, without reading the samples.
//
// Blocking reads of the caller's thread; memory is what the answer takes. Independent
// calls may run in parallel.
#pragma once

#include <cstdint>
#include <string>

#include "dataset/container.h"
#include "storage/store.h"

namespace aforo {

// What `container` (one that has headers) finds in the file `path` of `size` bytes: samples
// up to the first damage, and what is wrong there in its `error`. An index file beside it
// is taken where the container knows one and it fits. Never throws for what a file holds,
// nor for one that cannot be read.
FileIndex index_file(const Container& container, const Store& store, const std::string& path,
                     std::uint64_t size);

}  // namespace aforo
