// S3Call: one request to S3, as its meaning; S3Signer: as the bytes of its head, signed (AWS Signature Version 4).
//
// Thread-safety: an S3Signer is one thread's.
#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/s3/s3_bucket.h"

namespace aforo {

// A range of bytes, both ends included.
struct ByteRange {
  std::uint64_t first = 0, last = 0;
};

struct S3Call {
  std::string_view method = "GET";  // GET, HEAD, PUT, POST, DELETE
  std::string_view key;             // the whole key, not encoded; empty: the bucket itself
  // Not encoded; in any order. A name without a value is signed as "name=".
  std::vector<std::pair<std::string_view, std::string_view>> query;
  std::optional<ByteRange> range;
  // More headers, names in lower case: "if-none-match", "content-type", "x-amz-checksum-crc32c". All are signed.
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  // Of the body; sent as Content-Length with PUT and POST.
  std::uint64_t body_bytes = 0;
  // Lower-case hex of the body's SHA-256; empty: UNSIGNED-PAYLOAD, or the empty body's where there is none.
  std::string_view body_sha256;
};

// The key as it stands in a path: all but A-Z a-z 0-9 - . _ ~ and '/' percent-encoded, in capitals. `slash`: that of a query, '/' too.
void encode_into(std::string& out, std::string_view text, bool keep_slash);

class S3Signer {
 public:
  explicit S3Signer(std::shared_ptr<const S3Bucket> bucket);
  ~S3Signer();

  // Appends the whole head, from the request line to the empty line: "GET /bucket/key?list-type=2 HTTP/1.1\r\nhost: ...".
  // `now`: seconds since 1970 by the server's clock. The signing key is kept for the day. About two SHA-256 of a few hundred
  // bytes; no allocation once `out` and the signer's own buffers have grown.
  void append_head(std::string& out, const S3Call& call, std::time_t now);

 private:
  void renew_key(std::string_view day);
  void append_authorization(std::string& out, const S3Call& call, std::string_view query,
                            std::string_view stamp, std::string_view day, std::string_view hash);

  std::shared_ptr<const S3Bucket> bucket_;
  struct Key;
  std::string scope_day_;  // "20261201" that key_ is for
  std::unique_ptr<Key> key_;
  std::time_t stamped_ = -1;  // what stamp_ says: "20261201T101500Z"
  char stamp_[17] = "";
  // Kept for their memory.
  std::string canonical_, to_sign_, path_;
  std::vector<std::pair<std::string_view, std::string_view>> headers_;
};

// Lower-case hex.
std::string sha256_hex(std::string_view bytes);
// Base64 of a CRC-32C in network order, as x-amz-checksum-crc32c has it.
std::string crc32c_base64(std::uint32_t crc);

}  // namespace aforo
