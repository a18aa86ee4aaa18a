// S3File: an object that is read in pieces, as it was when it was opened: each GET says If-Match, and an object that has
// changed meanwhile ends with ESTALE.
//
// What is read front to back is read ahead, 64 KiB at first and up to 1 MiB, so that headers that follow each other are not a
// request each; what is read here and there is asked for exactly.
#pragma once

#include <memory>
#include <string_view>
#include <tl/expected.hpp>

#include "storage/owned.h"
#include "storage/s3/s3_place.h"

namespace aforo {

// A HEAD, and one listing of a key where there is no such object. EISDIR: there are objects below the name.
tl::expected<std::unique_ptr<StoreFile>, int> open_s3_file(const S3Place& place, std::string_view name);

// The same for who reads all of it and knows its size: nothing is asked before the first read, which is a plain GET where 8 MiB carry
// it. ESTALE at that read where it has another size.
std::unique_ptr<StoreFile> open_whole_s3_file(const S3Place& place, std::string_view name,
                                              std::uint64_t size);

// Size and, with its quotes, ETag of an object; else an errno as above.
struct S3Found {
  std::uint64_t size = 0;
  std::string etag;
};
tl::expected<S3Found, int> find_s3_object(const S3Place& place, std::string_view name);
// Whether an object's name begins with `name` and '/'.
tl::expected<bool, int> lies_below_s3(const S3Place& place, std::string_view name);

}  // namespace aforo
