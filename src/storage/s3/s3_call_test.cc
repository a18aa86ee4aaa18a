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

}  // namespace
}  // namespace aforo
