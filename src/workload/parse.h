// Words into Workloads: presets, aforo's own YAML, the benchmark's YAML, and `key=value` overrides.
//
// One declaration per field (fields.cc) drives parsing, validation, --set, the --dry-run echo and
// docs/reference.md. All functions are thread-safe. Failure: UserError with file, line, what was expected,
// what was found, and the nearest known key.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workload/field_doc.h"
#include "workload/presets.h"
#include "workload/spec.h"
#include "workload/use.h"

namespace aforo {

// Whose file it is: told by its sections where nobody says.
enum class Dialect { kDetect, kAforo, kDlio };

// `what` is a preset's name or a path to a YAML file (a name with '/' or ending in .yaml/.yml is a
// path). `overrides` are "dotted.key=value" in order, applied after the file, then everything is
// validated together. DLIO's own override keys ("workload.reader.batch_size=8",
// "reader.read_threads=4") are understood for DLIO files. What comes back is complete and
// consistent as far as `use` goes; Workload::warnings says what was asked for and is not honoured.
Workload load_workload(std::string_view what, std::span<const std::string> overrides = {},
                       Dialect dialect = Dialect::kDetect, Use use = Use::kJob);

// Whether one of the assignments sets that field, in any spelling that load_workload takes
// ("++dataset.samples=5", "dataset.samples = 5").
bool sets_field(std::span<const std::string> overrides, std::string_view field);

// Half a sentence on what is wrong with `value` for the field of that key, "expected ..., found ...", as
// --set would find it; "" where it is good, whatever the rest of the job is.
std::string field_problem(std::string_view key, std::string_view value);

// From text already in memory (tests, fuzzing); pure. `file` only names it in messages and, by its
// stem, a job that has no name.
Workload parse_workload(std::string_view text, std::string_view file,
                        std::span<const std::string> overrides = {}, Dialect dialect = Dialect::kDetect,
                        Use use = Use::kJob);

// The complete resolved workload as aforo YAML with units; parse_workload(to_yaml(w)) == w field by
// field, but for `origin` and `warnings` (which stand as comments).
std::string to_yaml(const Workload& workload);

// Only its `dataset:` block (what `aforo inspect` writes and `run`, `generate`, `size` accept by
// --dataset), and back: validated like a whole workload's.
std::string dataset_to_yaml(const DatasetSpec& dataset);
DatasetSpec parse_dataset_block(std::string_view text, std::string_view file);

// Only its `checkpoint:` block, and back: validated like that of a job.
std::string checkpoint_to_yaml(const CheckpointSpec& checkpoint);
CheckpointSpec parse_checkpoint_block(std::string_view text, std::string_view file);

// The preset of that name, and no file. UserError with the nearest names.
Workload load_preset(std::string_view name);

}  // namespace aforo
