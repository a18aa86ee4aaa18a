// What a Record is about: the few facts that stand in more than one key, each found in one place for the
// pages and for CSV. "" or absent where the Record does not say. Pure, thread-safe; never throws.
#pragma once

#include <optional>
#include <string>

#include "measure/record.h"

namespace aforo {

// `config.workload`: of several jobs "2 jobs".
std::string workload_name(const Json& record);

// The dataset's: `config.directory` of a job, else `directory`.
std::string directory_of_run(const Json& record);

// How bytes moved: `engine`, else what was asked for, `config.engine`.
std::string engine_of(const Json& record);

// The utilisation that is wanted, a fraction: `au_target`, else `config.au_target`, else the `threshold` of a
// search.
std::optional<double> au_target(const Json& record);

// Whether the Record's echo of the command line asks for more than the first screen: --full, --explain.
bool asks_for_all(const Json& record);

// "2026-06-01 12:00 UTC" of `started`; as it stands there if it is no ISO 8601 time in UTC.
std::string started_text(const Json& record);

}  // namespace aforo
