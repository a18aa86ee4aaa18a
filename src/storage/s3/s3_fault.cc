#include "storage/s3/s3_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"

namespace aforo {
namespace {

constexpr std::size_t kMostSaid = 300;  // bytes of a server's words, chosen: some send a page

// What a server says, so that a terminal can show it.
std::string shown(std::string_view said) {
  std::string out(said.substr(0, kMostSaid));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return said.size() > kMostSaid ? out + "..." : out;
}

// What a server says of a region or a host, to be said to a shell; empty where it says something else.
std::string name_or_nothing(const std::string& said) {
  const bool is_name = std::all_of(said.begin(), said.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  return is_name && said.size() <= kMostSaid ? said : std::string();
}

std::string whose_keys(const S3Bucket& bucket) {
  return bucket.credentials ? "those of " + bucket.credentials->source : std::string("none");
}

// The bucket is served elsewhere: there, where the server says so.
std::string elsewhere(const S3Bucket& bucket, const S3Fault& fault, const std::string& code) {
  if (const std::string region = name_or_nothing(fault.server.region); !region.empty())
    return fmt::format("found the bucket in another region ({}); say --region {}", code, region);
  std::string host = name_or_nothing(fault.server.endpoint);
  if (const std::string before = bucket.bucket + '.'; host.starts_with(before)) host.erase(0, before.size());
  if (!host.empty())
    return fmt::format("found the bucket at another endpoint ({}); say --endpoint {}://{}", code,
                       bucket.tls ? "https" : "http", host);
  return fmt::format(
      "found that {} sends elsewhere ({}); check --endpoint (http:// or https://) and --region {}",
      bucket.host_header, code, bucket.region);
}

// What was found and what to do, by the server's code; empty for a code that explains itself no further.
std::string by_code(const S3Bucket& bucket, const S3Fault& fault) {
  const std::string code =
      fault.server.code.empty() ? fmt::format("{}", fault.status) : shown(fault.server.code);
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
  if (fault.status == 412 || code == "ConditionalRequestConflict")
    return fmt::format("found that another writer was there first ({} {}); let one write at a time",
                       fault.status, code);
  if (code == "AuthorizationHeaderMalformed" && name_or_nothing(fault.server.region).empty()) return {};
  if (code == "AuthorizationHeaderMalformed" || (fault.status >= 300 && fault.status < 400))
    return elsewhere(bucket, fault, code);
  if (fault.status != 401 && fault.status != 403) return {};
  if (bucket.credentials)
    return fmt::format("found access denied ({}); check what the credentials may do, {}", code, keys);
  return fmt::format(
      "found access denied ({}) without credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a "
      "--profile",
      code);
}

// What to do about an answer that no code explains.
std::string advice_for(const S3Fault& fault) {
  if (fault.error == EBUSY) return "ask for less at once, or try again later";
  if (fault.status >= 500) return "try again later, or see to the server";
  if (fault.status == 404) return "name what is there";
  return "check --endpoint and --region";
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
      return fmt::format("found {} at {}; check --endpoint (http:// or https://){}",
                         fault.words.empty() ? "no S3" : fault.words, server,
                         bucket.tls ? ", or name the certificates to trust in AWS_CA_BUNDLE" : "");
    default:
      return fmt::format("found {} from {}; try again, or check --endpoint", describe_errno(fault.error),
                         server);
  }
}

}  // namespace

int s3_errno(int status, std::string_view code) {
  if (code == "SlowDown" || status == 429 || status == 503) return EBUSY;
  if (status < 300) return 0;
  if (code == "RequestTimeout") return ETIMEDOUT;
  if (code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired") return EACCES;
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
  std::string found;
  if (fault.status == 0) {
    found = by_connection(bucket, fault);
  } else if (fault.server.code.empty() && !fault.words.empty()) {
    found = fmt::format("found {} at {}:{} ({}); check --endpoint", shown(fault.words), bucket.host,
                        bucket.port, fault.status);
  } else {
    found = by_code(bucket, fault);
  }
  if (found.empty())
    found = fmt::format(
        "found {} {} from {}{}; {}", fault.status, shown(fault.server.code), bucket.host_header,
        fault.server.message.empty() ? "" : " (" + shown(fault.server.message) + ")", advice_for(fault));
  return fmt::format("expected to {}, {}", wanted, found);
}

}  // namespace aforo
