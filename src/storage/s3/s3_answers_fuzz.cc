// Any bytes as S3's XML: nothing breaks, a listing is whole or absent, and what a server says is shown as a terminal can
// show it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/s3/s3_answers.h"
#include "storage/s3/s3_fault.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void look_at_sentence(const aforo::S3Error& server, int status) {
  aforo::S3Bucket bucket;
  bucket.where = "s3://data", bucket.bucket = "data", bucket.region = "us-east-1";
  bucket.host = bucket.host_header = "store";
  const aforo::S3Fault fault{aforo::s3_errno(status, server.code), status, server, server.message};
  const std::string said = aforo::s3_sentence(bucket, "list 's3://data'", fault);
  require(said.size() < 2000);
  require(std::none_of(said.begin(), said.end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }));
}

void look_at_list(std::string_view xml) {
  const auto page = aforo::read_s3_list(xml);
  if (!page) return;
  require(!page->truncated || !page->next.empty());
  for (const auto& object : page->objects) require(!object.key.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  if (const auto error = aforo::read_s3_error(xml))
    look_at_sentence(*error, 300 + static_cast<int>(size % 300));
  look_at_sentence({std::string(xml), std::string(xml), std::string(xml), std::string(xml)}, 301);
  look_at_sentence({"", std::string(xml), "", ""}, 404);
  look_at_list(xml);
  const std::string key = "<Contents><Key>" + std::string(xml) + "</Key><Size>1</Size></Contents>";
  look_at_list("<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>" + key +
               "</ListBucketResult>");
  return 0;
}
