// Credentials for S3, found where the usual tools look, in their order: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with
// AWS_SESSION_TOKEN) of the environment, unless a profile was named; then the profile in the shared credentials file
// (AWS_SHARED_CREDENTIALS_FILE, ~/.aws/credentials), then in the config file (AWS_CONFIG_FILE, ~/.aws/config, there
// "[profile NAME]", and "[default]" as well). A profile that gets its credentials another way (role_arn, sso_*,
// credential_process, web identity) is refused by name: the sentence says how to export them. None anywhere: anonymous
// requests, as for public buckets.
//
// Secrets are in no sentence, and in nothing that is printed: no operator<<, no fmt formatter.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "storage/remote_access.h"

namespace aforo {

struct S3Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // may be empty
  std::string source;  // for a sentence: "the environment", "profile 'x' of ~/.aws/credentials"; no secret
};

// The keys of one profile, "endpoint_url", "region", "aws_access_key_id", ...: of the credentials file, and of the config
// file where that has none of the name. The files are INI as the AWS tools read it: comments begin with # or ; at the
// begin of a line or after white space, nested (indented) sections are passed over.
using S3Profile = std::map<std::string, std::string, std::less<>>;

// The profile that is named, or AWS_PROFILE's, or "default". Throws UserError where one that was named is nowhere, or a file
// that is there cannot be read.
S3Profile s3_profile(const std::string& named, const Environment& environment);

// Null: none, requests are anonymous. Throws UserError as above, and for credentials that are half there or hold what may not
// stand in a request's head.
std::shared_ptr<const S3Credentials> find_s3_credentials(const std::string& named, const S3Profile& profile,
                                                         const Environment& environment);

}  // namespace aforo
