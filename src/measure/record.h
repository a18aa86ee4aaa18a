// The Record: plain data with its context, what every command ends in and every report reads.
//
// JSON with SI base units; fractions, not percent; unknown is absent, never 0; no NaN or infinity
// ever. Keys keep the order in which they were set. Keys that other programs rely on are listed in
// docs/record.md; add freely, never rename.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "measure/histogram.h"

namespace aforo {

// Ordered, so that a Record reads as it was written. Copies are deep; a value is not thread-safe.
using Json = nlohmann::ordered_json;

// Changes only when a key changes its meaning or goes; a new key does not change it.
inline constexpr int kRecordSchema = 1;

// The frame of every Record: `schema`, `command`, `aforo_version`, `started`, `machine`,
// `partial` = false, `warnings` = []. `started` is ISO 8601 in UTC ("2026-06-01T12:00:00Z"): the
// caller has the clock.
Json new_record(std::string_view command, std::string_view started, const Json& machine);

// This program's version, as it stands in `aforo_version`.
std::string_view aforo_version();

// Sets `record[key] = value` only if value is finite; else nothing is set, and what was there stays.
void set_number(Json& record, std::string_view key, double value);

// {"count", "mean", "min", "p1", "p5", "p25", "p50", "p75", "p90", "p95", "p99", "p999", "max",
// "relative_error"}: seconds, and the histogram's relative error of the quantiles; {} when empty.
Json percentiles(const Histogram& histogram);

// Indented text with a trailing newline, in UTF-8: bytes that are none (of a path) become U+FFFD.
// Throws std::logic_error on NaN/infinity, naming the key (a bug of ours, never the user's).
std::string to_text(const Json& record);

}  // namespace aforo
