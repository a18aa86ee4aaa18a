// What `aforo generate` is to lay, and where.
#pragma once

#include <string>

#include "storage/remote_access.h"
#include "workload/spec.h"

namespace aforo {

// Plain data. Of the workload only the dataset block counts.
struct GenerateOptions {
  Workload workload;
  // A place as open_store takes it.
  std::string directory;
  RemoteAccess access = {};
  // Writers; 0 = as threads_for says. Changes the speed, never a byte.
  unsigned threads = 0;
  // O_DIRECT for the 4096-aligned part of every file; written buffered where the
  // file system has none. Refused for a bucket.
  bool direct = false;
};

}  // namespace aforo
