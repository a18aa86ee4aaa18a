#include "storage/s3/s3_bucket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/test_directory.h"

namespace aforo {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string, std::less<>>;

Environment set_to(Variables variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string refusal(const std::string& where, const RemoteAccess& access = {}, Variables variables = {}) {
  try {
    resolve_s3(where, access, set_to(std::move(variables)));
  } catch (const UserError& error) {
    return error.what();
  }
  return "nothing refused";
}

TEST(S3Bucket, IsAmazonsByDefault) {
  const S3Bucket bucket = resolve_s3("s3://my-data/pre/fix/", {}, set_to({{"AWS_REGION", "eu-west-1"}}));
  EXPECT_EQ(bucket.where, "s3://my-data/pre/fix");
  EXPECT_EQ(bucket.prefix, "pre/fix/");
  EXPECT_EQ(bucket.key("a/b"), "pre/fix/a/b");
  EXPECT_EQ(bucket.host, "my-data.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(bucket.host_header, bucket.host);
  EXPECT_TRUE(bucket.tls && bucket.port == 443 && !bucket.path_style);
  EXPECT_EQ(bucket.credentials, nullptr);
  EXPECT_TRUE(resolve_s3("s3://my.data", {}, set_to({})).path_style)
      << "no certificate vouches for two more parts";
}

TEST(S3Bucket, AnEndpointMayBeAnything) {
  RemoteAccess access;
  access.endpoint = "http://127.0.0.1:7070/";
  const S3Bucket local = resolve_s3("s3://data", access, set_to({{"AWS_ENDPOINT_URL", "https://elsewhere"}}));
  EXPECT_EQ(local.host, "127.0.0.1");
  EXPECT_EQ(local.host_header, "127.0.0.1:7070");
  EXPECT_TRUE(local.path_style && !local.tls && local.prefix.empty());
  access.endpoint = "https://[::1]:443";
  EXPECT_EQ(resolve_s3("s3://data", access, set_to({})).host, "::1");
  EXPECT_EQ(resolve_s3("s3://data", access, set_to({})).host_header, "[::1]");
  access = {.endpoint = "https://store", .style = BucketStyle::kHost};
  EXPECT_EQ(resolve_s3("s3://data", access, set_to({})).host, "data.store");
  EXPECT_EQ(resolve_s3("s3://data", {},
                       set_to({{"AWS_ENDPOINT_URL", "http://b"}, {"AWS_ENDPOINT_URL_S3", "http://a"}}))
                .host,
            "a");
}

TEST(S3Bucket, RefusesWhatNoBucketHas) {
  for (const char* where :
       {"s3://", "s3:///x", "s3://ab", "s3://UPPER", "s3://-data", "s3://a..b", "s3://192.168.1.1"})
    EXPECT_THAT(refusal(where), HasSubstr("expected s3://BUCKET/PREFIX")) << where;
  for (const char* where :
       {"s3://data/a//b", "s3://data/../b", "s3://data/./b", "s3://data//", "s3://data/a//"})
    EXPECT_THAT(refusal(where), HasSubstr("without empty parts")) << where;
  for (const char* endpoint : {"127.0.0.1:7070", "ftp://x", "http://", "http://u:p@x", "http://x/y",
                               "http://x:0", "http://x\ny: z", "http://x:99999", "http://[::1", "http://x?y"})
    EXPECT_THAT(refusal("s3://data", {.endpoint = endpoint}), HasSubstr("expected an endpoint")) << endpoint;
}

TEST(S3Bucket, NothingInItBreaksALineOfAHead) {
  for (const char* endpoint :
       {"http://x\r\ny: z", "http://x\ty", "http://[::1]x", "http://[::1]x:80", "http://[]", "http://a%b",
        "http://::1", "http://x:", "http://x:8 0", "http://x/ ", "https://"})
    EXPECT_THAT(refusal("s3://data", {.endpoint = endpoint}), HasSubstr("expected an endpoint")) << endpoint;
  for (const char* region : {"eu west", "eu-west-1/s3", "x\r\ny: z", "\xC3\xA9"})
    EXPECT_THAT(refusal("s3://data", {.region = region}),
                HasSubstr("expected a region as us-east-1, found '"))
        << region;
  const std::string said = refusal("s3://data", {.endpoint = "http://user:HUSH@x"});
  EXPECT_THAT(said, HasSubstr("found one with a user"));
  EXPECT_EQ(said.find("HUSH"), std::string::npos);
}

TEST(S3Bucket, StandsBeforeANameOnly) {
  for (const char* endpoint : {"http://127.0.0.1:7070", "http://[::1]:7070"}) {
    EXPECT_THAT(refusal("s3://data", {.endpoint = endpoint, .style = BucketStyle::kHost}),
                HasSubstr("say --bucket-style path"));
    EXPECT_TRUE(
        resolve_s3("s3://data", {.endpoint = endpoint, .style = BucketStyle::kAuto}, set_to({})).path_style);
  }
}

TEST(S3Bucket, EveryRegionOfAmazonHasItsHost) {
  EXPECT_EQ(resolve_s3("s3://data", {}, set_to({})).host, "data.s3.us-east-1.amazonaws.com");
  EXPECT_EQ(resolve_s3("s3://data", {.region = "cn-north-1"}, set_to({})).host,
            "data.s3.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(resolve_s3("s3://data", {}, set_to({{"AWS_DEFAULT_REGION", "b"}, {"AWS_REGION", "a"}})).region,
            "a");
}

class AwsFiles : public testing::Test {
 protected:
  AwsFiles() {
    std::ofstream(directory_.path() + "/credentials")
        << "# keys\n[default]\naws_access_key_id = A\naws_secret_access_key=B ; mine\n"
           "[other]\naws_access_key_id=C\naws_secret_access_key=D\naws_session_token=E\n[half]\n"
           "aws_access_key_id=C\n";
    std::ofstream(directory_.path() + "/config")
        << "[profile other]\nregion = eu-central-1\nendpoint_url = http://store:9000\ns3 =\n"
           "  region = nested\n[profile assumed]\nrole_arn = arn:x\n";
    variables_ = {{"AWS_SHARED_CREDENTIALS_FILE", directory_.path() + "/credentials"},
                  {"AWS_CONFIG_FILE", directory_.path() + "/config"}};
  }
  S3Bucket of(const std::string& profile = {}) const {
    return resolve_s3("s3://data", {.profile = profile}, set_to(variables_));
  }
  TestDirectory directory_;
  Variables variables_;
};

TEST_F(AwsFiles, KeysComeFromTheProfile) {
  EXPECT_EQ(of().credentials->access_key, "A");
  EXPECT_EQ(of().credentials->secret_key, "B");
  const S3Bucket other = of("other");
  EXPECT_EQ(other.credentials->session_token, "E");
  EXPECT_EQ(other.region, "eu-central-1");
  EXPECT_EQ(other.host, "store");
  variables_["AWS_PROFILE"] = "other";
  EXPECT_EQ(of().credentials->access_key, "C");
}

TEST_F(AwsFiles, TheEnvironmentsKeysComeFirstUnlessAProfileIsNamed) {
  variables_["AWS_ACCESS_KEY_ID"] = "X", variables_["AWS_SECRET_ACCESS_KEY"] = "Y";
  EXPECT_EQ(of().credentials->access_key, "X");
  EXPECT_EQ(of("other").credentials->access_key, "C");
}

TEST_F(AwsFiles, WhatIsNotThereIsNamed) {
  EXPECT_THAT(refusal("s3://data", {.profile = "none"}, variables_),
              HasSubstr("expected the profile 'none' in "));
  EXPECT_THAT(refusal("s3://data", {.profile = "half"}, variables_), HasSubstr("found the access key alone"));
  EXPECT_THAT(refusal("s3://data", {.profile = "assumed"}, variables_), HasSubstr("found role_arn"));
  EXPECT_EQ(refusal("s3://data", {.profile = "half"}, variables_).find("aws_secret"), std::string::npos);
}

}  // namespace
}  // namespace aforo
