#include "storage/s3/s3_credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/test_directory.h"

namespace aforo {
namespace {

using testing::HasSubstr;
using testing::Not;

class Credentials : public testing::Test {
 protected:
  // Files of a home directory, as the AWS tools lay them.
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(directory_ / ".aws");
    std::ofstream(directory_ / ".aws/" + name) << text;
  }
  Environment environment() const {
    return [this](const char* name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      return found == variables_.end() ? std::nullopt : std::optional(found->second);
    };
  }
  S3Profile profile(const std::string& named = {}) const { return s3_profile(named, environment()); }
  std::shared_ptr<const S3Credentials> find(const std::string& named = {}) const {
    return find_s3_credentials(named, profile(named), environment());
  }
  std::string refused(const std::string& named = {}) const {
    try {
      find(named);
    } catch (const UserError& error) {
      return error.what();
    }
    return "nothing refused";
  }
  void set_keys(const std::string& access, const std::string& secret, const std::string& token = {}) {
    variables_["AWS_ACCESS_KEY_ID"] = access, variables_["AWS_SECRET_ACCESS_KEY"] = secret;
    if (!token.empty()) variables_["AWS_SESSION_TOKEN"] = token;
  }

  TestDirectory directory_;
  std::map<std::string, std::string, std::less<>> variables_{{"HOME", directory_.path()}};
};

TEST_F(Credentials, ThereMayBeNone) {
  EXPECT_EQ(find(), nullptr);
  EXPECT_TRUE(profile().empty());
  variables_.clear();
  EXPECT_EQ(find(), nullptr) << "nor a home";
}

TEST_F(Credentials, TheEnvironmentSaysWhereTheyCameFrom) {
  set_keys("ID", "KEY", "TOKEN");
  const auto found = find();
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->access_key, "ID");
  EXPECT_EQ(found->secret_key, "KEY");
  EXPECT_EQ(found->session_token, "TOKEN");
  EXPECT_EQ(found->source, "the environment");
}

TEST_F(Credentials, APlaceIsReadAsTheAwsToolsReadIt) {
  write(
      "credentials",
      "\xEF\xBB\xBF; none of a profile\naws_access_key_id = stray\n\n[ spaced ]\r\naws_access_key_id=A  \r\n"
      "  aws_secret_access_key = nested\naws_secret_access_key\t=\tB=/+; \n#aws_session_token = T\n[spaced-2]\n"
      "aws_access_key_id = C # mine\naws_secret_access_key = D#;\nno value\n");
  EXPECT_EQ(find("spaced")->access_key, "A");
  EXPECT_EQ(find("spaced")->secret_key, "B=/+;") << "a comment follows a blank";
  EXPECT_EQ(find("spaced")->session_token, "");
  EXPECT_EQ(find("spaced-2")->access_key, "C");
  EXPECT_EQ(find("spaced-2")->secret_key, "D#;");
  EXPECT_THAT(find("spaced")->source, HasSubstr("profile 'spaced'"));
  EXPECT_EQ(find(), nullptr) << "of a profile, nothing";
}

TEST_F(Credentials, TheConfigFileComesAfterTheCredentialsFile) {
  write("config",
        "[default]\nregion = r0\naws_access_key_id = X\naws_secret_access_key = Y\n[profile p]\nregion = r1\n"
        "aws_access_key_id = X\naws_secret_access_key = Y\n[p2]\nregion = r2\n");
  EXPECT_EQ(find()->access_key, "X");
  EXPECT_EQ(find("p")->access_key, "X");
  write("credentials", "[p]\naws_access_key_id = A\naws_secret_access_key = B\n");
  EXPECT_EQ(find("p")->access_key, "A");
  EXPECT_EQ(profile("p").at("region"), "r1");
  EXPECT_THAT(refused("p2"), HasSubstr("found it in neither")) << "it is no [profile p2]";
  EXPECT_EQ(profile().at("region"), "r0");
  write("config", "[default]\nregion = r0\n[profile default]\nregion = r3\n");
  EXPECT_EQ(profile().at("region"), "r3");
}

TEST_F(Credentials, AProfileThatWasNamedMustBeThere) {
  write("credentials", "[default]\naws_access_key_id = A\naws_secret_access_key = B\n");
  variables_["AWS_PROFILE"] = "gone";
  EXPECT_THAT(refused(),
              HasSubstr("expected the profile 'gone' in " + directory_.path() + "/.aws/credentials"));
  EXPECT_EQ(find("default")->access_key, "A") << "what is named counts more than AWS_PROFILE";
}

TEST_F(Credentials, HalfOfThemIsRefusedByTheNameOfItsPlace) {
  variables_["AWS_SECRET_ACCESS_KEY"] = "HUSH";
  EXPECT_THAT(refused(), HasSubstr("found the secret key alone in the environment; set both"));
  variables_.erase("AWS_SECRET_ACCESS_KEY");
  write("credentials", "[default]\naws_access_key_id = HUSH\n");
  EXPECT_THAT(refused(), HasSubstr("found the access key alone in profile 'default'"));
  EXPECT_THAT(refused(), Not(HasSubstr("HUSH")));
}

TEST_F(Credentials, WhatWouldBreakAHeadIsRefusedAndNotTold) {
  for (const char* bad : {"HU SH", "HUSH\r", "HUSH\nx: y", "HU\x01SH", "HUSH\xC3\xA9"}) {
    set_keys(bad, "KEY");
    EXPECT_THAT(refused(), HasSubstr("in the access key of the environment"));
    set_keys("ID", bad);
    EXPECT_THAT(refused(), HasSubstr("in the secret key of the environment"));
    set_keys("ID", "KEY", bad);
    EXPECT_THAT(refused(), HasSubstr("in the session token of the environment"));
    EXPECT_THAT(refused(), Not(HasSubstr("HU")));
    variables_.erase("AWS_SESSION_TOKEN");
  }
}

TEST_F(Credentials, OtherWaysToThemAreRefusedByName) {
  for (const char* key :
       {"role_arn", "sso_session", "sso_start_url", "credential_process", "web_identity_token_file"}) {
    write("config", "[profile other]\n" + std::string(key) + " = x\n");
    EXPECT_THAT(refused("other"),
                HasSubstr("found " + std::string(key) + ", which aforo does not carry out"));
    EXPECT_THAT(refused("other"), HasSubstr("aws configure export-credentials --profile other"));
  }
  set_keys("ID", "KEY");
  variables_["AWS_PROFILE"] = "other";
  EXPECT_EQ(find()->access_key, "ID") << "exported, as the sentence says";
}

TEST_F(Credentials, AFileThatCannotBeReadIsNamed) {
  std::filesystem::create_directories(directory_ / "a directory");
  variables_["AWS_CONFIG_FILE"] = directory_ / "a directory";
  EXPECT_THAT(refused(), HasSubstr("expected to read the AWS settings in '" + directory_.path() +
                                   "/a directory', found "
                                   "EISDIR"));
  variables_["AWS_CONFIG_FILE"] = directory_ / "not/there";
  EXPECT_EQ(find(), nullptr);
}

}  // namespace
}  // namespace aforo
