// From a measured job to its Record: the keys of docs/record.md, nothing decided here.
#pragma once

#include <string>
#include <vector>

#include "measure/record.h"
#include "measure/verdict.h"
#include "train/job_setup.h"
#include "train/measured_job.h"
#include "train/run_evidence.h"

namespace aforo {

// Fills in what `job` measured: utilisation by name, throughput, waits, bytes, client cost, faults.
// Sets keys and appends warnings; keys that are there already are replaced. What is unknown is left
// out. On an engine that moves no bytes there is nothing of bytes, devices or caches.
void add_measurement(Json& record, const MeasuredJob& job, const JobPlan& plan, const RunOptions& options,
                     const Layout& layout);

// The failures that were kept by example, as sentences without their count: "path: what: why".
// At most ReaderStats::kMaxExamples, each file once per kind. `timeout`: what a hung read waited
// for.
std::vector<std::string> failures_in_words(const ReaderStats& stats, const Layout& layout, Seconds timeout);

// Under `verdict`: limit, text, evidence, advice, as verdict_of gave them.
void add_verdict(Json& record, const Verdict& verdict);

}  // namespace aforo
