#include "report/record_file.h"

#include <fmt/format.h>

#include "base/error.h"
#include "report/view.h"

namespace aforo {
namespace {

constexpr std::string_view kHowToGet = "--json FILE of a command writes one";

// Deeper than any Record; a parser without a bound would follow brackets until its stack ends.
constexpr int kMostDepth = 64;

bool too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMostDepth) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Json record_of_text(std::string_view text, const std::string& path) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    throw UserError(fmt::format("{}: expected a Record, found an empty file; {}", path, kHowToGet));
  if (too_deep(text))
    throw UserError(fmt::format("{}: expected a Record, found JSON nested over {} deep", path, kMostDepth));
  Json record = Json::parse(text, nullptr, false);
  if (record.is_discarded())
    throw UserError(fmt::format(
        "{}: expected a Record, found {}; {}", path,
        text.find('{') == text.find_first_not_of(" \t\r\n") ? "JSON that is cut short or damaged" : "no JSON",
        kHowToGet));
  const auto schema = number(record, {"schema"});
  if (!record.is_object() || !schema || word(record, {"command"}).empty())
    throw UserError(
        fmt::format("{}: expected a Record, found JSON without 'schema' and 'command'; {}", path, kHowToGet));
  if (*schema != kRecordSchema)
    throw UserError(fmt::format("{}: expected a Record of schema {}, found {}; this is aforo {}", path,
                                kRecordSchema, *schema, aforo_version()));
  return record;
}

}  // namespace aforo
