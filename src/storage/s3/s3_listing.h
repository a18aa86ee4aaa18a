// All that lies below a bucket's prefix, page by page, as a Store tells it: memory is a page and the path of one directory,
// whatever the number of objects. Keys come sorted by their bytes, so that a directory's files may be told in several runs:
// "a/x", "a-b", "a/y" is not possible, but "a.txt" lies between "a-" and "a/"; each is told once.
#pragma once

#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "storage/listing.h"
#include "storage/s3/s3_client.h"

namespace aforo {

struct S3ListAsk {
  std::string prefix, delimiter;
  unsigned most = 1000;
  std::string token;  // of the page before; empty: the first
};

// One request. Faults as of S3Client::ask; EPROTO where the answer is no listing.
tl::expected<S3ListPage, S3Fault> list_page(S3Client& client, const S3ListAsk& ask,
                                            const std::stop_token& stop);

// As Store::list. Of objects whose name ends in '/' (what some tools leave for a directory) nothing is told; names that no
// path can have ("a//b", "../x") count as errors.
Listing list_objects(S3Client& client, const ListOptions& options, const std::stop_token& stop,
                     const ListSink& sink);

}  // namespace aforo
