// What an S3 engine is made for.
#pragma once

#include <memory>

#include "base/units.h"
#include "storage/remote_counters.h"
#include "storage/s3/s3_bucket.h"
#include "storage/s3/server_clock.h"

namespace aforo {

struct S3EngineSetup {
  std::shared_ptr<const S3Bucket> bucket;  // names are relative to its prefix
  std::shared_ptr<RemoteCounters> counters;
  std::shared_ptr<ServerClock> clock;
  bool heads = true;
  // Objects may be written and removed.
  bool writable = false;
  // A whole object is held to the CRC-32C of all of it, where the server has one.
  bool checks = false;
  unsigned attempts = 5;
  Seconds stall{10};  // without a byte on a connection
};

}  // namespace aforo
