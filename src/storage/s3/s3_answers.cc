#include "storage/s3/s3_answers.h"

#include <charconv>
#include <iterator>
#include <pugixml.hpp>

#include <fmt/format.h>

namespace aforo {
namespace {

// The root where the text is XML and its root has that name; namespaces are not looked at, as servers differ in them.
pugi::xml_node root_of(pugi::xml_document& document, std::string_view xml, const char* name) {
  if (!document.load_buffer(xml.data(), xml.size())) return {};
  return document.child(name);
}

std::string text_of(const pugi::xml_node& node, const char* name) { return node.child(name).text().get(); }

int hex_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// As encoding-type=url asks for; a '+' is a blank there.
std::string decoded(std::string_view text, bool encoded) {
  if (!encoded) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_of(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_of(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// Whether an encoder of URLs could have written it.
bool may_be_encoded(std::string_view text) {
  constexpr std::string_view kNever = " \"<>&#\\^`{|}";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < ' ' || c >= 0x7f || kNever.find(text[i]) != kNever.npos) return false;
    if (c == '%' && (i + 2 >= text.size() || hex_of(text[i + 1]) < 0 || hex_of(text[i + 2]) < 0))
      return false;
  }
  return true;
}

// Some servers (s3s-fs 0.14.1) say that they encode names, and do not.
bool encodes_names(const pugi::xml_node& list) {
  if (text_of(list, "EncodingType") != "url") return false;
  for (const pugi::xml_node& object : list.children("Contents"))
    if (!may_be_encoded(object.child("Key").text().get())) return false;
  for (const pugi::xml_node& prefix : list.children("CommonPrefixes"))
    if (!may_be_encoded(prefix.child("Prefix").text().get())) return false;
  return true;
}

std::string without_quotes(std::string text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

void escape_into(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '&' || c == '<' || c == '>' || static_cast<unsigned char>(c) < ' ')
      fmt::format_to(std::back_inserter(out), "&#x{:X};", static_cast<unsigned>(c));
    else
      out += c;
  }
}

}  // namespace

std::optional<S3Error> read_s3_error(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node error = root_of(document, xml, "Error");
  if (!error || !error.child("Code")) return std::nullopt;
  return S3Error{text_of(error, "Code"), text_of(error, "Message"), text_of(error, "Region"),
                 text_of(error, "Endpoint")};
}

std::optional<S3ListPage> read_s3_list(std::string_view xml) {
  pugi::xml_document document;
  const pugi::xml_node list = root_of(document, xml, "ListBucketResult");
  if (!list) return std::nullopt;
  const bool encoded = encodes_names(list);
  S3ListPage page;
  const std::string truncated = text_of(list, "IsTruncated");
  if (truncated != "true" && truncated != "false") return std::nullopt;  // a listing could end too early
  page.truncated = truncated == "true";
  page.next = text_of(list, "NextContinuationToken");
  if (page.truncated && page.next.empty()) return std::nullopt;
  for (const pugi::xml_node& object : list.children("Contents")) {
    const std::string size = text_of(object, "Size");
    S3ListPage::Object one{decoded(text_of(object, "Key"), encoded), 0,
                           without_quotes(text_of(object, "ETag"))};
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), one.size);
    if (one.key.empty() || error != std::errc() || end != size.data() + size.size()) return std::nullopt;
    page.objects.push_back(std::move(one));
  }
  for (const pugi::xml_node& prefix : list.children("CommonPrefixes"))
    page.common_prefixes.push_back(decoded(text_of(prefix, "Prefix"), encoded));
  return page;
}

std::optional<std::string> read_s3_upload(std::string_view xml) {
  pugi::xml_document document;
  std::string id = text_of(root_of(document, xml, "InitiateMultipartUploadResult"), "UploadId");
  if (id.empty()) return std::nullopt;
  return id;
}

std::string complete_upload_xml(const std::vector<std::pair<std::string, std::string>>& parts) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  std::size_t number = 0;
  for (const auto& [etag, crc32c] : parts) {
    fmt::format_to(std::back_inserter(out), "<Part><PartNumber>{}</PartNumber><ETag>", ++number);
    escape_into(out, etag);
    fmt::format_to(std::back_inserter(out), "</ETag><ChecksumCRC32C>{}</ChecksumCRC32C></Part>", crc32c);
  }
  return out + "</CompleteMultipartUpload>";
}

}  // namespace aforo
