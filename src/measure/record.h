// The Record: plain data with its context, what every command ends in and every report reads.
//
// JSON with SI base units; fractions, not percent; unknown is absent, never 0; no NaN or infinity ever.
// Keys that other programs rely on are listed in docs/record.md; add freely, never rename.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "measure/histogram.h"

namespace aforo {

using Json = nlohmann::ordered_json;

inline constexpr int kRecordSchema = 1;

// `schema`, `command`, `aforo_version`, `started` (ISO 8601 UTC), `machine`, `partial` = false, `warnings` =
// [].
Json new_record(std::string_view command, std::string_view started, const Json& machine);

// Sets `record[key] = value` only if value is finite; absent otherwise.
void set_number(Json& record, std::string_view key, double value);

// {"count", "mean", "min", "p1", "p5", "p25", "p50", "p75", "p90", "p95", "p99", "p999", "max",
// "relative_error"} seconds; {} when empty.
Json percentiles(const Histogram& histogram);

// Text with a trailing newline. Throws std::logic_error on NaN/infinity (a bug of ours, never the user's).
std::string to_text(const Json& record);

}  // namespace aforo
