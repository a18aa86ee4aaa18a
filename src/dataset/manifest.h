// The manifest: the file that marks a directory as a dataset that aforo generated, and says which.
//
// Files are not listed: they follow from the spec (generated_layout.h), so a manifest stays small for 10^8
// files. Pure text in, text out; who reads and writes the file is `run`.
#pragma once

#include <string>
#include <string_view>

#include "dataset/generated_layout.h"

namespace aforo {

inline constexpr std::string_view kManifestName = "aforo-dataset.json";
inline constexpr std::string_view kManifestSchema = "aforo-dataset/1";

struct Manifest {
  enum class State {
    kPartial,  // generation began and has not ended: resumable, not runnable
    kComplete,
  };

  DatasetId id;
  std::string aforo_version;
  std::string dataset_yaml;  // the `dataset:` block as dataset_to_yaml writes it
  State state = State::kPartial;
  std::uint64_t samples = 0;
  std::uint64_t files = 0;          // data files; index files not counted
  std::uint64_t files_written = 0;  // every file below this one is written in full: where a resumption begins
  GeneratedLayout::Totals totals;   // of the complete dataset
  bool operator==(const Manifest&) const = default;
};

std::string_view to_string(Manifest::State state);  // "partial", "complete"

std::string write_manifest(const Manifest& manifest);

// The exact inverse. `file` names the text in messages. Throws UserError for text that is not a manifest, of
// another schema, with a missing, unknown or wrongly typed key, or with numbers that contradict each other.
Manifest parse_manifest(std::string_view text, std::string_view file);

}  // namespace aforo
