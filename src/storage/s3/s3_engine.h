// The engine that reads and writes objects: one loop (epoll), connections that are kept, one for each request in flight and as many
// as EngineOptions::depth.
//
// What an operation of Engine is here; paths are names below the bucket's prefix:
//   kReadFile   one GET: plain where `expected` is known or the buffer is lent, else of the first buffer.size() bytes by Range
//   kOpen       a HEAD (ENOENT as everywhere), or nothing where S3EngineSetup::heads is false; `file` is a number of this engine
//   kRead       one GET of the range; beyond the end (416): 0 bytes
//   kClose      nothing is asked of what was opened; what was created is completed (kSync) first
//   kCreate     a HEAD: EEXIST where the object is there, EROFS where S3EngineSetup::writable is false. Nothing has that name before the
//               object is completed
//   kWrite      front to back alone, each from where the one before ends (ESPIPE else). Done when the bytes are copied; they go out in
//               parts (s3_uploads.h)
//   kSync       completes the object, which is there from then on; nothing may be written to it after (EINVAL). One PUT where it fits
//               into a part, else the multipart upload. EEXIST where somebody else has made it meanwhile. An object that failed
//               fails its kSync and kClose, and leaves nothing: its upload is aborted; so are those of files that are open
//               when the engine ends
//   kRemoveFile a DELETE, 0 too where nothing has that name;   kSyncName 0;   kRename, kMakeDirectory, kRemoveDirectory ENOTSUP
// `direct` changes nothing: no page cache lies in between. `lend` is called when the answer's head is there, and for data alone.
//
// Attempts: throttled (429, 503), failed (5xx), reset, cut short, silent for `stall`, or with a checksum that does not fit: again after
// a backoff with full jitter (50 ms, doubling to 2 s), `attempts` in all and within EngineOptions::timeout; each is counted
// (RemoteCounters) and in IoRequest::attempts. A kept connection that the server had closed is no attempt, nor is one of a host's several
// addresses. A clock that the server finds wrong is set by its own, once. Stamps: `started` when the first attempt began, `opened` when
// the last one's connection was there, `first_byte` and `finished` of its answer. The engine owns its sockets: no buffer is ever held.
#pragma once

#include <memory>

#include "storage/engine.h"
#include "storage/s3/s3_setup.h"

namespace aforo {

// Of EngineOptions: depth, timeout. Throws UserError where the machine gives no socket or epoll.
std::unique_ptr<Engine> make_s3_engine(const S3EngineSetup& setup, const EngineOptions& options);

}  // namespace aforo
