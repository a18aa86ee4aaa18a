// S3Bucket: a bucket and a prefix in it, and how it is reached: all that a request needs to be sent.
//
//   s3://bucket            s3://bucket/prefix         s3://bucket/pre/fix/      (the same as without the last '/')
//
// Names of objects are relative to the prefix, as a Store's are: "train/0001.tar" of s3://data/imagenet is the key
// "imagenet/train/0001.tar".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/remote_access.h"
#include "storage/s3/s3_credentials.h"

namespace aforo {

struct S3Bucket {
  std::string where;  // as it was named, without a last '/'
  std::string bucket;
  std::string prefix;  // "" or ends with '/'
  std::string region;
  bool tls = true;
  std::string
      host;  // to connect to: with host style the bucket's name is in it. No brackets around an IPv6 address
  std::uint16_t port = 443;
  std::string host_header;  // as it is signed: with the port where that is not the scheme's own
  bool path_style = false;
  std::string ca_file;  // AWS_CA_BUNDLE or the profile's ca_bundle; empty: the system's
  std::shared_ptr<const S3Credentials> credentials;  // null: anonymous

  // The whole key of a name of the store.
  std::string key(std::string_view name) const { return prefix + std::string(name); }
};

// `where` begins with "s3://". What `access` leaves open comes from the environment (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL,
// AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_CA_BUNDLE), then from the profile, then it is Amazon's own endpoint of
// the region, and us-east-1. Throws UserError for a name that no bucket can have (3 to 63 of a-z 0-9 . -, no IPv4 address), a prefix with an empty
// part, "." or "..", a region with other letters than a host's name has, an endpoint that is no http or https URL without
// path, query or user (which is not told, as a secret may stand there), or that is an address where the bucket is to stand
// before a name, and as find_s3_credentials does. So nothing in a bucket breaks a line of a request's head.
S3Bucket resolve_s3(const std::string& where, const RemoteAccess& access, const Environment& environment);

}  // namespace aforo
