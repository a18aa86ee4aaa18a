#include "storage/s3/s3_bucket.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace aforo {
namespace {

constexpr std::string_view kScheme = "s3://";

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_address(std::string_view name) {
  return std::count(name.begin(), name.end(), '.') == 3 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool may_be_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && is_lower_or_digit(name.front()) &&
         is_lower_or_digit(name.back()) && name.find("..") == name.npos && !is_address(name) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; });
}

// What stands in a request's head may break no line of it.
bool is_host_letter(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '_';
}

// False where a part of "a/b/c" is empty, "." or "..".
bool has_plain_parts(std::string_view prefix) {
  for (std::size_t at = 0; at <= prefix.size();) {
    const std::size_t end = std::min(prefix.find('/', at), prefix.size());
    const std::string_view part = prefix.substr(at, end - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = end + 1;
  }
  return true;
}

[[noreturn]] void refuse_endpoint(const std::string& text) {
  if (text.find('@') != std::string::npos)  // what stands before it may be a secret
    throw UserError(
        "expected an endpoint as http://HOST[:PORT] or https://HOST[:PORT], found one with a user; name the server "
        "alone, and its keys as docs/object-stores.md says");
  throw UserError(fmt::format(
      "expected an endpoint as http://HOST[:PORT] or https://HOST[:PORT], found {}; name the server alone",
      quote(text)));
}

// Into tls, host and port of `bucket`.
void take_endpoint(S3Bucket& bucket, const std::string& text) {
  std::string_view rest = text;
  bucket.tls = rest.starts_with("https://");
  if (!bucket.tls && !rest.starts_with("http://")) refuse_endpoint(text);
  rest.remove_prefix(bucket.tls ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty() || rest.find('@') != rest.npos) refuse_endpoint(text);
  bucket.port = bucket.tls ? 443 : 80;
  const bool is_bracketed = rest.front() == '[';
  const std::size_t bracket = is_bracketed ? rest.find(']') : 0;
  if (bracket == rest.npos) refuse_endpoint(text);
  const std::size_t colon = rest.find(':', bracket);
  if (colon != rest.npos) {
    const std::string_view digits = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bucket.port);
    if (error != std::errc() || end != digits.data() + digits.size() || bucket.port == 0)
      refuse_endpoint(text);
    rest = rest.substr(0, colon);
  }
  if (is_bracketed && bracket + 1 != rest.size()) refuse_endpoint(text);
  bucket.host = is_bracketed ? rest.substr(1, bracket - 1) : rest;
  if (bucket.host.empty() || !std::all_of(bucket.host.begin(), bucket.host.end(), [&](char c) {
        return is_host_letter(c) || (is_bracketed && c == ':');
      }))
    refuse_endpoint(text);
}

// Where Amazon serves the region.
std::string amazons_endpoint(const std::string& region) {
  return fmt::format("https://s3.{}.amazonaws.com{}", region, region.starts_with("cn-") ? ".cn" : "");
}

std::string first_of(std::initializer_list<std::optional<std::string>> candidates) {
  for (const auto& one : candidates)
    if (one && !one->empty()) return *one;
  return {};
}

std::optional<std::string> of_profile(const S3Profile& profile, std::string_view key) {
  const auto found = profile.find(key);
  return found == profile.end() ? std::nullopt : std::optional(found->second);
}

S3Bucket named_bucket(const std::string& where) {
  S3Bucket bucket;
  std::string_view rest = std::string_view(where).substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t slash = rest.find('/');
  bucket.bucket = rest.substr(0, slash);
  if (!may_be_bucket(bucket.bucket))
    throw UserError(fmt::format(
        "expected s3://BUCKET/PREFIX with a bucket of 3 to 63 letters in lower case, digits, '.' and '-', found '{}'",
        where));
  if (slash != rest.npos) {
    const std::string_view prefix = rest.substr(slash + 1);
    if (!has_plain_parts(prefix))
      throw UserError(fmt::format("expected a prefix without empty parts, '.' and '..', found '{}'", where));
    bucket.prefix = std::string(prefix) + '/';
  }
  bucket.where = std::string(kScheme) + std::string(rest);
  return bucket;
}

}  // namespace

S3Bucket resolve_s3(const std::string& where, const RemoteAccess& access, const Environment& environment) {
  S3Bucket bucket = named_bucket(where);
  const S3Profile profile = s3_profile(access.profile, environment);
  bucket.region = first_of({access.region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"),
                            of_profile(profile, "region"), "us-east-1"});
  if (!std::all_of(bucket.region.begin(), bucket.region.end(), is_host_letter))
    throw UserError(fmt::format(
        "expected a region as us-east-1, found {}; name another (--region, AWS_REGION or the profile's)",
        quote(bucket.region)));
  const std::string endpoint =
      first_of({access.endpoint, environment("AWS_ENDPOINT_URL_S3"), environment("AWS_ENDPOINT_URL"),
                of_profile(profile, "endpoint_url")});
  take_endpoint(bucket, endpoint.empty() ? amazons_endpoint(bucket.region) : endpoint);
  bucket.ca_file = first_of({environment("AWS_CA_BUNDLE"), of_profile(profile, "ca_bundle")});
  const bool at_amazon =
      bucket.host.ends_with(".amazonaws.com") || bucket.host.ends_with(".amazonaws.com.cn");
  // A certificate for *.s3.amazonaws.com vouches for one more part of a name.
  const bool plain_name = bucket.bucket.find('.') == std::string::npos;
  bucket.path_style = access.style == BucketStyle::kPath ||
                      (access.style == BucketStyle::kAuto && !(at_amazon && plain_name));
  if (!bucket.path_style && (is_address(bucket.host) || bucket.host.find(':') != std::string::npos))
    throw UserError(fmt::format(
        "expected an endpoint with a name for the bucket to stand before, found the address '{}'; say --bucket-style path",
        bucket.host));
  if (!bucket.path_style) bucket.host = bucket.bucket + '.' + bucket.host;
  bucket.host_header = bucket.host.find(':') == std::string::npos ? bucket.host : '[' + bucket.host + ']';
  if (bucket.port != (bucket.tls ? 443 : 80)) bucket.host_header += fmt::format(":{}", bucket.port);
  bucket.credentials = find_s3_credentials(access.profile, profile, environment);
  return bucket;
}

}  // namespace aforo
