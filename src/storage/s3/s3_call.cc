#include "storage/s3/s3_call.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

namespace aforo {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kUnsigned = "UNSIGNED-PAYLOAD";

void append_hex(std::string& out, const unsigned char* bytes, std::size_t count) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (std::size_t i = 0; i < count; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
}

void append_sha256(std::string& out, std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  append_hex(out, digest, sizeof digest);
}

void hmac(const unsigned char* key, std::size_t length, std::string_view text, unsigned char* out) {
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key, static_cast<int>(length), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), out, &size) == nullptr)
    throw std::logic_error("HMAC-SHA256 is not there");
}

bool stays_as_it_is(unsigned char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string canonical_query(const S3Call& call) {
  std::vector<std::pair<std::string, std::string>> encoded;
  for (const auto& [name, value] : call.query) {
    auto& [key, text] = encoded.emplace_back();
    encode_into(key, name, false);
    encode_into(text, value, false);
  }
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) out += (out.empty() ? "" : "&") + name + '=' + value;
  return out;
}

}  // namespace

void encode_into(std::string& out, std::string_view text, bool keep_slash) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (stays_as_it_is(byte) || (keep_slash && c == '/')) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
}

S3Signer::S3Signer(std::shared_ptr<const S3Bucket> bucket) : bucket_(std::move(bucket)) {}

void S3Signer::renew_key(std::string_view day) {
  if (scope_day_ == day) return;
  const std::string secret = "AWS4" + bucket_->credentials->secret_key;
  hmac(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), day, key_);
  hmac(key_, sizeof key_, bucket_->region, key_);
  hmac(key_, sizeof key_, "s3", key_);
  hmac(key_, sizeof key_, "aws4_request", key_);
  scope_day_ = day;
}

void S3Signer::append_head(std::string& out, const S3Call& call, std::time_t now) {
  std::tm utc{};
  gmtime_r(&now, &utc);
  char stamp[17];
  std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
  const std::string_view day(stamp, 8);
  const bool has_body = call.method == "PUT" || call.method == "POST";
  const std::string_view hash = !call.body_sha256.empty()         ? call.body_sha256
                                : has_body && call.body_bytes > 0 ? kUnsigned
                                                                  : kEmptyHash;
  char range[64] = "";
  if (call.range)
    *fmt::format_to_n(range, sizeof range - 1, "bytes={}-{}", call.range->first, call.range->last).out = '\0';

  headers_.assign(call.headers.begin(), call.headers.end());
  headers_.emplace_back("host", bucket_->host_header);
  headers_.emplace_back("x-amz-content-sha256", hash);
  headers_.emplace_back("x-amz-date", std::string_view(stamp, 16));
  if (call.range) headers_.emplace_back("range", range);
  const S3Credentials* const who = bucket_->credentials.get();
  if (who != nullptr && !who->session_token.empty())
    headers_.emplace_back("x-amz-security-token", who->session_token);
  std::sort(headers_.begin(), headers_.end());

  path_.clear();
  if (bucket_->path_style) (path_ += '/') += bucket_->bucket;
  if (!call.key.empty() || path_.empty()) path_ += '/';
  encode_into(path_, call.key, true);
  const std::string query = canonical_query(call);

  ((out += call.method) += ' ') += path_;
  if (!query.empty()) (out += '?') += query;
  out += " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers_) (((out += name) += ": ") += value) += "\r\n";
  if (has_body) fmt::format_to(std::back_inserter(out), "content-length: {}\r\n", call.body_bytes);
  if (who != nullptr) append_authorization(out, call, query, std::string_view(stamp, 16), day, hash);
  out += "\r\n";
}

void S3Signer::append_authorization(std::string& out, const S3Call& call, std::string_view query,
                                    std::string_view stamp, std::string_view day, std::string_view hash) {
  renew_key(day);
  canonical_.clear();
  ((canonical_ += call.method) += '\n') += path_;
  ((canonical_ += '\n') += query) += '\n';
  for (const auto& [name, value] : headers_) (((canonical_ += name) += ':') += value) += '\n';
  canonical_ += '\n';
  const std::size_t names = canonical_.size();
  for (const auto& [name, value] : headers_) (canonical_ += name) += ';';
  canonical_.pop_back();
  const std::string_view signed_names = std::string_view(canonical_).substr(names);
  to_sign_.assign(kAlgorithm);
  ((to_sign_ += '\n') += stamp) += '\n';
  const std::size_t scope = to_sign_.size();
  (((to_sign_ += day) += '/') += bucket_->region) += "/s3/aws4_request";
  const std::size_t scope_bytes = to_sign_.size() - scope;
  to_sign_ += '\n';
  ((out += "authorization: ") += kAlgorithm) += " Credential=";
  ((out += bucket_->credentials->access_key) += '/') += std::string_view(to_sign_).substr(scope, scope_bytes);
  ((out += ", SignedHeaders=") += signed_names) += ", Signature=";
  (canonical_ += '\n') += hash;
  append_sha256(to_sign_, canonical_);
  unsigned char signature[SHA256_DIGEST_LENGTH];
  hmac(key_, sizeof key_, to_sign_, signature);
  append_hex(out, signature, sizeof signature);
  out += "\r\n";
}

std::string crc32c_base64(std::uint32_t crc) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out(8, '=');
  for (unsigned i = 0; i < 5; ++i) out[i] = kLetters[(crc >> (26 - 6 * i)) & 63];
  out[5] = kLetters[(crc & 3) << 4];
  return out;
}

}  // namespace aforo
