// The engine that reads and writes objects: one loop (epoll), a pool of connections that are kept, one for each request in
// flight and as many as EngineOptions::depth.
//
// What an operation of Engine is here:
//   kReadFile   one GET: plain where `expected` is known, else of the first buffer.size() bytes by Range
//   kOpen       a HEAD (ENOENT as everywhere), or nothing where S3EngineSetup::heads is false; `file` is a number of this engine
//   kRead       one GET of the range (206; 416 is 0 bytes: beyond the end)
//   kClose      nothing for what was opened; completes what was created
//   kCreate     a HEAD: EEXIST where the object is there, EROFS without `writable`; the object itself is not there before it is closed
//   kWrite      in order only, each from where the last ended (ESPIPE else): taken into the upload's part; a part that is full (8 MiB,
//               more where an object grows beyond 1,000 of them) goes out as UploadPart, two at most under way for one file
//   kSync       completes the object: one PUT where it fits into a part, else the multipart upload; nothing may be written after (EINVAL)
//   kRemoveFile DELETE;   kSyncName 0;   kRename, kMakeDirectory, kRemoveDirectory: ENOTSUP
// PUT and completion say If-None-Match: * (EEXIST), with a CRC-32C. An upload that fails, or is open when the engine
// ends, is aborted.
//
// Attempts: throttled (429, 503), failed (5xx), reset, truncated, silent for `stall`, or with a checksum that does not fit: again after a
// full-jitter backoff (base 50 ms, doubling, 2 s at most), `attempts` times and within EngineOptions::timeout; each is counted
// (RemoteCounters) and in IoRequest::attempts. Stamps: `started` when the first attempt's head was handed to the socket, `first_byte` and
// `finished` of the last; `opened` when its connection was there. A whole object's checksum is proved where the server sends a full-object
// CRC-32C and `checks` is set.
#pragma once

#include <cstdint>
#include <memory>

#include "storage/engine.h"
#include "storage/remote_counters.h"
#include "storage/s3/s3_bucket.h"
#include "storage/s3/server_clock.h"

namespace aforo {

struct S3EngineSetup {
  std::shared_ptr<const S3Bucket> bucket;  // names are relative to its prefix
  std::shared_ptr<RemoteCounters> counters;
  std::shared_ptr<ServerClock> clock;
  bool writable = false;
  bool heads = true;
  bool checks = false;
  unsigned attempts = 5;
  Seconds stall{10};  // without a byte on a connection
};

// Of EngineOptions: depth, timeout. Throws UserError where the machine gives no socket or epoll.
std::unique_ptr<Engine> make_s3_engine(const S3EngineSetup& setup, const EngineOptions& options);

}  // namespace aforo
