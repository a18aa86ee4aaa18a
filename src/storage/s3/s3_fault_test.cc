#include "storage/s3/s3_fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace aforo {
namespace {

using testing::HasSubstr;
using testing::Not;

S3Bucket bucket_with_keys() {
  S3Bucket bucket;
  bucket.where = "s3://data/x", bucket.bucket = "data", bucket.region = "us-east-1";
  bucket.host = "store", bucket.port = 9000, bucket.host_header = "store:9000";
  bucket.credentials =
      std::make_shared<const S3Credentials>(S3Credentials{"KEY", "SECRET", "TOKEN", "profile 'p'"});
  return bucket;
}

std::string sentence(int status, const std::string& code, const S3Bucket& bucket = bucket_with_keys()) {
  S3Fault fault;
  fault.status = status, fault.server.code = code, fault.server.region = "eu-west-1";
  fault.error = s3_errno(status, code);
  return s3_sentence(bucket, "list 's3://data/x'", fault);
}

TEST(S3Fault, SaysTheServersCodeAndWhatToDo) {
  EXPECT_EQ(
      sentence(404, "NoSuchBucket"),
      "expected to list 's3://data/x', found no bucket 'data' at store:9000 (NoSuchBucket); make it, or name another");
  EXPECT_THAT(sentence(403, "InvalidAccessKeyId"),
              HasSubstr("does not know the access key (InvalidAccessKeyId); check the "
                        "credentials, those of profile 'p'"));
  EXPECT_THAT(sentence(403, "SignatureDoesNotMatch"), HasSubstr("check the secret key"));
  EXPECT_THAT(sentence(400, "ExpiredToken"), HasSubstr("renew the credentials"));
  EXPECT_THAT(sentence(403, "RequestTimeTooSkewed"), HasSubstr("this machine's clock more than 15 minutes"));
  EXPECT_THAT(sentence(301, "PermanentRedirect"),
              HasSubstr("in another region (PermanentRedirect); say --region eu-west-1"));
  EXPECT_THAT(sentence(403, "AccessDenied"),
              HasSubstr("access denied (AccessDenied); check what the credentials may do"));
  S3Bucket anonymous = bucket_with_keys();
  anonymous.credentials = nullptr;
  EXPECT_THAT(sentence(403, "AccessDenied", anonymous),
              HasSubstr("without credentials; set AWS_ACCESS_KEY_ID"));
  EXPECT_THAT(sentence(500, "InternalError"), HasSubstr("found 500 InternalError from store:9000"));
  for (const char* code : {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "AccessDenied"})
    for (const char* secret : {"SECRET", "TOKEN", "KEY"})
      EXPECT_THAT(sentence(403, code), Not(HasSubstr(secret)));
}

TEST(S3Fault, SaysWhatIsWrongWithTheConnection) {
  const auto of = [](int error, const std::string& words = {}) {
    S3Fault fault;
    fault.error = error, fault.words = words;
    return s3_sentence(bucket_with_keys(), "list 's3://data/x'", fault);
  };
  EXPECT_THAT(of(ECONNREFUSED), HasSubstr("found nothing that listens at store:9000 (ECONNREFUSED"));
  EXPECT_THAT(of(EHOSTUNREACH, "Name or service not known"), HasSubstr("found no such host as store"));
  EXPECT_THAT(of(ETIMEDOUT), HasSubstr("no answer from store:9000 in time"));
  EXPECT_THAT(of(EPROTO, "a certificate that does not verify (self-signed certificate)"),
              HasSubstr("found a certificate that does not verify (self-signed certificate) at store:9000"));
}

TEST(S3Fault, StatusesAreErrnos) {
  EXPECT_EQ(s3_errno(200, ""), 0);
  EXPECT_EQ(s3_errno(404, "NoSuchKey"), ENOENT);
  EXPECT_EQ(s3_errno(403, ""), EACCES);
  EXPECT_EQ(s3_errno(503, ""), EBUSY);
  EXPECT_EQ(s3_errno(400, "SlowDown"), EBUSY);
  EXPECT_EQ(s3_errno(500, ""), EREMOTEIO);
  EXPECT_EQ(s3_errno(301, ""), EPROTO);
  EXPECT_TRUE(s3_may_retry(503, "") && s3_may_retry(400, "RequestTimeout") && !s3_may_retry(404, "") &&
              !s3_may_retry(403, ""));
}

}  // namespace
}  // namespace aforo
