// The engine that reads objects: one loop (epoll), connections that are kept, one for each request in flight and as many as
// EngineOptions::depth.
//
// What an operation of Engine is here; paths are names below the bucket's prefix:
//   kReadFile   one GET: plain where `expected` is known or the buffer is lent, else of the first buffer.size() bytes by Range
//   kOpen       a HEAD (ENOENT as everywhere), or nothing where S3EngineSetup::heads is false; `file` is a number of this engine
//   kRead       one GET of the range; beyond the end (416): 0 bytes
//   kClose      nothing is asked
//   all others  EROFS. `direct` changes nothing: no page cache lies in between
//
// Attempts: throttled (429, 503), failed (5xx), reset, cut short, or silent for `stall`: again after a backoff with full jitter (50 ms,
// doubling to 2 s), `attempts` in all and within EngineOptions::timeout; each is counted (RemoteCounters) and in IoRequest::attempts. A
// kept connection that the server had closed is no attempt. A clock that the server finds wrong is set by its own, once. Stamps: `started`
// when the first attempt began, `opened` when the last one's connection was there, `first_byte` and `finished` of its answer.
#pragma once

#include <memory>

#include "storage/engine.h"
#include "storage/s3/s3_setup.h"

namespace aforo {

// Of EngineOptions: depth, timeout. Throws UserError where the machine gives no socket or epoll.
std::unique_ptr<Engine> make_s3_engine(const S3EngineSetup& setup, const EngineOptions& options);

}  // namespace aforo
