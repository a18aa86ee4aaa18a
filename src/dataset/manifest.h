// The manifest: the file that marks a directory as a dataset that aforo generated, and says which.
//
// Files are not listed: they follow from the spec (generated_layout.h), so a manifest stays small
// for 10^8 files. Pure text in, text out; who reads and writes the file is `survey`.
//
// A JSON object with exactly these keys, in this order as it is written:
//
//   schema         "aforo-dataset/1"
//   dataset_id     32 hexadecimal digits
//   aforo_version  text: which aforo wrote it
//   state          "partial" or "complete"
//   samples, files, files_written, total_bytes, largest_sample    whole numbers
//   dataset        the `dataset:` block of a workload file, as text
//   job            text, only while several hosts lay it: which of their jobs
#pragma once

#include <string>
#include <string_view>

#include "dataset/generated_layout.h"

namespace aforo {

// The marker's name (Store::own): a directory with a file called so is
// aforo's to change and delete.
inline constexpr std::string_view kManifestName = "aforo-dataset.json";
// Changes when the meaning of a key does: an older aforo then refuses what it would misread.
inline constexpr std::string_view kManifestSchema = "aforo-dataset/1";

// What one manifest says.
struct Manifest {
  enum class State {
    // Generation began and has not ended: resumable, not runnable.
    kPartial,
    kComplete,
  };

  DatasetId id;
  std::string aforo_version;
  // The `dataset:` block as dataset_to_yaml writes it.
  std::string dataset_yaml;
  State state = State::kPartial;
  // At least one for each file.
  std::uint64_t samples = 0;
  // Data files, at least 1; index files not counted.
  std::uint64_t files = 0;
  // Every file below this one is written in full: where a resumption begins. All, when complete.
  std::uint64_t files_written = 0;
  // Of the complete dataset, from the start.
  GeneratedLayout::Totals totals;
  // By which hosts that lay it together know that they see the same place; empty where it is laid by one, and in the end.
  std::string job;
  bool operator==(const Manifest&) const = default;
};

// "partial", "complete".
std::string_view to_string(Manifest::State state);

// Indented JSON and a newline. What is no UTF-8 in a text is replaced; nothing is checked.
std::string write_manifest(const Manifest& manifest);

// What a power cut leaves of a manifest that was not on storage yet: nothing, zeros, or a part. What was a whole
// text once is none.
bool is_lost_manifest(std::string_view text);

// The exact inverse. `file` names the text in messages. Throws UserError for text that is not a
// manifest, of another schema, with a missing, unknown or wrongly typed key, or with numbers that
// contradict each other. `dataset_yaml` is not parsed here.
Manifest parse_manifest(std::string_view text, std::string_view file);

}  // namespace aforo
