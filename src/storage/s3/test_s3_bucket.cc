#include "storage/s3/test_s3_bucket.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <pugixml.hpp>
#include <span>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "storage/s3/s3_call.h"

namespace aforo {
namespace {

constexpr std::size_t kLeastPart = 5 << 20;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += std::isalnum(static_cast<unsigned char>(c)) ||
                   std::string_view("-._~/").find(c) != std::string_view::npos
               ? std::string(1, c)
               : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

std::string parameter_of(const std::string& query, const std::string& name) {
  const std::string all = "&" + query;
  const std::size_t at = all.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 2;
  return unescaped(all.substr(begin, all.find('&', begin) - begin));
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::uint32_t crc_of(const std::string& bytes) { return crc32c(std::as_bytes(std::span(bytes))); }

std::string etag_of(const std::string& content) {
  return fmt::format("\"{:x}\"", std::hash<std::string>{}(content));
}

// Where one is said, it is that of the body.
bool fits(const SeenRequest& request, const std::string& body) {
  const std::string said = field_of(request.head, "x-amz-checksum-crc32c");
  return said.empty() || said == crc32c_base64(crc_of(body));
}

}  // namespace

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ec == std::errc()) {
      out += static_cast<char>(value);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string field_of(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

TestReply error_reply(int status, const std::string& code) {
  return {status,
          {"content-type: application/xml"},
          "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>as told</Message></Error>"};
}

TestReply TestBucket::answer(const SeenRequest& request, const std::string& body) {
  if (request.key.empty()) return listing(request);
  const std::string id = parameter_of(request.query, "uploadId");
  if (!id.empty()) return upload(request, id, body);
  if (request.method == "GET" || request.method == "HEAD") return get(request);
  if (request.method == "PUT") return put(request, body);
  if (request.method == "POST" && request.query.starts_with("uploads")) {
    const std::string made = fmt::format("upload/{}+x", ++begun_);
    uploads_[made].key = request.key;
    return {
        200,
        {},
        "<InitiateMultipartUploadResult><UploadId>" + made + "</UploadId></InitiateMultipartUploadResult>"};
  }
  if (request.method != "DELETE") return error_reply(405, "MethodNotAllowed");
  objects.erase(request.key);
  return {204, {}, ""};
}

TestReply TestBucket::get(const SeenRequest& request) const {
  const auto found = objects.find(request.key);
  if (const auto zeros = sparse.find(request.key); zeros != sparse.end())
    return get_zeros(request, zeros->second);
  if (found == objects.end()) return error_reply(404, "NoSuchKey");
  const std::string& content = found->second;
  const std::string etag = etag_of(content);
  if (const std::string wanted = field_of(request.head, "if-match"); !wanted.empty() && wanted != etag)
    return error_reply(412, "PreconditionFailed");
  std::vector<std::string> headers = {"etag: " + etag};
  if (field_of(request.head, "x-amz-checksum-mode") == "ENABLED") {
    const auto parts = checksums_.find(request.key);
    const bool whole = parts == checksums_.end();
    headers.push_back("x-amz-checksum-crc32c: " + (whole ? crc32c_base64(crc_of(content)) : parts->second));
    headers.push_back(whole ? "x-amz-checksum-type: FULL_OBJECT" : "x-amz-checksum-type: COMPOSITE");
  }
  if (request.range.empty()) return {200, headers, content};
  const std::string_view range = std::string_view(request.range).substr(6);
  const std::size_t dash = range.find('-');
  const std::uint64_t first = number_of(range.substr(0, dash));
  if (first >= content.size()) return error_reply(416, "InvalidRange");
  const std::uint64_t last = std::min<std::uint64_t>(number_of(range.substr(dash + 1)), content.size() - 1);
  headers.push_back(fmt::format("content-range: bytes {}-{}/{}", first, last, content.size()));
  return {206, headers, content.substr(first, last - first + 1)};
}

TestReply TestBucket::get_zeros(const SeenRequest& request, std::uint64_t size) {
  if (request.method == "HEAD") return {200, {"etag: \"zeros\""}, "", size};
  const std::string_view range = std::string_view(request.range).substr(6);
  const std::size_t dash = range.find('-');
  const std::uint64_t first = number_of(range.substr(0, dash));
  const std::uint64_t last = std::min(number_of(range.substr(dash + 1)), size - 1);
  return {206,
          {fmt::format("content-range: bytes {}-{}/{}", first, last, size)},
          std::string(last - first + 1, '\0')};
}

bool TestBucket::may_put(const SeenRequest& request) const {
  const auto found = objects.find(request.key);
  const std::string same = field_of(request.head, "if-match");
  if (!same.empty() && (found == objects.end() || etag_of(found->second) != same)) return false;
  return field_of(request.head, "if-none-match") != "*" || found == objects.end();
}

TestReply TestBucket::put(const SeenRequest& request, const std::string& body) {
  if (!may_put(request)) return error_reply(412, "PreconditionFailed");
  if (!fits(request, body)) return error_reply(400, "BadDigest");
  objects[request.key] = body;
  checksums_.erase(request.key);
  return {200, {"etag: " + etag_of(body)}, ""};
}

TestReply TestBucket::upload(const SeenRequest& request, const std::string& id, const std::string& body) {
  const auto found = uploads_.find(id);
  if (found == uploads_.end() || found->second.key != request.key) return error_reply(404, "NoSuchUpload");
  if (request.method == "DELETE") {
    uploads_.erase(found);
    return {204, {}, ""};
  }
  if (request.method == "POST") {
    TestReply reply = complete(request, found->second, body);
    if (reply.status == 200) uploads_.erase(found);
    return reply;
  }
  if (!fits(request, body)) return error_reply(400, "BadDigest");
  found->second.parts[static_cast<unsigned>(number_of(parameter_of(request.query, "partNumber")))] = body;
  return {200, {"etag: " + etag_of(body)}, ""};
}

// The parts that the body names, in its order, each by its ETag and checksum.
TestReply TestBucket::complete(const SeenRequest& request, const Upload& upload, const std::string& body) {
  if (!may_put(request)) return error_reply(412, "PreconditionFailed");
  pugi::xml_document document;
  document.load_buffer(body.data(), body.size());
  std::string whole, crcs;
  unsigned count = 0;
  std::size_t last = kLeastPart;
  for (const pugi::xml_node& part : document.child("CompleteMultipartUpload").children("Part")) {
    const auto found = upload.parts.find(part.child("PartNumber").text().as_uint());
    if (found == upload.parts.end() || etag_of(found->second) != part.child("ETag").text().get())
      return error_reply(400, "InvalidPart");
    const std::uint32_t crc = crc_of(found->second);
    if (crc32c_base64(crc) != part.child("ChecksumCRC32C").text().get())
      return error_reply(400, "InvalidPart");
    if (last < kLeastPart) return error_reply(400, "EntityTooSmall");
    last = found->second.size();
    whole += found->second;
    for (const unsigned shift : {24u, 16u, 8u, 0u}) crcs += static_cast<char>(crc >> shift);
    ++count;
  }
  if (count == 0) return error_reply(400, "MalformedXML");
  objects[request.key] = whole;
  checksums_[request.key] = fmt::format("{}-{}", crc32c_base64(crc_of(crcs)), count);
  return {200, {}, "<CompleteMultipartUploadResult><Key>x</Key></CompleteMultipartUploadResult>"};
}

// Keys after the token, which is the last one told; common prefixes count as keys.
TestReply TestBucket::listing(const SeenRequest& request) const {
  const std::string prefix = parameter_of(request.query, "prefix"),
                    delimiter = parameter_of(request.query, "delimiter"),
                    token = parameter_of(request.query, "continuation-token");
  const std::string asked = parameter_of(request.query, "max-keys");
  const std::size_t most = std::min<std::uint64_t>(asked.empty() ? 1000 : number_of(asked), page);
  std::string out, last, common;
  std::size_t told = 0;
  bool truncated = false;
  for (auto at = objects.lower_bound(std::max(prefix, token));
       at != objects.end() && at->first.starts_with(prefix); ++at) {
    const std::string& key = at->first;
    if (!token.empty() &&
        (key <= token || (token.ends_with('/') && !delimiter.empty() && key.starts_with(token))))
      continue;
    const std::size_t cut = delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
    const std::string group = cut == std::string::npos ? std::string() : key.substr(0, cut + 1);
    if (!group.empty() && group == common) continue;
    if (told == most) {
      truncated = true;
      break;
    }
    ++told;
    last = group.empty() ? key : group;
    if (group.empty()) {
      out += fmt::format("<Contents><Key>{}</Key><Size>{}</Size><ETag>{}</ETag></Contents>", escaped(key),
                         at->second.size(), etag_of(at->second));
    } else {
      common = group;
      out += fmt::format("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", escaped(group));
    }
  }
  return {200,
          {"content-type: application/xml"},
          fmt::format(
              "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
              "<EncodingType>url</EncodingType><IsTruncated>{}</IsTruncated>{}{}</ListBucketResult>",
              truncated ? "true" : "false",
              truncated ? "<NextContinuationToken>" + last + "</NextContinuationToken>" : "", out)};
}

}  // namespace aforo
