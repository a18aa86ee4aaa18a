// The parts that several asks share: which job is meant, and how the engine reads.
//
// Their rows stand in job_rows.h. Plain values; not thread-safe while somebody changes them.
#pragma once

#include <string>
#include <vector>

#include "answer/row.h"
#include "storage/engine_kind.h"
#include "workload/spec.h"

namespace aforo {

// Whatever may set fields of a workload.
struct FieldsAsk : Ask {
  Repeated set;          // "loader.workers=8"
  Repeated assignments;  // the same as bare words
};

// A job: a preset or a file, a dataset instead of its own, and fields over it.
struct WorkloadAsk : FieldsAsk {
  Setting<std::string> workload;  // W: a preset's name or a path
  Setting<std::string> dlio;      // a path of the benchmark's own file, instead of W
  Setting<std::string> dataset;   // a path of a dataset block
};

// The fields of a job that have an option of their own. What is not given stays as the workload has it.
struct JobAsk : WorkloadAsk {
  Setting<std::uint64_t> accelerators, epochs, steps, batch_size, workers, prefetch;
  Setting<Seconds> step_time;
  Setting<double> au_target;  // fraction
  Setting<bool> asynchronous = false;
  Setting<ReadMode> read = ReadMode::kBuffered;
  Setting<Bytes> transfer_size;
  Setting<Deliver> deliver = Deliver::kDiscard;
};

// How bytes move on this machine; of what reads a storage.
struct EngineAsk {
  Setting<EngineKind> engine = EngineKind::kAuto;  // one that jobs may name
  Setting<std::uint64_t> threads = 0;              // I/O loops; 0 = one per core
  Setting<Seconds> timeout = Seconds{30};          // of one read; 0 = never
};

std::vector<std::string> engine_words();  // "auto", "io_uring", ...: the engines that a job may name

// Everything that changes the workload, as "dotted.key=value": options with a key in the order of the rows, then
// --set and bare words in theirs, so that what was said most precisely wins.
std::vector<std::string> overrides_of(const FieldsAsk& ask);

// The workload that is meant: W or --dlio, --dataset over it, then all overrides, then `last`; validated together.
// `preset` stands in for W where it is not empty. Reads the files that are named. Throws UserError.
Workload workload_of(const WorkloadAsk& ask, const std::string& preset = {},
                     const std::vector<std::string>& last = {});

// `asked` threads; throws UserError for more than makes sense: 16 times the cores, at least 64, at most 1024.
unsigned threads_of(std::uint64_t asked);

}  // namespace aforo
