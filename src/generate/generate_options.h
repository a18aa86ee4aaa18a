// What `aforo generate` is to lay, and where.
#pragma once

#include <string>

#include "workload/spec.h"

namespace aforo {

// Plain data. Of the workload only the dataset block counts.
struct GenerateOptions {
  Workload workload;
  std::string directory;
  // Writers; 0 = one per core. Changes the speed, never a byte.
  unsigned threads = 0;
  // O_DIRECT for the 4096-aligned part of every file; written buffered where the
  // file system has none.
  bool direct = false;
};

}  // namespace aforo
