// What generating a dataset into a directory comes to, judged before anything is touched.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "dataset/generated_layout.h"
#include "dataset/manifest.h"
#include "generate/generate_space.h"
#include "measure/record.h"

namespace aforo {

// All that is known before the first byte. Move-only; owns its layout.
struct GeneratePlan {
  std::unique_ptr<GeneratedLayout> layout;
  // As found (a resumption), or a new one with nothing written. manifest.files_written is the mark
  // from which the rest is counted.
  Manifest manifest;
  // The directory carries our marker for the same dataset.
  bool resumes = false;
  // It has been lost to a power cut, and nothing but files of this dataset's names is there: every byte of them is
  // compared. Implies `resumes`.
  bool lost = false;
  // Estimated, since lines are as long as their numbers; 0 for layouts without index files.
  std::uint64_t index_bytes = 0;
  Space space;
  // For the files from manifest.files_written on.
  SpaceNeeded needed;
  // Why it cannot be written: a sentence. Absent = it fits. Not thrown, so that a
  // dry run can tell it.
  std::optional<std::string> unfit;
};

// Reads the store's marker and free space, and of a resumption looks which files past the mark are
// there; touches nothing. Throws UserError for a layout that cannot be generated, for a directory
// with other files (beside a marker that has been lost, too), and for one with another dataset: saying what differs
// and the ways out.
//
// `planned`: nothing will be written by it, so that sizes need not be drawn one by one (GeneratedLayout::planned).
// Throws Interrupted on a stop request.
GeneratePlan make_generate_plan(const Workload& workload, const Store& store, bool planned,
                                const std::stop_token& stop);

// Of a host beside the one that plans: layout and manifest as they follow from the workload, the place not looked at.
// Throws UserError for a layout that cannot be generated, Interrupted on a stop request.
GeneratePlan make_plan_beside(const Workload& workload, const std::stop_token& stop);

// Adds to `record` the part of a generate Record that is known before it begins: files, bytes,
// filesystem, dataset, ... Keys are in docs/record.md.
void describe_plan(Json& record, const GeneratePlan& plan);

}  // namespace aforo
