#include "storage/s3/s3_fault.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/error.h"

namespace aforo {
namespace {

std::string whose_keys(const S3Bucket& bucket) {
  return bucket.credentials ? "those of " + bucket.credentials->source : std::string("none");
}

// What was found and what to do, by the server's code; empty for a code that explains itself no further.
std::string by_code(const S3Bucket& bucket, const S3Fault& fault) {
  const std::string& code = fault.server.code;
  const std::string keys = whose_keys(bucket);
  if (code == "NoSuchBucket")
    return fmt::format("found no bucket '{}' at {} (NoSuchBucket); make it, or name another", bucket.bucket,
                       bucket.host_header);
  if (code == "InvalidAccessKeyId" || code == "InvalidClientTokenId" || code == "XAdminUserNotFound")
    return fmt::format("found that {} does not know the access key ({}); check the credentials, {}",
                       bucket.host_header, code, keys);
  if (code == "SignatureDoesNotMatch")
    return fmt::format("found the signature refused ({}); check the secret key, {}, and --region {}", code,
                       keys, bucket.region);
  if (code == "ExpiredToken" || code == "TokenRefreshRequired" || code == "InvalidToken")
    return fmt::format("found the session token refused ({}); renew the credentials, {}", code, keys);
  if (code == "RequestTimeTooSkewed")
    return fmt::format("found this machine's clock more than 15 minutes from the server's ({}); set it",
                       code);
  if (code == "AuthorizationHeaderMalformed" || code == "PermanentRedirect" || fault.status == 301)
    return fmt::format("found the bucket in another region ({}); say --region {}",
                       code.empty() ? "301" : code,
                       fault.server.region.empty() ? "with its own" : fault.server.region);
  if (fault.status == 401 || fault.status == 403)
    return bucket.credentials ? fmt::format("found access denied ({}); check what the credentials may do, {}",
                                            code.empty() ? fmt::format("{}", fault.status) : code, keys)
                              : fmt::format(
                                    "found access denied ({}) without credentials; set AWS_ACCESS_KEY_ID and "
                                    "AWS_SECRET_ACCESS_KEY, or name a --profile",
                                    code.empty() ? fmt::format("{}", fault.status) : code);
  return {};
}

std::string by_connection(const S3Bucket& bucket, const S3Fault& fault) {
  const std::string server = fmt::format("{}:{}", bucket.host, bucket.port);
  switch (fault.error) {
    case EHOSTUNREACH:
      return fmt::format("found no such host as {} ({}); check --endpoint", bucket.host, fault.words);
    case ETIMEDOUT:
      return fmt::format("found no answer from {} in time; check --endpoint and the network", server);
    case ECONNREFUSED:
      return fmt::format("found nothing that listens at {} ({}); check --endpoint", server,
                         describe_errno(fault.error));
    case EPROTO:
      return fmt::format("found {} at {}; check --endpoint", fault.words.empty() ? "no S3" : fault.words,
                         server);
    default:
      return fmt::format("found {} from {}; try again, or check --endpoint", describe_errno(fault.error),
                         server);
  }
}

}  // namespace

int s3_errno(int status, std::string_view code) {
  if (code == "SlowDown" || status == 429 || status == 503) return EBUSY;
  if (status < 300) return 0;
  if (status < 400) return EPROTO;
  if (status == 404) return ENOENT;
  if (status == 401 || status == 403) return EACCES;
  if (status == 409 || status == 412) return EEXIST;
  if (status == 408) return ETIMEDOUT;
  return status >= 500 ? EREMOTEIO : EPROTO;
}

bool s3_may_retry(int status, std::string_view code) {
  return status == 408 || status == 429 || status >= 500 || code == "SlowDown" || code == "RequestTimeout";
}

std::string s3_sentence(const S3Bucket& bucket, std::string_view wanted, const S3Fault& fault) {
  std::string found = fault.status == 0 ? by_connection(bucket, fault) : by_code(bucket, fault);
  if (found.empty() && !fault.words.empty()) found = by_connection(bucket, fault);
  if (found.empty())
    found = fmt::format("found {} {} from {}{}", fault.status, fault.server.code, bucket.host_header,
                        fault.server.message.empty() ? "" : " (" + fault.server.message + ")");
  return fmt::format("expected to {}, {}", wanted, found);
}

}  // namespace aforo
