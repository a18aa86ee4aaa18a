#include "storage/s3/s3_fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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
  EXPECT_THAT(of(EPROTO, "no HTTP"),
              HasSubstr("found no HTTP at store:9000; check --endpoint (http:// or https://)"));
  EXPECT_THAT(of(ECONNRESET), HasSubstr("(connection reset by peer) from store:9000; try again"));
  EXPECT_THAT(
      of(EPROTO, "a certificate that does not verify (self-signed certificate)"),
      HasSubstr("found a certificate that does not verify (self-signed certificate) at store:9000; check "
                "--endpoint (http:// or https://), or name the certificates to trust in AWS_CA_BUNDLE"));
}

// As somebody reads it, of an answer.
std::string read_of(int status, const S3Error& server, const std::string& words = {},
                    bool anonymous = false) {
  S3Bucket bucket = bucket_with_keys();
  if (anonymous) bucket.credentials = nullptr;
  return s3_sentence(bucket, "list 's3://data/x'", {s3_errno(status, server.code), status, server, words});
}

TEST(S3Fault, EverySentenceSaysWhatToDo) {
  const std::string list = "expected to list 's3://data/x', found ";
  EXPECT_EQ(
      read_of(403, {"InvalidAccessKeyId", "no such key", "", ""}),
      list +
          "that store:9000 does not know the access key (InvalidAccessKeyId); check the credentials, those of "
          "profile 'p'");
  EXPECT_EQ(
      read_of(403, {"SignatureDoesNotMatch", "", "", ""}),
      list +
          "the signature refused (SignatureDoesNotMatch); check the secret key, those of profile 'p', and "
          "--region us-east-1");
  EXPECT_EQ(read_of(400, {"ExpiredToken", "", "", ""}),
            list + "the session token refused (ExpiredToken); renew the credentials, those of profile 'p'");
  EXPECT_EQ(
      read_of(403, {"RequestTimeTooSkewed", "", "", ""}),
      list + "this machine's clock more than 15 minutes from the server's (RequestTimeTooSkewed); set it");
  EXPECT_EQ(read_of(403, {"AccessDenied", "", "", ""}, "", true),
            list +
                "access denied (AccessDenied) without credentials; set AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or name a --profile");
  EXPECT_EQ(read_of(403, {}),
            list + "access denied (403); check what the credentials may do, those of profile 'p'")
      << "of a HEAD";
  EXPECT_EQ(read_of(404, {"NoSuchKey", "The specified key does not exist.", "", ""}),
            list + "404 NoSuchKey from store:9000 (The specified key does not exist.); name what is there");
  EXPECT_EQ(read_of(503, {"SlowDown", "", "", ""}),
            list + "503 SlowDown from store:9000; ask for less at once, or try again later");
  EXPECT_EQ(read_of(500, {"InternalError", "", "", ""}),
            list + "500 InternalError from store:9000; try again later, or see to the server");
  EXPECT_EQ(read_of(400, {"InvalidRequest", "", "", ""}),
            list + "400 InvalidRequest from store:9000; check --endpoint and --region");
}

TEST(S3Fault, ABucketElsewhereIsNamedWhereTheServerNamesIt) {
  EXPECT_THAT(
      read_of(400, {"AuthorizationHeaderMalformed", "", "eu-west-1", ""}),
      HasSubstr("found the bucket in another region (AuthorizationHeaderMalformed); say --region eu-west-1"));
  EXPECT_THAT(
      read_of(400, {"AuthorizationHeaderMalformed", "bad date", "", ""}),
      HasSubstr("found 400 AuthorizationHeaderMalformed from store:9000 (bad date); check --endpoint"));
  EXPECT_THAT(read_of(301, {"", "", "eu-west-1", ""}),
              HasSubstr("another region (301); say --region eu-west-1"))
      << "of a HEAD";
  EXPECT_THAT(
      read_of(307, {"TemporaryRedirect", "", "", "data.s3.eu-west-1.amazonaws.com"}),
      HasSubstr(
          "at another endpoint (TemporaryRedirect); say --endpoint https://s3.eu-west-1.amazonaws.com"));
  EXPECT_THAT(read_of(301, {"PermanentRedirect", "", "$(reboot)", "x;y"}),
              HasSubstr("found that store:9000 sends elsewhere (PermanentRedirect); check --endpoint"));
}

TEST(S3Fault, APageOfAnotherServerIsNoAnswerOfS3s) {
  for (const int status : {200, 301, 403, 404, 500})
    EXPECT_EQ(read_of(status, {}, "a page of HTML, not S3,"),
              "expected to list 's3://data/x', found a page of HTML, not S3, at store:9000 (" +
                  std::to_string(status) + "); check --endpoint");
}

TEST(S3Fault, AServersWordsAreShownAsATerminalCanShowThem) {
  const std::string said = read_of(400, {"Odd\x1B[2J", "a\nb" + std::string(1000, 'c'), "", ""});
  EXPECT_TRUE(
      std::none_of(said.begin(), said.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }));
  EXPECT_LT(said.size(), 600u);
  EXPECT_THAT(said, HasSubstr("found 400 Odd [2J from store:9000 (a bccc"));
}

TEST(S3Fault, StatusesAreErrnos) {
  EXPECT_EQ(s3_errno(200, ""), 0);
  EXPECT_EQ(s3_errno(404, "NoSuchKey"), ENOENT);
  EXPECT_EQ(s3_errno(403, ""), EACCES);
  EXPECT_EQ(s3_errno(503, ""), EBUSY);
  EXPECT_EQ(s3_errno(400, "SlowDown"), EBUSY);
  EXPECT_EQ(s3_errno(500, ""), EREMOTEIO);
  EXPECT_EQ(s3_errno(301, ""), EPROTO);
  EXPECT_EQ(s3_errno(400, "ExpiredToken"), EACCES);
  EXPECT_EQ(s3_errno(400, "RequestTimeout"), ETIMEDOUT);
  EXPECT_EQ(s3_errno(400, "InvalidRequest"), EPROTO);
  EXPECT_EQ(s3_errno(412, "PreconditionFailed"), EEXIST);
  EXPECT_TRUE(s3_may_retry(503, "") && s3_may_retry(400, "RequestTimeout") && !s3_may_retry(404, "") &&
              !s3_may_retry(403, ""));
}

}  // namespace
}  // namespace aforo
