// What generating a dataset into a directory comes to, judged before anything is touched.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dataset/generated_layout.h"
#include "dataset/manifest.h"
#include "generate/generate_space.h"
#include "measure/record.h"

namespace aforo {

struct GeneratePlan {
  std::unique_ptr<GeneratedLayout> layout;
  // As found (a resumption), or a new one with nothing written.
  Manifest manifest;
  // The directory carries our marker for the same dataset.
  bool resumes = false;
  // Estimated; 0 for layouts without index files.
  std::uint64_t index_bytes = 0;
  Space space;
  // For the files from manifest.files_written on.
  SpaceNeeded needed;
  // Why it cannot be written: a sentence.
  std::optional<std::string> unfit;
};

// Reads the store's marker and free space. Throws UserError for a layout that cannot be generated, for a
// directory with other files, and for one with another dataset: saying what differs and the ways out.
GeneratePlan make_generate_plan(const DatasetSpec& spec, const Store& store);

// The part of a generate Record that is known before it begins: files, bytes, filesystem, dataset, ...
void describe_plan(Json& record, const GeneratePlan& plan);

}  // namespace aforo
