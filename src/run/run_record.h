// From a measured job to its Record: the keys of docs/record.md, nothing decided here.
#pragma once

#include "measure/record.h"
#include "measure/verdict.h"
#include "run/job_setup.h"
#include "run/measured_job.h"
#include "run/run_evidence.h"

namespace aforo {

// The context every command's Record starts with: machine, filesystem of `directory`, time.
Json start_record(std::string_view command, const std::string& directory);

// Fills in what `job` measured: utilisation by name, throughput, waits, bytes, client cost, faults.
void add_measurement(Json& record, const MeasuredJob& job, const JobPlan& plan, const RunOptions& options,
                     const Layout& layout);

void add_verdict(Json& record, const Verdict& verdict);

}  // namespace aforo
