#include "storage/s3/s3_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aforo {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// The account, bucket and moment of the examples in Amazon's description of the signature (2013).
std::shared_ptr<S3Bucket> example() {
  auto bucket = std::make_shared<S3Bucket>();
  bucket->bucket = "examplebucket";
  bucket->region = "us-east-1";
  bucket->host = bucket->host_header = "examplebucket.s3.amazonaws.com";
  bucket->credentials = std::make_shared<S3Credentials>(
      S3Credentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", "a test"});
  return bucket;
}
constexpr std::time_t kThen = 1369353600;

std::string head_of(const S3Call& call, const std::shared_ptr<S3Bucket>& bucket = example()) {
  std::string out;
  S3Signer(bucket).append_head(out, call, kThen);
  return out;
}

TEST(S3Call, IsSignedAsInAmazonsExamples) {
  S3Call get;
  get.key = "test.txt";
  get.range = ByteRange{0, 9};
  EXPECT_THAT(head_of(get),
              HasSubstr("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41\r\n"));
  S3Call lifecycle;
  lifecycle.query = {{"lifecycle", ""}};
  EXPECT_THAT(head_of(lifecycle),
              HasSubstr("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
  S3Call list;
  list.query = {{"prefix", "J"}, {"max-keys", "2"}};
  EXPECT_THAT(head_of(list), HasSubstr("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST(S3Call, AnObjectIsPutAsInAmazonsExample) {
  S3Call put;
  put.method = "PUT";
  put.key = "test$file.text";
  put.headers = {{"x-amz-storage-class", "REDUCED_REDUNDANCY"}, {"date", "Fri, 24 May 2013 00:00:00 GMT"}};
  put.body_bytes = 21;
  put.body_sha256 = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
  const std::string head = head_of(put);
  EXPECT_THAT(head, StartsWith("PUT /test%24file.text HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\ncontent-length: 21\r\n"));
  EXPECT_THAT(head,
              HasSubstr("SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
                        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd\r\n"));
}

// Signatures made by botocore 1.44.8 (S3SigV4Auth) of the same requests at the same moment.
TEST(S3Call, IsSignedAsBotocoreSigns) {
  auto local = example();
  local->path_style = true;
  local->host_header = "127.0.0.1:7070";
  S3Call create;
  create.method = "POST";
  create.key = "k";
  create.query = {{"uploads", ""}};
  EXPECT_THAT(head_of(create, local),
              HasSubstr("Signature=055f717e5b2745ea370ca4ff6df181d0b26a2e697f7c96a3b14d3c213258a95c"));

  S3Call list;
  list.query = {{"list-type", "2"}, {"prefix", "a/b c+"},     {"max-keys", "1000"},
                {"delimiter", "/"}, {"encoding-type", "url"}, {"continuation-token", "1=/+ x"}};
  auto elsewhere = std::make_shared<S3Bucket>(*local);
  elsewhere->region = "eu-central-1";
  const std::string listing = head_of(list, elsewhere);
  EXPECT_THAT(
      listing,
      StartsWith("GET /examplebucket?continuation-token=1%3D%2F%2B%20x&delimiter=%2F&encoding-type=url&"
                 "list-type=2&max-keys=1000&prefix=a%2Fb%20c%2B HTTP/1.1\r\n"));
  EXPECT_THAT(listing,
              HasSubstr("Signature=eaa72c4659446dfb44d592c5d234e62bc5186f0efa4b2e072c445b075329e1d3"));

  auto who = std::make_shared<S3Credentials>(*local->credentials);
  who->session_token = "TOKEN/+=";
  local->credentials = who;
  S3Call get;
  get.key = "a b/\xC3\xA9+~_-.$=@.txt";
  get.range = ByteRange{5, 5};
  get.headers = {{"if-match", "\"x\""}};
  EXPECT_THAT(
      head_of(get, local),
      HasSubstr("SignedHeaders=host;if-match;range;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
                "Signature=de5fea1ede627e5994731ab17b0ad6afa8c7bea5db12dbd9ed36c2a927512ac7"));
}

TEST(S3Call, ABodyThatIsNotHashedIsSaidToBeUnsigned) {
  S3Call put;
  put.method = "PUT";
  put.key = "k";
  EXPECT_THAT(head_of(put), HasSubstr("x-amz-content-sha256: e3b0c442"));
  EXPECT_THAT(head_of(put), HasSubstr("\r\ncontent-length: 0\r\n"));
  put.body_bytes = 1;
  EXPECT_THAT(head_of(put), HasSubstr("x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n"));
  EXPECT_EQ(head_of({}).find("content-length"), std::string::npos) << "of a GET";
}

TEST(S3Call, PathsAreAsTheyAreInEitherStyle) {
  auto bucket = example();
  S3Call call;
  EXPECT_THAT(head_of(call, bucket), StartsWith("GET / HTTP/1.1\r\n"));
  call.key = "/a//../b";
  EXPECT_THAT(head_of(call, bucket), StartsWith("GET //a//../b HTTP/1.1\r\n"))
      << "a key is no path to be tidied";
  bucket->path_style = true;
  EXPECT_THAT(head_of(call, bucket), StartsWith("GET /examplebucket//a//../b HTTP/1.1\r\n"));
  call.key = {};
  EXPECT_THAT(head_of(call, bucket), StartsWith("GET /examplebucket HTTP/1.1\r\n"));
}

TEST(S3Call, HasOneLineForEachHeaderAndAnEmptyOne) {
  S3Call call;
  call.method = "HEAD";
  call.key = "a b/\xC3\xA9+.txt";
  call.headers = {{"if-match", "\"x\""}};
  auto bucket = example();
  bucket->path_style = true;
  bucket->host_header = "127.0.0.1:7070";
  const std::string head = head_of(call, bucket);
  EXPECT_THAT(head,
              StartsWith("HEAD /examplebucket/a%20b/%C3%A9%2B.txt HTTP/1.1\r\nhost: 127.0.0.1:7070\r\n"));
  EXPECT_THAT(head, HasSubstr("\r\nif-match: \"x\"\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  EXPECT_EQ(head.find("wJalr"), std::string::npos) << "a secret";
}

TEST(S3Call, SendsASessionsTokenSignedAndAnonymousRequestsUnsigned) {
  auto bucket = example();
  auto who = std::make_shared<S3Credentials>(*bucket->credentials);
  who->session_token = "TOKEN";
  bucket->credentials = who;
  EXPECT_THAT(head_of({}, bucket), HasSubstr("x-amz-security-token: TOKEN\r\n"));
  EXPECT_THAT(head_of({}, bucket), HasSubstr("x-amz-date;x-amz-security-token, Signature="));
  bucket->credentials = nullptr;
  EXPECT_EQ(head_of({}, bucket).find("authorization"), std::string::npos);
}

TEST(S3Call, ASignerSignsTheNextDayWithItsOwnKey) {
  S3Signer signer(example());
  std::string first, next, again, fresh;
  S3Call call;
  call.key = "k";
  signer.append_head(first, call, kThen);
  signer.append_head(next, call, kThen + 86400);
  signer.append_head(again, call, kThen);
  S3Signer(example()).append_head(fresh, call, kThen + 86400);
  EXPECT_EQ(first, again);
  EXPECT_EQ(next, fresh);
  EXPECT_NE(first, next);
}

// 0xe3069283 is the CRC-32C of "123456789" (RFC 3720's own check).
TEST(S3Checksum, IsBase64InNetworkOrder) {
  EXPECT_EQ(crc32c_base64(0xe3069283u), "4waSgw==");
  EXPECT_EQ(crc32c_base64(0), "AAAAAA==");
  EXPECT_EQ(crc32c_base64(0xffffffffu), "/////w==");
}

}  // namespace
}  // namespace aforo
