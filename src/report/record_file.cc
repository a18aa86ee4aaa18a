#include "report/record_file.h"

#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "measure/read_json.h"
#include "report/value.h"
#include "report/view.h"

namespace aforo {

Json parse_record(std::string_view text) {
  Json record = read_json(text, "a Record");
  if (!record.is_object() || !record.contains("schema") || !record.contains("command"))
    throw UserError("expected a Record of aforo, found other JSON (a Record has 'schema' and 'command')");
  const Json& schema = record["schema"];
  if (schema.is_number_integer() && schema == kRecordSchema) return record;
  const std::string version = word(record, {"aforo_version"});
  throw UserError(fmt::format(
      "expected a Record of schema {}, found {}{}; open it with the aforo that wrote it", kRecordSchema,
      schema.is_number_integer() ? fmt::format("one of schema {}", schema.get<std::int64_t>())
                                 : std::string("one without a number there"),
      version.empty() ? "" : fmt::format(", written by aforo {}", cut_to(version, 40))));
}

}  // namespace aforo
