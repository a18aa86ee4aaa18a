// The benchmark's own workload files (DLIO YAML), read as they are.
//
// What aforo honours is translated; what it does not becomes one warning per key in
// Workload::warnings. Numbers there carry no units: bytes and seconds. Defaults are DLIO's.
// Translation of what is not one to one:
//
//   record_length_bytes_stdev     the rectangle of two normal sides that DLIO draws
//                                 (LawKind::kProductOfNormals)
//   prefetch_size                 pytorch: ceil(prefetch_size / read_threads) batches per worker, 0 is
//                                 torch's 2; tensorflow: batches per accelerator
//   file_shuffle, sample_shuffle  pytorch: either gives a new order each epoch; tensorflow: sample_shuffle
//                                 gives a shuffle buffer of shuffle_size (1024 if left out)
//   total_training_steps          steps of each epoch, as the benchmark counts them
//   record_dims, columns, ...     dlio_dataset.h
//   computation_time              a number, or {mean, stdev}, or
//                                 {type: normal|uniform|gamma|exponential|poisson, ...}
//
// Pure, thread-safe. parse.h decides which files are read so, and validates what comes out.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "workload/spec.h"
#include "workload/use.h"
#include "workload/yaml_tree.h"

namespace aforo {

// Does this tree look like a DLIO file rather than an aforo one? By the names of its sections;
// false where none of either stands there.
bool is_dlio(const YamlNode& root);

// Is this dotted key (with or without "workload." in front) one that DLIO reads?
bool is_dlio_key(std::string_view key);

// Sets "reader.batch_size=8" or "workload.reader.batch_size=8" in the tree, whatever
// stood there; sections that are missing are added. Throws UserError if it is no
// assignment, or its value no YAML.
void override_dlio(YamlNode& root, std::string_view assignment);

// Translates the tree. `file` names it in messages and gives the job's name and accelerator
// ("unet3d_h100.yaml"). The result is not validated yet. Throws UserError on values of the wrong
// kind, where no step time is given but used, and for what would be other bytes, counts or steps than the
// file means.
Workload read_dlio(const YamlNode& root, std::string_view file, Use use = Use::kJob);

}  // namespace aforo
