// Where the samples lie inside one file of many: found from its headers, without reading the samples.
//
// Blocking reads of the caller's thread; memory is what the answer takes. Independent
// calls may run in parallel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataset/tfrecord.h"
#include "storage/store.h"

namespace aforo {

struct FileIndex {
  // Ascending; framing included.
  std::vector<Extent> samples;
  // Half a sentence, if the file ended or broke before its end; `samples` are good.
  std::string error;
  bool from_index_file = false;
};

// The records of a TFRecord file of `size` bytes. Takes its index file (`path`.idx, or the same
// stem with .idx or .index) if that covers exactly `size` bytes; else walks the headers.
FileIndex index_tfrecord(const Store& store, const std::string& path, std::uint64_t size);

// The samples of a WebDataset shard: consecutive members with the same key (the path up to the first dot of
// its file name) are one sample, from its first header to its last padding.
FileIndex index_tar(const Store& store, const std::string& path, std::uint64_t size);

}  // namespace aforo
