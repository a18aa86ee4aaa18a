// What `aforo inspect` is to look at, and what it saw.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/record.h"
#include "storage/remote_access.h"
#include "workload/spec.h"

namespace aforo {

struct InspectOptions {
  std::string directory;
  // 0 = twice the cores: scanning waits for the storage's metadata.
  unsigned threads = 0;
  RemoteAccess access = {};  // of the directory, where that is over a network
};

// What was seen. Plain data.
struct InspectOutcome {
  // docs/record.md.
  Json record;
  // A stop request ended it before all was seen; the Record says it too.
  bool partial = false;
  // What `dataset_yaml` of the Record says; absent where no sample's size is known.
  std::optional<DatasetSpec> dataset;
  // Hosts that gave nothing: what they looked into is not in it.
  std::vector<std::string> missing;
};

}  // namespace aforo
