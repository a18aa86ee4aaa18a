// The XML that S3 answers with, read. Pure functions on text; pugixml reads it. Text that is no XML of the kind asked for is
// absent, never half an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aforo {

// <Error>, or what an answer without one comes to.
struct S3Error {
  std::string code;      // "NoSuchKey"; empty: the answer had no such XML
  std::string message;   // the server's words
  std::string region;    // <Region>, of AuthorizationHeaderMalformed and PermanentRedirect
  std::string endpoint;  // <Endpoint>, of PermanentRedirect
};
std::optional<S3Error> read_s3_error(std::string_view xml);

// A page of ListObjectsV2, asked for with encoding-type=url: keys and prefixes are decoded here.
struct S3ListPage {
  struct Object {
    std::string key;
    std::uint64_t size = 0;
    std::string etag;  // without quotes; may be empty
  };
  std::vector<Object> objects;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next;  // the continuation token where truncated
};
std::optional<S3ListPage> read_s3_list(std::string_view xml);

// The upload id of CreateMultipartUpload's answer.
std::optional<std::string> read_s3_upload(std::string_view xml);

// CompleteMultipartUpload's body. Parts: ETag and CRC-32C in base64, from part 1 on.
std::string complete_upload_xml(const std::vector<std::pair<std::string, std::string>>& parts);

}  // namespace aforo
