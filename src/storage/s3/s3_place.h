// S3Place: what a store, its listings, its files and its owners ask one place with. Shared: each may outlive the store.
#pragma once

#include <memory>
#include <string_view>

#include "base/error.h"
#include "storage/remote_counters.h"
#include "storage/s3/s3_bucket.h"
#include "storage/s3/s3_client.h"
#include "storage/s3/s3_fault.h"
#include "storage/s3/server_clock.h"

namespace aforo {

struct S3Place {
  std::shared_ptr<const S3Bucket> bucket;
  std::shared_ptr<RemoteCounters> counters;
  std::shared_ptr<ServerClock> clock;
  std::shared_ptr<S3Client> client;
  bool heads = true;  // engines look objects up when they open them

  // "expected to WHAT 's3://x/y', found ...".
  std::string sentence(std::string_view what, const S3Fault& fault) const {
    return s3_sentence(*bucket, std::string(what) + " '" + bucket->where + "'", fault);
  }
  [[noreturn]] void refuse(std::string_view what, const S3Fault& fault) const {
    throw UserError(sentence(what, fault));
  }
};

}  // namespace aforo
