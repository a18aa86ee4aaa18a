// Comma-separated values (RFC 4180): a Record as one row, and the steps of a run.
//
// Lines end with CRLF as the RFC asks; every common reader takes them. Unknown is an empty field, never 0.
// Numbers are SI and unrounded, with a point, in any locale. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"
#include "measure/record.h"

namespace aforo {

// The field, in quotes where it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);

std::string summary_header();  // the same columns for every command
std::string summary_row(const Json& record);
std::string summary_csv(const Json& record);  // header and row

struct StepRow {
  std::uint32_t rank = 0, epoch = 0;  // from 0, from 1
  std::uint64_t step = 0;             // from 0, within the epoch
  Seconds load_wait{0}, compute{0}, barrier_wait{0};
};
std::string steps_header();  // "rank,epoch,step,load_wait_s,compute_s,barrier_wait_s"
void append_step(std::string& out,
                 const StepRow& row);  // to a buffer that the caller writes: millions of rows

}  // namespace aforo
