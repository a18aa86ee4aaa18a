// What a probe comes to.
#pragma once

#include <string>

#include "measure/record.h"
#include "model/storage_spec.h"

namespace aforo {

// The Record, and what of it a prediction needs.
struct ProbeOutcome {
  // Complete unless `partial`. Not judged: parse_storage of its text says whether it can be used.
  StorageSpec storage;
  Json record;
  // Of a probe that chose its length: how that ended, a sentence; else empty.
  std::string precision;
  // A stop request ended it before all was measured; the Record says it too.
  bool partial = false;
};

}  // namespace aforo
