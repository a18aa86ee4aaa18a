// S3Owned: the right to write below a prefix. Within a process one object at a time holds a prefix; between processes the
// marker alone tells: it is written first under If-None-Match and later under If-Match, so that of two who own the same
// prefix at once one finds ESTALE, and from then on replaces and removes no marker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "storage/owned.h"
#include "storage/s3/s3_engine.h"
#include "storage/s3/s3_place.h"

namespace aforo {

// What lies below the prefix as to ownership: one listing of a few keys, and a HEAD where the marker is not among them.
// `etag` of the marker where it is ours. Throws UserError where it cannot be asked.
struct S3Look {
  DirectoryLook look;
  std::string etag;
};
S3Look look_at_s3(const S3Place& place, std::string_view marker);

// Which of Store's three ways to own.
enum class S3Right { kWriting, kRemoval, kBeside };
// Throws UserError as Store::own, own_for_removal and own_beside do.
std::unique_ptr<Owned> own_s3(const S3Place& place, std::string_view marker, S3Right right);

// Whatever of bytes moves here; `kind` may be any that says nothing of the kernel (auto, s3, blocking), else UserError.
EngineChoice engine_of_s3(const S3Place& place, EngineKind kind, const EngineOptions& options, bool writable);

}  // namespace aforo
